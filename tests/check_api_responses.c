/* links: tests/api_fixture.c worker/gateway/api.c worker/gateway/api_?*.c worker/gateway/neutral.c worker/gateway/reply.c worker/gateway/glance.c worker/gateway/headers.c worker/gateway/errors.c worker/gateway/sse.c */

/*
 * The Responses API: the request as it was recorded from a running program,
 * byte for byte where it matters, and what becomes of its events.
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
	p = fixture_provider(&api_responses);
	c = fixture_call(&p);
}

START_TEST(stage_one_body)
{
	c.verbosity = "medium";
	assert_body(&c, payload_stage_one,
	    "{\"model\":\"gpt-5.4-mini\",\"instructions\":"
	    "\"You write memories.\",\"input\":[{\"type\":\"message\","
	    "\"role\":\"user\",\"content\":[{\"type\":\"input_text\","
	    "\"text\":\"rollout\\n[1,2]\"}]}],\"tools\":[],"
	    "\"tool_choice\":\"auto\",\"parallel_tool_calls\":false,"
	    "\"reasoning\":{\"effort\":\"low\"},\"store\":false,"
	    "\"stream\":true,\"include\":[\"reasoning.encrypted_content\"],"
	    "\"prompt_cache_key\":\"" THREAD "\",\"text\":{\"verbosity\":"
	    "\"medium\",\"format\":{\"type\":\"json_schema\",\"strict\":true,"
	    "\"name\":\"codex_output_schema\",\"schema\":" SCHEMA "}},"
	    "\"client_metadata\":{\"x-codex-installation-id\":\""
	    INSTALLATION "\"}}");
}
END_TEST

START_TEST(optional_members)
{
	c.reasoning_summary = "auto";
	c.service_tier = "priority";
	c.max_output_tokens = 9000;
	p.installation_id = NULL;
	assert_body(&c, "{\"messages\":[{\"role\":\"user\",\"text\":\"t\"}]}",
	    "{\"model\":\"gpt-5.4-mini\",\"input\":[{\"type\":\"message\","
	    "\"role\":\"user\",\"content\":[{\"type\":\"input_text\","
	    "\"text\":\"t\"}]}],\"tools\":[],\"tool_choice\":\"auto\","
	    "\"parallel_tool_calls\":false,\"reasoning\":{\"effort\":\"low\","
	    "\"summary\":\"auto\"},\"store\":false,\"stream\":true,"
	    "\"include\":[\"reasoning.encrypted_content\"],"
	    "\"service_tier\":\"priority\",\"prompt_cache_key\":\"" THREAD
	    "\",\"max_output_tokens\":9000}");
}
END_TEST

/* A model that does not reason; ChatGPT's back end, which takes no cap. */
START_TEST(no_reasoning_no_cap)
{
	c.effort = NULL;
	c.reasoning_summary = "none";
	c.cache_key = NULL;
	c.max_output_tokens = 9000;
	p.codex = 1;
	p.installation_id = NULL;
	assert_body(&c, "{\"messages\":[{\"role\":\"user\",\"text\":\"t\"}]}",
	    "{\"model\":\"gpt-5.4-mini\",\"input\":[{\"type\":\"message\","
	    "\"role\":\"user\",\"content\":[{\"type\":\"input_text\","
	    "\"text\":\"t\"}]}],\"tools\":[],\"tool_choice\":\"auto\","
	    "\"parallel_tool_calls\":false,\"store\":false,\"stream\":true,"
	    "\"include\":[]}");
}
END_TEST

