/* links: tests/api_fixture.c worker/gateway/api.c worker/gateway/api_?*.c worker/gateway/neutral.c worker/gateway/reply.c worker/gateway/glance.c worker/gateway/headers.c worker/gateway/errors.c worker/gateway/sse.c */

/*
 * Chat Completions, as OpenAI defines them and as Ollama, llama.cpp and vLLM
 * send them: whole calls in one chunk, calls without ids or all numbered 0,
 * no usage, no "[DONE]", errors as data.
 */
#include <string.h>

#include "check_main.h"
#include "common/json.h"
#include "api_fixture.h"

static struct provider	p;
static struct api_call	c;

static void
setup(void)
{
	p = fixture_provider(&api_chat);
	c = fixture_call(&p);
	c.effort = NULL;
}

START_TEST(stage_one_body)
{
	c.max_output_tokens = 9000;
	assert_body(&c, payload_stage_one,
	    "{\"model\":\"gpt-5.4-mini\",\"messages\":["
	    "{\"role\":\"system\",\"content\":\"You write memories.\"},"
	    "{\"role\":\"user\",\"content\":\"rollout\\n[1,2]\"}],"
	    "\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{"
	    "\"name\":\"codex_output_schema\",\"schema\":" SCHEMA ","
	    "\"strict\":true}},\"stream\":true,\"stream_options\":{"
	    "\"include_usage\":true},\"max_tokens\":9000}");
}
END_TEST

START_TEST(openai_names_the_cap_otherwise)
{
	static char	host[] = "api.openai.com";

	p.models.host = host;
	c.max_output_tokens = 9000;
	c.effort = "low";
	c.verbosity = "low";
	c.service_tier = "flex";
	assert_body(&c, "{\"messages\":[{\"role\":\"user\",\"text\":\"t\"}]}",
	    "{\"model\":\"gpt-5.4-mini\",\"messages\":["
	    "{\"role\":\"user\",\"content\":\"t\"}],\"stream\":true,"
	    "\"stream_options\":{\"include_usage\":true},"
	    "\"max_completion_tokens\":9000,\"reasoning_effort\":\"low\","
	    "\"verbosity\":\"low\",\"service_tier\":\"flex\"}");
}
END_TEST

START_TEST(agent_body)
{
	assert_body(&c, payload_agent,
	    "{\"model\":\"gpt-5.4-mini\",\"messages\":["
	    "{\"role\":\"system\",\"content\":\"You keep a folder.\"},"
	    "{\"role\":\"user\",\"content\":\"Begin.\"},"
	    "{\"role\":\"assistant\",\"content\":\"I look.\",\"tool_calls\":["
	    "{\"id\":\"c1\",\"type\":\"function\",\"function\":{\"name\":"
	    "\"read_file\",\"arguments\":\"{\\\"path\\\":\\\"MEMORY.md\\\"}\""
	    "}},{\"id\":\"c2\",\"type\":\"function\",\"function\":{\"name\":"
	    "\"list_files\",\"arguments\":\"not json\"}}]},"
	    "{\"role\":\"tool\",\"tool_call_id\":\"c1\",\"content\":"
	    "\"# Memory\"},"
	    "{\"role\":\"tool\",\"tool_call_id\":\"c2\",\"content\":"
	    "\"no such folder\"},"
	    "{\"role\":\"user\",\"content\":\"Go on.\"}],"
	    "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":"
	    "\"delete_file\",\"description\":\"Delete a file.\","
	    "\"parameters\":{\"type\":\"object\",\"properties\":{\"path\":{"
	    "\"type\":\"string\",\"description\":"
	    "\"Path below the memory folder.\"}},\"required\":[\"path\"],"
	    "\"additionalProperties\":false},\"strict\":true}}],"
	    "\"stream\":true,\"stream_options\":{\"include_usage\":true}}");
}
END_TEST

START_TEST(a_payload_cannot_ask_for_more)
{
	assert_body(&c, payload_greedy,
	    "{\"model\":\"gpt-5.4-mini\",\"messages\":["
	    "{\"role\":\"system\",\"content\":\"i\"},"
	    "{\"role\":\"user\",\"content\":\"t\"}],\"stream\":true,"
	    "\"stream_options\":{\"include_usage\":true}}");
}
END_TEST