/* The whole history, reasoning as received, nothing smuggled in with it. */
START_TEST(agent_body)
{
	c.agent = 1;
	p.installation_id = NULL;
	assert_body(&c, payload_agent,
	    "{\"model\":\"gpt-5.4-mini\",\"instructions\":"
	    "\"You keep a folder.\",\"input\":["
	    "{\"type\":\"message\",\"role\":\"user\",\"content\":[{\"type\":"
	    "\"input_text\",\"text\":\"Begin.\"}]},"
	    "{\"type\":\"reasoning\",\"id\":\"rs_1\",\"summary\":[],"
	    "\"encrypted_content\":\"gAAA\"},"
	    "{\"type\":\"message\",\"role\":\"assistant\",\"content\":["
	    "{\"type\":\"output_text\",\"text\":\"I look.\"}]},"
	    "{\"type\":\"function_call\",\"call_id\":\"c1\",\"name\":"
	    "\"read_file\",\"arguments\":\"{\\\"path\\\":\\\"MEMORY.md\\\"}\"},"
	    "{\"type\":\"function_call\",\"call_id\":\"c2\",\"name\":"
	    "\"list_files\",\"arguments\":\"not json\"},"
	    "{\"type\":\"function_call_output\",\"call_id\":\"c1\","
	    "\"output\":\"# Memory\"},"
	    "{\"type\":\"function_call_output\",\"call_id\":\"c2\","
	    "\"output\":\"no such folder\"},"
	    "{\"type\":\"message\",\"role\":\"user\",\"content\":[{\"type\":"
	    "\"input_text\",\"text\":\"Go on.\"}]}],"
	    "\"tools\":[{\"type\":\"function\",\"name\":\"delete_file\","
	    "\"description\":\"Delete a file.\",\"parameters\":{\"type\":"
	    "\"object\",\"properties\":{\"path\":{\"type\":\"string\","
	    "\"description\":\"Path below the memory folder.\"}},"
	    "\"required\":[\"path\"],\"additionalProperties\":false},"
	    "\"strict\":true}],\"tool_choice\":\"auto\","
	    "\"parallel_tool_calls\":true,\"reasoning\":{\"effort\":\"low\"},"
	    "\"store\":false,\"stream\":true,"
	    "\"include\":[\"reasoning.encrypted_content\"],"
	    "\"prompt_cache_key\":\"" THREAD "\"}");
}
END_TEST

START_TEST(a_payload_cannot_ask_for_more)
{
	p.installation_id = NULL;
	assert_body(&c, payload_greedy,
	    "{\"model\":\"gpt-5.4-mini\",\"instructions\":\"i\",\"input\":["
	    "{\"type\":\"message\",\"role\":\"user\",\"content\":[{\"type\":"
	    "\"input_text\",\"text\":\"t\"}]}],\"tools\":[],"
	    "\"tool_choice\":\"auto\",\"parallel_tool_calls\":false,"
	    "\"reasoning\":{\"effort\":\"low\"},\"store\":false,"
	    "\"stream\":true,\"include\":[\"reasoning.encrypted_content\"],"
	    "\"prompt_cache_key\":\"" THREAD "\"}");
}
END_TEST

START_TEST(bad_payloads_are_refused)
{
	static const char *const bad[] = {
		"[]", "{}", "{\"messages\":[]}", "{\"messages\":{}}",
		"{\"messages\":[1]}", "{\"messages\":[{\"role\":\"user\"}]}",
		"{\"messages\":[{\"role\":\"system\",\"text\":\"t\"}]}",
		"{\"messages\":[{\"text\":\"t\"}]}",
		"{\"messages\":[{\"role\":\"user\",\"text\":\"a\\u0000b\"}]}",
		"{\"messages\":[{\"role\":\"tool\",\"id\":\"x\"}]}",
		"{\"messages\":[{\"role\":\"assistant\"}]}",
		"{\"messages\":[{\"role\":\"assistant\",\"items\":["
		    "{\"type\":\"image\"}]}]}",
		"{\"messages\":[{\"role\":\"assistant\",\"items\":["
		    "{\"type\":\"reasoning\",\"opaque\":\"x\"}]}]}",
		"{\"messages\":[{\"role\":\"assistant\",\"items\":["
		    "{\"type\":\"call\",\"id\":\"1\",\"name\":\"n\"}]}]}",
		"{\"messages\":[{\"role\":\"user\",\"text\":\"t\"}],"
		    "\"schema\":\"other\"}",
		"{\"messages\":[{\"role\":\"user\",\"text\":\"t\"}],"
		    "\"schema\":{}}",
	};
	struct neutral	 n;
	json_object	*o;
	const char	*why;
	size_t		 i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		o = json_parse(bad[i], strlen(bad[i]), JSON_DEPTH, NULL);
		ck_assert_ptr_nonnull(o);
		ck_assert_msg(neutral_parse(&n, o, &why) == -1, "%s", bad[i]);
		json_object_put(o);
	}
}
END_TEST

#define IDS "session-id: " THREAD "\nthread-id: " THREAD "\n" \
    "x-client-request-id: " THREAD "\nx-codex-window-id: " THREAD ":0\n"

START_TEST(stage_one_headers)
{
	assert_headers(&c, "authorization: Bearer sk-test\n"
	    "originator: mnemod\n" IDS);
}
END_TEST

START_TEST(agent_headers)
{
	static char	account[] = "acct-1";
	json_object	*o = json_parse("{\"a\":\"\xc3\xbc\xf0\x9f\x98\x80\"}",
			    14, 3, NULL);

	c.agent = 1;
	c.turn_metadata = o;
	p.account = account;
	p.runtime_metrics = 1;
	assert_headers(&c, "authorization: Bearer sk-test\n"
	    "chatgpt-account-id: acct-1\noriginator: mnemod\n" IDS
	    "x-codex-turn-metadata: {\"a\":\"\\u00fc\\ud83d\\ude00\"}\n"
	    "x-openai-subagent: memory_consolidation\n"
	    "x-openai-memgen-request: true\n"
	    "x-responsesapi-include-timing-metrics: true\n");
	json_object_put(o);
}
END_TEST

/* No key, no header; a key that would start another header, none either. */
START_TEST(headers_cannot_be_split)
{
	static char	key[] = "sk\r\nx-evil: 1";

	p.key = key;
	c.session_id = c.thread_id = "";
	assert_headers(&c, "originator: mnemod\n");
	p.key = NULL;
	assert_headers(&c, "originator: mnemod\n");
}
END_TEST

#define EV(json) "data: " json "\n\n"
#define DELTA(text) EV("{\"type\":\"response.output_text.delta\"," \
    "\"output_index\":1,\"delta\":\"" text "\"}")
#define DONE EV("{\"type\":\"response.completed\",\"response\":{}}")
#define DONE_USAGE EV("{\"type\":\"response.completed\",\"response\":{" \
    "\"id\":\"r\",\"model\":\"gpt-5.4-mini-2026\",\"usage\":{" \
    "\"input_tokens\":100,\"input_tokens_details\":{\"cached_tokens\":40}," \
    "\"output_tokens\":20,\"output_tokens_details\":{" \
    "\"reasoning_tokens\":5},\"total_tokens\":120}}}")
#define ITEM(item) EV("{\"type\":\"response.output_item.done\"," \
    "\"output_index\":1,\"item\":" item "}")
#define MESSAGE(text) ITEM("{\"type\":\"message\",\"content\":[{\"type\":" \
    "\"output_text\",\"text\":\"" text "\"}]}")
#define TEXT(text) "{\"items\":[{\"type\":\"text\",\"text\":\"" text \
    "\"}],\"stop\":\"end\"}"