START_TEST(calls_alone_have_no_text)
{
	assert_body(&c, "{\"messages\":[{\"role\":\"assistant\",\"items\":["
	    "{\"type\":\"call\",\"id\":\"1\",\"name\":\"n\","
	    "\"arguments\":\"{}\"}]},{\"role\":\"assistant\",\"items\":[]}]}",
	    "{\"model\":\"gpt-5.4-mini\",\"messages\":["
	    "{\"role\":\"assistant\",\"content\":null,\"tool_calls\":["
	    "{\"id\":\"1\",\"type\":\"function\",\"function\":{\"name\":\"n\","
	    "\"arguments\":\"{}\"}}]},"
	    "{\"role\":\"assistant\",\"content\":\"\"}],\"stream\":true,"
	    "\"stream_options\":{\"include_usage\":true}}");
}
END_TEST

START_TEST(headers)
{
	assert_headers(&c, "authorization: Bearer sk-test\n");
	p.key = NULL;
	assert_headers(&c, "");
}
END_TEST

#define EV(json) "data: " json "\n\n"
#define CHUNK(delta, reason) EV("{\"model\":\"m1\",\"choices\":[{" \
    "\"index\":0,\"delta\":" delta ",\"finish_reason\":" reason "}]}")
#define SAY(text) CHUNK("{\"content\":\"" text "\"}", "null")
#define STOP CHUNK("{}", "\"stop\"")
#define DONE "data: [DONE]\n\n"
#define USAGE EV("{\"choices\":[],\"usage\":{\"prompt_tokens\":10," \
    "\"prompt_tokens_details\":{\"cached_tokens\":4}," \
    "\"completion_tokens\":6,\"completion_tokens_details\":{" \
    "\"reasoning_tokens\":2},\"total_tokens\":16}}")
#define WANT_USAGE "\"usage\":{\"input\":10,\"cached_input\":4," \
    "\"output\":6,\"reasoning_output\":2,\"total\":16}"
#define TEXT(text) "{\"items\":[{\"type\":\"text\",\"text\":\"" text \
    "\"}],\"stop\":\"end\",\"model\":\"m1\"}"
#define CALLS(items) "{\"items\":[" items "],\"stop\":\"tool\"," \
    "\"model\":\"m1\"}"
#define CALL(id, name, arguments) "{\"type\":\"call\",\"id\":\"" id \
    "\",\"name\":\"" name "\",\"arguments\":\"" arguments "\"}"