static const struct {
	const char	*stream, *want;
} streams[] = {
	{ "event: response.created\n"
	    EV("{\"type\":\"response.created\",\"response\":{\"id\":\"r\"}}")
	    EV("{\"type\":\"response.in_progress\"}")
	    EV("{\"type\":\"response.output_item.added\",\"output_index\":0,"
	    "\"item\":{\"type\":\"reasoning\"}}")
	    EV("{\"type\":\"response.reasoning_summary_text.delta\","
	    "\"delta\":\"thinking\"}")
	    DELTA("Hel") DELTA("lo") MESSAGE("Hello") DONE_USAGE
	    EV("{\"type\":\"response.failed\"}"),
	    "{\"items\":[{\"type\":\"text\",\"text\":\"Hello\"}],\"stop\":"
	    "\"end\",\"model\":\"gpt-5.4-mini-2026\",\"usage\":{\"input\":100,"
	    "\"cached_input\":40,\"output\":20,\"reasoning_output\":5,"
	    "\"total\":120}}" },
	/* No deltas: the first whole message with text. */
	{ MESSAGE("one") MESSAGE("two") DONE, TEXT("one") },
	{ MESSAGE("") MESSAGE("two") DONE, TEXT("two") },
	{ DELTA("x") MESSAGE("y") DONE, TEXT("x") },
	/* Nothing but the end. */
	{ EV("{\"type\":\"response.completed\",\"response\":{\"output\":[{"
	    "\"type\":\"message\",\"content\":[{\"type\":\"output_text\","
	    "\"text\":\"z\"}]}]}}"), TEXT("z") },
	{ DONE, "{\"items\":[],\"stop\":\"end\"}" },
	/* Bad JSON and strange events are passed over. */
	{ EV("{oops") EV("[1]") EV("null") EV("{\"type\":7}") EV("{}")
	    EV("{\"type\":\"response.new.thing\",\"delta\":\"n\"}")
	    DELTA("x") EV("{\"type\":\"response.output_text.delta\"}")
	    EV("{\"type\":\"response.output_text.delta\",\"delta\":7}") DONE,
	    TEXT("x") },
	{ DELTA("a\\u0000b") DONE, TEXT("ab") },
	/* A call, by deltas and whole. */
	{ EV("{\"type\":\"response.output_item.added\",\"output_index\":0,"
	    "\"item\":{\"type\":\"function_call\",\"call_id\":\"c1\","
	    "\"name\":\"read_file\",\"arguments\":\"\"}}")
	    EV("{\"type\":\"response.function_call_arguments.delta\","
	    "\"output_index\":0,\"delta\":\"{\\\"pa\"}")
	    EV("{\"type\":\"response.function_call_arguments.delta\","
	    "\"output_index\":0,\"delta\":\"th\\\":1}\"}") DONE,
	    "{\"items\":[{\"type\":\"call\",\"id\":\"c1\",\"name\":"
	    "\"read_file\",\"arguments\":\"{\\\"path\\\":1}\"}],"
	    "\"stop\":\"tool\"}" },
	{ EV("{\"type\":\"response.function_call_arguments.delta\","
	    "\"output_index\":1,\"delta\":\"{\\\"pa\"}")
	    EV("{\"type\":\"response.function_call_arguments.done\","
	    "\"output_index\":1,\"arguments\":\"{\\\"a\\\":1}\"}")
	    ITEM("{\"type\":\"function_call\",\"call_id\":\"c1\",\"name\":"
	    "\"search\",\"arguments\":\"{\\\"a\\\":1}\"}") DONE,
	    "{\"items\":[{\"type\":\"call\",\"id\":\"c1\",\"name\":"
	    "\"search\",\"arguments\":\"{\\\"a\\\":1}\"}],"
	    "\"stop\":\"tool\"}" },
	/* Reasoning is kept whole, if it can be sent back at all. */
	{ ITEM("{\"type\":\"reasoning\",\"id\":\"rs\",\"summary\":[],"
	    "\"encrypted_content\":\"gA\"}") DELTA("x") DONE,
	    "{\"items\":[{\"type\":\"reasoning\",\"opaque\":{\"type\":"
	    "\"reasoning\",\"id\":\"rs\",\"summary\":[],"
	    "\"encrypted_content\":\"gA\"}},{\"type\":\"text\",\"text\":"
	    "\"x\"}],\"stop\":\"end\"}" },
	{ ITEM("{\"type\":\"reasoning\",\"id\":\"rs\","
	    "\"encrypted_content\":null}") DELTA("x") DONE, TEXT("x") },
	/* A hosted tool's item is none of ours. */
	{ ITEM("{\"type\":\"web_search_call\",\"id\":\"w\"}") DELTA("x") DONE,
	    TEXT("x") },
	/* Refusals. */
	{ EV("{\"type\":\"response.refusal.delta\",\"delta\":\"I can\"}")
	    EV("{\"type\":\"response.refusal.delta\",\"delta\":\"not\"}")
	    DONE, "{\"error\":\"refusal\",\"text\":\"I cannot\"}" },
	{ ITEM("{\"type\":\"message\",\"content\":[{\"type\":\"refusal\","
	    "\"refusal\":\"No.\"}]}") DONE_USAGE,
	    "{\"error\":\"refusal\",\"text\":\"No.\",\"model\":"
	    "\"gpt-5.4-mini-2026\",\"usage\":{\"input\":100,"
	    "\"cached_input\":40,\"output\":20,\"reasoning_output\":5,"
	    "\"total\":120}}" },
	/* Incomplete. */
	{ DELTA("x") EV("{\"type\":\"response.incomplete\",\"response\":{"
	    "\"incomplete_details\":{\"reason\":\"max_output_tokens\"},"
	    "\"usage\":{\"input_tokens\":1,\"output_tokens\":2}}}"),
	    "{\"items\":[{\"type\":\"text\",\"text\":\"x\"}],\"stop\":"
	    "\"length\",\"usage\":{\"input\":1,\"cached_input\":0,\"output\":"
	    "2,\"reasoning_output\":0,\"total\":3}}" },
	{ DELTA("x") EV("{\"type\":\"response.incomplete\",\"response\":{"
	    "\"incomplete_details\":{\"reason\":\"content_filter\"}}}"),
	    "{\"error\":\"refusal\",\"text\":"
	    "\"the reply is incomplete: content_filter\"}" },
	{ EV("{\"type\":\"response.incomplete\"}"),
	    "{\"error\":\"protocol\",\"text\":"
	    "\"the reply is incomplete: no reason given\"}" },
	/* Failed, in both ways. */
	{ DELTA("x") EV("{\"type\":\"response.failed\",\"response\":{"
	    "\"error\":{\"code\":\"rate_limit_exceeded\",\"message\":"
	    "\"Please try again in 2s.\"}}}") DONE,
	    "{\"error\":\"rate_limit\",\"text\":\"Please try again in 2s.\","
	    "\"delay\":2000}" },
	{ EV("{\"type\":\"response.failed\",\"response\":{\"error\":{"
	    "\"code\":\"context_length_exceeded\",\"message\":\"Too long\"},"
	    "\"usage\":null}}"),
	    "{\"error\":\"context_window\",\"text\":\"Too long\"}" },
	{ EV("{\"type\":\"response.failed\",\"response\":{\"error\":null}}"),
	    "{\"error\":\"overloaded\",\"text\":\"no reason given\"}" },
	{ EV("{\"type\":\"error\",\"code\":\"insufficient_quota\","
	    "\"message\":\"Pay\"}"),
	    "{\"error\":\"quota\",\"text\":\"Pay\"}" },
	{ EV("{\"type\":\"error\",\"error\":{\"code\":\"slow_down\","
	    "\"message\":\"Slow\"}}"),
	    "{\"error\":\"overloaded\",\"text\":\"Slow\"}" },
	/* The stream just ends. */
	{ DELTA("x"), "{\"error\":\"transport\",\"text\":"
	    "\"the stream ended before the reply was complete\"}" },
	{ DELTA("x") "data: {\"type\":\"response.completed\"}\n",
	    "{\"error\":\"transport\",\"text\":"
	    "\"the stream ended before the reply was complete\"}" },
	{ DELTA("x") EV("{\"type\":\"response.completed\",\"response\":{\"id"),
	    "{\"error\":\"transport\",\"text\":"
	    "\"the stream ended before the reply was complete\"}" },
	/* Counts that are not told are not nought. */
	{ EV("{\"type\":\"response.completed\",\"response\":{\"usage\":{}}}"),
	    "{\"items\":[],\"stop\":\"end\"}" },
	{ EV("{\"type\":\"response.completed\",\"response\":{\"usage\":{"
	    "\"input_tokens\":5,\"total_tokens\":5}}}"),
	    "{\"items\":[],\"stop\":\"end\"}" },
	/* Counts that cannot be. */
	{ EV("{\"type\":\"response.completed\",\"response\":{\"usage\":{"
	    "\"input_tokens\":-5,\"output_tokens\":99999999999999,"
	    "\"total_tokens\":\"x\"}}}"),
	    "{\"items\":[],\"stop\":\"end\",\"usage\":{\"input\":0,"
	    "\"cached_input\":0,\"output\":1000000000,\"reasoning_output\":0,"
	    "\"total\":1000000000}}" },
};
#define NSTREAMS ((int)(sizeof(streams) / sizeof(streams[0])))

START_TEST(stream)
{
	assert_reply(&api_responses, streams[_i].stream, streams[_i].want);
}
END_TEST

/* A piece of text: this a million times. */
static void
delta_of(struct buf *b, struct sse_event *ev, const char *text)
{
	int	i;

	buf_addstr(b, "{\"type\":\"response.output_text.delta\",\"delta\":\"");
	for (i = 0; i < 1000000; i++)
		buf_addstr(b, text);
	buf_addstr(b, "\"}");
	ev->data = b->data;
	ev->len = b->len;
}

/* A reply over the cap is refused as soon as it is; nothing is kept. */
START_TEST(the_cap_holds)
{
	struct sse_event	 ev = { "", NULL, 0 };
	struct reply		 r;
	struct buf		 b = BUF_INIT;
	int			 i;

	delta_of(&b, &ev, "x");
	reply_init(&r);
	for (i = 0; i < 4; i++)
		ck_assert_int_eq(api_responses.event(&r, &ev), API_MORE);
	ck_assert_int_eq(api_responses.event(&r, &ev), API_DONE);
	ck_assert_int_eq(r.failure.class, MODEL_PROTOCOL);
	ck_assert_str_eq(buf_str(&r.failure.text),
	    "the reply is larger than 4 MiB");
	reply_release(&r);
	buf_release(&b);
}
END_TEST