static const struct {
	const char	*stream, *want;
} streams[] = {
	{ CHUNK("{\"role\":\"assistant\",\"content\":\"\"}", "null")
	    SAY("Hel") SAY("lo") STOP USAGE DONE,
	    "{\"items\":[{\"type\":\"text\",\"text\":\"Hello\"}],\"stop\":"
	    "\"end\",\"model\":\"m1\"," WANT_USAGE "}" },
	/* No usage, no "[DONE]". */
	{ SAY("x") STOP DONE, TEXT("x") },
	{ SAY("x") STOP, TEXT("x") },
	{ SAY("x") CHUNK("{}", "\"eos\""), TEXT("x") },
	/* Usage in every chunk, the last one counts. */
	{ EV("{\"model\":\"m1\",\"choices\":[{\"delta\":{\"content\":\"x\"}}],"
	    "\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":1}}")
	    STOP USAGE DONE,
	    "{\"items\":[{\"type\":\"text\",\"text\":\"x\"}],\"stop\":"
	    "\"end\",\"model\":\"m1\"," WANT_USAGE "}" },
	/* A stream that is cut there: more was written than is told. */
	{ EV("{\"model\":\"m1\",\"choices\":[{\"delta\":{\"content\":\"x\"}}],"
	    "\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":1}}"),
	    "{\"error\":\"transport\",\"text\":\"the stream ended before the "
	    "reply was complete\",\"model\":\"m1\"}" },
	/* Usage that tells nothing is none. */
	{ SAY("x") STOP EV("{\"choices\":[],\"usage\":{}}") DONE, TEXT("x") },
	{ SAY("x") STOP EV("{\"choices\":[],\"usage\":{\"prompt_tokens\":9,"
	    "\"completion_tokens\":null}}") DONE, TEXT("x") },
	{ SAY("x") EV("{\"choices\":[],\"usage\":null}") STOP DONE,
	    TEXT("x") },
	{ SAY("x") CHUNK("{}", "\"length\"") DONE,
	    "{\"items\":[{\"type\":\"text\",\"text\":\"x\"}],\"stop\":"
	    "\"length\",\"model\":\"m1\"}" },
	/* A whole message in place of deltas. */
	{ EV("{\"model\":\"m1\",\"choices\":[{\"message\":{\"content\":"
	    "\"x\"},\"finish_reason\":\"stop\"}]}") DONE, TEXT("x") },
	/* Strange chunks. */
	{ EV("{oops") EV("[]") EV("{}") EV("{\"choices\":7}")
	    EV("{\"choices\":[7]}") EV("{\"choices\":[{\"delta\":7}]}")
	    CHUNK("{\"content\":7,\"tool_calls\":7}", "null")
	    CHUNK("{\"tool_calls\":[7,{},{\"function\":7}]}", "null")
	    SAY("x") STOP DONE, TEXT("x") },
	/* A member twice: the last one is it. */
	{ SAY("x") EV("{\"choices\":[{\"delta\":{\"content\":\"lo\"}}],"
	    "\"choices\":[{\"index\":0}]}") SAY("y") STOP DONE, TEXT("xy") },
	{ CHUNK("{\"reasoning_content\":\"hm\",\"content\":null}", "null")
	    SAY("x") STOP DONE, TEXT("x") },
	/* Calls in pieces, two at once. */
	{ CHUNK("{\"tool_calls\":[{\"index\":0,\"id\":\"a\",\"type\":"
	    "\"function\",\"function\":{\"name\":\"read_file\","
	    "\"arguments\":\"\"}}]}", "null")
	    CHUNK("{\"tool_calls\":[{\"index\":0,\"function\":{"
	    "\"arguments\":\"{1\"}}]}", "null")
	    CHUNK("{\"tool_calls\":[{\"index\":1,\"id\":\"b\",\"function\":{"
	    "\"name\":\"search\",\"arguments\":\"{2\"}}]}", "null")
	    CHUNK("{\"tool_calls\":[{\"index\":0,\"function\":{"
	    "\"arguments\":\"}\"}},{\"index\":1,\"function\":{"
	    "\"arguments\":\"}\"}}]}", "null")
	    CHUNK("{}", "\"tool_calls\"") DONE,
	    CALLS(CALL("a", "read_file", "{1}") ","
	    CALL("b", "search", "{2}")) },
	/* Whole calls in one chunk, without an index. */
	{ CHUNK("{\"tool_calls\":[{\"id\":\"a\",\"function\":{\"name\":"
	    "\"read_file\",\"arguments\":\"{}\"}},{\"id\":\"b\","
	    "\"function\":{\"name\":\"search\",\"arguments\":{\"t\":1}}}]}",
	    "\"stop\"") DONE,
	    CALLS(CALL("a", "read_file", "{}") ","
	    CALL("b", "search", "{\\\"t\\\":1}")) },
	/* Whole calls, a chunk each, all numbered 0. */
	{ CHUNK("{\"tool_calls\":[{\"index\":0,\"id\":\"a\",\"function\":{"
	    "\"name\":\"search\",\"arguments\":\"{1}\"}}]}", "null")
	    CHUNK("{\"tool_calls\":[{\"index\":0,\"id\":\"b\",\"function\":{"
	    "\"name\":\"search\",\"arguments\":\"{2\"}}]}", "null")
	    CHUNK("{\"tool_calls\":[{\"index\":0,\"function\":{"
	    "\"arguments\":\"}\"}}]}", "null")
	    CHUNK("{\"tool_calls\":[{\"index\":0,\"id\":\"c\",\"function\":{"
	    "\"name\":\"search\",\"arguments\":\"{3}\"}}]}", "\"stop\""),
	    CALLS(CALL("a", "search", "{1}") "," CALL("b", "search", "{2}")
	    "," CALL("c", "search", "{3}")) },
	/* The name and the id again in every chunk. */
	{ CHUNK("{\"tool_calls\":[{\"index\":0,\"id\":\"a\",\"function\":{"
	    "\"name\":\"search\",\"arguments\":\"{\"}}]}", "null")
	    CHUNK("{\"tool_calls\":[{\"index\":0,\"id\":\"a\",\"function\":{"
	    "\"name\":\"search\",\"arguments\":\"}\"}}]}", "\"stop\""),
	    CALLS(CALL("a", "search", "{}")) },
	/* An index from nowhere. */
	{ CHUNK("{\"tool_calls\":[{\"index\":9223372036854775807,\"id\":"
	    "\"a\",\"function\":{\"name\":\"search\"}}]}", "\"stop\""),
	    CALLS(CALL("a", "search", "{}")) },
	/* Refusals. */
	{ CHUNK("{\"refusal\":\"I can\"}", "null")
	    CHUNK("{\"refusal\":\"not\"}", "null") STOP DONE,
	    "{\"error\":\"refusal\",\"text\":\"I cannot\",\"model\":\"m1\"}" },
	{ SAY("x") CHUNK("{}", "\"content_filter\"") DONE,
	    "{\"error\":\"refusal\",\"text\":"
	    "\"the provider's filter withheld the reply\","
	    "\"model\":\"m1\"}" },
	/* Errors as data. */
	{ SAY("x") EV("{\"error\":{\"message\":\"Out of memory\",\"type\":"
	    "\"server_error\",\"code\":500}}") DONE,
	    "{\"error\":\"overloaded\",\"text\":\"Out of memory\","
	    "\"model\":\"m1\"}" },
	{ EV("{\"error\":\"the context size is too small\"}"),
	    "{\"error\":\"context_window\",\"text\":"
	    "\"the context size is too small\"}" },
	{ EV("{\"object\":\"error\",\"message\":\"No\",\"code\":429}"),
	    "{\"error\":\"rate_limit\",\"text\":\"No\"}" },
	{ EV("{\"error\":{\"message\":\"No\",\"code\":401}}"),
	    "{\"error\":\"auth\",\"text\":\"No\"}" },
	/* The stream just ends. */
	{ SAY("x"), "{\"error\":\"transport\",\"text\":\"the stream ended "
	    "before the reply was complete\",\"model\":\"m1\"}" },
	{ SAY("x") DONE, "{\"error\":\"transport\",\"text\":\"the stream "
	    "ended before the reply was complete\",\"model\":\"m1\"}" },
	{ "", "{\"error\":\"transport\",\"text\":\"the stream ended before "
	    "the reply was complete\"}" },
};
#define NSTREAMS ((int)(sizeof(streams) / sizeof(streams[0])))