/* What fits as text may not fit as JSON: six bytes for each one here. */
START_TEST(the_cap_counts_what_is_sent)
{
	struct sse_event	 ev = { "", NULL, 0 };
	struct reply		 r;
	struct buf		 b = BUF_INIT, out = BUF_INIT;

	delta_of(&b, &ev, "\\u0001");
	reply_init(&r);
	ck_assert_int_eq(api_responses.event(&r, &ev), API_MORE);
	ck_assert_int_eq(reply_write(&r, &out), -1);
	ck_assert_int_eq(r.failure.class, MODEL_PROTOCOL);
	ck_assert_uint_eq(out.len, 0);
	reply_release(&r);
	buf_release(&b);
	buf_release(&out);
}
END_TEST

START_TEST(pieces_are_counted)
{
	struct sse_event	 ev = { "", NULL, 0 };
	struct reply		 r;
	char			 text[128];
	int			 i;

	reply_init(&r);
	for (i = 0; i <= REPLY_PIECES; i++) {
		snprintf(text, sizeof(text), "{\"type\":"
		    "\"response.output_text.delta\",\"output_index\":%d,"
		    "\"delta\":\"x\"}", i);
		ev.data = text;
		ev.len = strlen(text);
		ck_assert_int_eq(api_responses.event(&r, &ev),
		    i < REPLY_PIECES ? API_MORE : API_DONE);
	}
	ck_assert_int_eq(r.failure.class, MODEL_PROTOCOL);
	reply_release(&r);
}
END_TEST

START_TEST(apis_have_names)
{
	ck_assert_ptr_eq(api_by_name("responses"), &api_responses);
	ck_assert_ptr_eq(api_by_name("chat"), &api_chat);
	ck_assert_ptr_eq(api_by_name("messages"), &api_messages);
	ck_assert_ptr_null(api_by_name("soap"));
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("api_responses");
	TCase	*tc = tcase_create("responses");

	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_test(tc, stage_one_body);
	tcase_add_test(tc, optional_members);
	tcase_add_test(tc, no_reasoning_no_cap);
	tcase_add_test(tc, agent_body);
	tcase_add_test(tc, a_payload_cannot_ask_for_more);
	tcase_add_test(tc, bad_payloads_are_refused);
	tcase_add_test(tc, stage_one_headers);
	tcase_add_test(tc, agent_headers);
	tcase_add_test(tc, headers_cannot_be_split);
	tcase_add_loop_test(tc, stream, 0, NSTREAMS);
	tcase_add_test(tc, the_cap_holds);
	tcase_add_test(tc, the_cap_counts_what_is_sent);
	tcase_add_test(tc, pieces_are_counted);
	tcase_add_test(tc, apis_have_names);
	suite_add_tcase(s, tc);
	return s;
}

CHECK_MAIN(suite)