START_TEST(stream)
{
	assert_reply(&api_chat, streams[_i].stream, streams[_i].want);
}
END_TEST

/* A call without an id gets one that no other call has. */
START_TEST(ids_are_made_up)
{
	struct sse_event	 ev = { "", NULL, 0 };
	struct reply		 r;
	struct buf		 b = BUF_INIT;
	json_object		*o, *items;
	const char		*one, *two;
	static const char	 chunk[] = "{\"choices\":[{\"delta\":{"
	    "\"tool_calls\":[{\"function\":{\"name\":\"search\","
	    "\"arguments\":\"{}\"}},{\"function\":{\"name\":\"search\","
	    "\"arguments\":\"{}\"}}]},\"finish_reason\":\"tool_calls\"}]}";

	reply_init(&r);
	ev.data = chunk;
	ev.len = sizeof(chunk) - 1;
	api_chat.event(&r, &ev);
	ck_assert_int_eq(reply_write(&r, &b), 0);
	o = json_parse(b.data, b.len, JSON_DEPTH, NULL);
	items = json_arr(o, "items");
	ck_assert_uint_eq(json_object_array_length(items), 2);
	one = json_str(json_object_array_get_idx(items, 0), "id");
	two = json_str(json_object_array_get_idx(items, 1), "id");
	ck_assert_int_eq(strncmp(one, "call_", 5), 0);
	ck_assert_uint_eq(strlen(one), 5 + 36);
	ck_assert_str_ne(one, two);
	json_object_put(o);
	buf_release(&b);
	reply_release(&r);
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("api_chat");
	TCase	*tc = tcase_create("chat");

	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_test(tc, stage_one_body);
	tcase_add_test(tc, openai_names_the_cap_otherwise);
	tcase_add_test(tc, agent_body);
	tcase_add_test(tc, a_payload_cannot_ask_for_more);
	tcase_add_test(tc, calls_alone_have_no_text);
	tcase_add_test(tc, headers);
	tcase_add_loop_test(tc, stream, 0, NSTREAMS);
	tcase_add_test(tc, ids_are_made_up);
	suite_add_tcase(s, tc);
	return s;
}

CHECK_MAIN(suite)
