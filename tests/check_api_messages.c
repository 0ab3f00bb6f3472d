/* links: tests/api_fixture.c worker/gateway/api.c worker/gateway/api_?*.c worker/gateway/neutral.c worker/gateway/reply.c worker/gateway/glance.c worker/gateway/headers.c worker/gateway/errors.c worker/gateway/sse.c */

/*
 * Anthropic's Messages API: blocks that are opened, filled and closed, usage
 * in two parts, thinking that must come back with its signature.
 */
#include <string.h>

#include "check_main.h"
#include "api_fixture.h"

static struct provider	p;
static struct api_call	c;

static void
setup(void)
{
	p = fixture_provider(&api_messages);
	c = fixture_call(&p);
}

START_TEST(stage_one_body)
{
	c.max_output_tokens = 9000;
	assert_body(&c, payload_stage_one,
	    "{\"model\":\"gpt-5.4-mini\",\"max_tokens\":9000,\"system\":"
	    "\"You write memories.\",\"messages\":[{\"role\":\"user\","
	    "\"content\":[{\"type\":\"text\",\"text\":\"rollout\\n[1,2]\"}]"
	    "}],\"tools\":[{\"name\":\"codex_output_schema\","
	    "\"description\":\"Hand in what the session is worth remembering "
	    "for.\",\"input_schema\":" SCHEMA "}],\"tool_choice\":{\"type\":"
	    "\"tool\",\"name\":\"codex_output_schema\"},\"stream\":true}");
}
END_TEST

START_TEST(agent_body)
{
	assert_body(&c, payload_agent,
	    "{\"model\":\"gpt-5.4-mini\",\"max_tokens\":8192,\"system\":"
	    "\"You keep a folder.\",\"messages\":["
	    "{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":"
	    "\"Begin.\"}]},"
	    "{\"role\":\"assistant\",\"content\":["
	    "{\"type\":\"thinking\",\"thinking\":\"hm\",\"signature\":"
	    "\"c2ln\"},{\"type\":\"text\",\"text\":\"I look.\"},"
	    "{\"type\":\"tool_use\",\"id\":\"c1\",\"name\":\"read_file\","
	    "\"input\":{\"path\":\"MEMORY.md\"}},"
	    "{\"type\":\"tool_use\",\"id\":\"c2\",\"name\":\"list_files\","
	    "\"input\":{}}]},"
	    "{\"role\":\"user\",\"content\":["
	    "{\"type\":\"tool_result\",\"tool_use_id\":\"c1\",\"content\":"
	    "\"# Memory\"},{\"type\":\"tool_result\",\"tool_use_id\":\"c2\","
	    "\"content\":\"no such folder\",\"is_error\":true},"
	    "{\"type\":\"text\",\"text\":\"Go on.\"}]}],"
	    "\"tools\":[{\"name\":\"delete_file\",\"description\":"
	    "\"Delete a file.\",\"input_schema\":{\"type\":\"object\","
	    "\"properties\":{\"path\":{\"type\":\"string\",\"description\":"
	    "\"Path below the memory folder.\"}},\"required\":[\"path\"],"
	    "\"additionalProperties\":false}}],\"tool_choice\":{\"type\":"
	    "\"auto\"},\"stream\":true}");
}
END_TEST

START_TEST(a_payload_cannot_ask_for_more)
{
	assert_body(&c, payload_greedy,
	    "{\"model\":\"gpt-5.4-mini\",\"max_tokens\":8192,\"system\":\"i\","
	    "\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\","
	    "\"text\":\"t\"}]}],\"stream\":true}");
}
END_TEST

START_TEST(headers)
{
	assert_headers(&c, "x-api-key: sk-test\n"
	    "anthropic-version: 2023-06-01\n");
}
END_TEST

#define EV(json) "data: " json "\n\n"
#define START EV("{\"type\":\"message_start\",\"message\":{\"id\":\"m\"," \
    "\"model\":\"claude\",\"usage\":{\"input_tokens\":10," \
    "\"cache_read_input_tokens\":30,\"cache_creation_input_tokens\":5," \
    "\"output_tokens\":1}}}")
#define BLOCK(i, block) EV("{\"type\":\"content_block_start\",\"index\":" \
    i ",\"content_block\":" block "}")
#define DELTA(i, delta) EV("{\"type\":\"content_block_delta\",\"index\":" \
    i ",\"delta\":" delta "}")
#define TEXT_DELTA(i, text) DELTA(i, "{\"type\":\"text_delta\",\"text\":\"" \
    text "\"}")
#define JSON_DELTA(i, text) DELTA(i, "{\"type\":\"input_json_delta\"," \
    "\"partial_json\":\"" text "\"}")
#define BLOCK_STOP(i) EV("{\"type\":\"content_block_stop\",\"index\":" i "}")
#define REASON(reason) EV("{\"type\":\"message_delta\",\"delta\":{" \
    "\"stop_reason\":\"" reason "\"},\"usage\":{\"output_tokens\":7}}")
#define STOP EV("{\"type\":\"message_stop\"}")
#define USAGE "\"model\":\"claude\",\"usage\":{\"input\":45," \
    "\"cached_input\":30,\"output\":7,\"reasoning_output\":0,\"total\":52}"
#define TOOL "{\"type\":\"tool_use\",\"id\":\"t1\",\"name\":\"search\"," \
    "\"input\":{}}"

static const struct {
	const char	*stream, *want;
} streams[] = {
	{ "event: message_start\n" START EV("{\"type\":\"ping\"}")
	    BLOCK("0", "{\"type\":\"text\",\"text\":\"\"}")
	    TEXT_DELTA("0", "Hel") TEXT_DELTA("0", "lo") BLOCK_STOP("0")
	    REASON("end_turn") STOP,
	    "{\"items\":[{\"type\":\"text\",\"text\":\"Hello\"}],\"stop\":"
	    "\"end\"," USAGE "}" },
	/* Thinking, its signature, a call and text in their order. */
	{ START BLOCK("0", "{\"type\":\"thinking\",\"thinking\":\"\","
	    "\"signature\":\"\"}")
	    DELTA("0", "{\"type\":\"thinking_delta\",\"thinking\":\"h\"}")
	    DELTA("0", "{\"type\":\"thinking_delta\",\"thinking\":\"m\"}")
	    DELTA("0", "{\"type\":\"signature_delta\",\"signature\":"
	    "\"c2ln\"}") BLOCK_STOP("0")
	    BLOCK("1", "{\"type\":\"redacted_thinking\",\"data\":\"xx\"}")
	    BLOCK_STOP("1")
	    BLOCK("2", "{\"type\":\"text\",\"text\":\"\"}")
	    TEXT_DELTA("2", "So") BLOCK_STOP("2") BLOCK("3", TOOL)
	    JSON_DELTA("3", "") JSON_DELTA("3", "{\\\"te")
	    JSON_DELTA("3", "xt\\\":1}") BLOCK_STOP("3") REASON("tool_use")
	    STOP,
	    "{\"items\":[{\"type\":\"reasoning\",\"opaque\":{\"type\":"
	    "\"thinking\",\"thinking\":\"hm\",\"signature\":\"c2ln\"}},"
	    "{\"type\":\"reasoning\",\"opaque\":{\"type\":"
	    "\"redacted_thinking\",\"data\":\"xx\"}},"
	    "{\"type\":\"text\",\"text\":\"So\"},"
	    "{\"type\":\"call\",\"id\":\"t1\",\"name\":\"search\","
	    "\"arguments\":\"{\\\"text\\\":1}\"}],\"stop\":\"tool\"," USAGE
	    "}" },
	/* Thinking that nothing signs cannot be sent back. */
	{ START BLOCK("0", "{\"type\":\"thinking\",\"thinking\":\"x\"}")
	    BLOCK_STOP("0") TEXT_DELTA("1", "a") REASON("end_turn") STOP,
	    "{\"items\":[{\"type\":\"text\",\"text\":\"a\"}],\"stop\":"
	    "\"end\"," USAGE "}" },
	/* A call without arguments; one with its input at once. */
	{ START BLOCK("0", TOOL) BLOCK_STOP("0") REASON("tool_use") STOP,
	    "{\"items\":[{\"type\":\"call\",\"id\":\"t1\",\"name\":"
	    "\"search\",\"arguments\":\"{}\"}],\"stop\":\"tool\"," USAGE
	    "}" },
	{ START BLOCK("0", "{\"type\":\"tool_use\",\"id\":\"t1\",\"name\":"
	    "\"search\",\"input\":{\"text\":\"a/b\"}}") BLOCK_STOP("0")
	    REASON("tool_use") STOP,
	    "{\"items\":[{\"type\":\"call\",\"id\":\"t1\",\"name\":"
	    "\"search\",\"arguments\":\"{\\\"text\\\":\\\"a/b\\\"}\"}],"
	    "\"stop\":\"tool\"," USAGE "}" },
	/* A hosted tool's blocks are none of ours. */
	{ START BLOCK("0", "{\"type\":\"server_tool_use\",\"id\":\"s\","
	    "\"name\":\"web_search\",\"input\":{}}") BLOCK_STOP("0")
	    BLOCK("1", "{\"type\":\"text\",\"text\":\"x\"}") BLOCK_STOP("1")
	    REASON("end_turn") STOP,
	    "{\"items\":[{\"type\":\"text\",\"text\":\"x\"}],\"stop\":"
	    "\"end\"," USAGE "}" },
	{ START TEXT_DELTA("0", "x") REASON("max_tokens") STOP,
	    "{\"items\":[{\"type\":\"text\",\"text\":\"x\"}],\"stop\":"
	    "\"length\"," USAGE "}" },
	{ START TEXT_DELTA("0", "x") REASON("stop_sequence") STOP,
	    "{\"items\":[{\"type\":\"text\",\"text\":\"x\"}],\"stop\":"
	    "\"end\"," USAGE "}" },
	{ START REASON("refusal") STOP, "{\"error\":\"refusal\",\"text\":"
	    "\"the model declined to answer\"," USAGE "}" },
	{ START REASON("model_context_window_exceeded") STOP,
	    "{\"error\":\"context_window\",\"text\":"
	    "\"input and reply exceed the context window\"," USAGE "}" },
	/* Usage that the last event repeats as a whole. */
	{ START TEXT_DELTA("0", "x") EV("{\"type\":\"message_delta\","
	    "\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{"
	    "\"input_tokens\":11,\"cache_read_input_tokens\":30,"
	    "\"cache_creation_input_tokens\":4,\"output_tokens\":7}}") STOP,
	    "{\"items\":[{\"type\":\"text\",\"text\":\"x\"}],\"stop\":"
	    "\"end\"," USAGE "}" },
	{ TEXT_DELTA("0", "x") STOP,
	    "{\"items\":[{\"type\":\"text\",\"text\":\"x\"}],\"stop\":"
	    "\"end\"}" },
	/* Errors in the stream. */
	{ START TEXT_DELTA("0", "x") EV("{\"type\":\"error\",\"error\":{"
	    "\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}")
	    STOP, "{\"error\":\"overloaded\",\"text\":\"Overloaded\","
	    "\"model\":\"claude\"}" },
	/* What was written until then is not known: none of it is nought. */
	{ START TEXT_DELTA("0", "x"), "{\"error\":\"transport\",\"text\":"
	    "\"the stream ended before the reply was complete\","
	    "\"model\":\"claude\"}" },
	{ START TEXT_DELTA("0", "x") EV("{\"type\":\"message_delta\","
	    "\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{}}") STOP,
	    "{\"items\":[{\"type\":\"text\",\"text\":\"x\"}],\"stop\":"
	    "\"end\",\"model\":\"claude\"}" },
	{ TEXT_DELTA("0", "x") REASON("end_turn") STOP,
	    "{\"items\":[{\"type\":\"text\",\"text\":\"x\"}],\"stop\":"
	    "\"end\"}" },
	{ EV("{\"type\":\"error\",\"error\":{\"type\":\"rate_limit_error\","
	    "\"message\":\"Slow\"}}"),
	    "{\"error\":\"rate_limit\",\"text\":\"Slow\"}" },
	{ EV("{\"type\":\"error\"}"),
	    "{\"error\":\"overloaded\",\"text\":\"no reason given\"}" },
	/* Strange events. */
	{ EV("{oops") EV("7") EV("{\"type\":[]}")
	    EV("{\"type\":\"content_block_delta\"}")
	    EV("{\"type\":\"content_block_delta\",\"delta\":{\"type\":"
	    "\"text_delta\",\"text\":{}}}")
	    EV("{\"type\":\"content_block_start\"}")
	    EV("{\"type\":\"content_block_stop\",\"index\":99}")
	    EV("{\"type\":\"future\"}") START TEXT_DELTA("0", "x")
	    REASON("end_turn") STOP,
	    "{\"items\":[{\"type\":\"text\",\"text\":\"x\"}],\"stop\":"
	    "\"end\"," USAGE "}" },
	/* The stream just ends. */
	{ START TEXT_DELTA("0", "x") REASON("end_turn"),
	    "{\"error\":\"transport\",\"text\":\"the stream ended before the "
	    "reply was complete\"," USAGE "}" },
};
#define NSTREAMS ((int)(sizeof(streams) / sizeof(streams[0])))

START_TEST(stream)
{
	assert_reply(&api_messages, streams[_i].stream, streams[_i].want);
}
END_TEST

/* The tool that stands for a schema comes out as text, and ends the turn. */
START_TEST(a_structured_reply)
{
	assert_schema_reply(&api_messages, "codex_output_schema",
	    START BLOCK("0", "{\"type\":\"tool_use\",\"id\":\"t\",\"name\":"
	    "\"codex_output_schema\",\"input\":{}}")
	    JSON_DELTA("0", "{\\\"raw_memory\\\":") JSON_DELTA("0",
	    "\\\"m\\\"}") BLOCK_STOP("0") REASON("tool_use") STOP,
	    "{\"items\":[{\"type\":\"text\",\"text\":"
	    "\"{\\\"raw_memory\\\":\\\"m\\\"}\"}],\"stop\":\"end\"," USAGE
	    "}");
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("api_messages");
	TCase	*tc = tcase_create("messages");

	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_test(tc, stage_one_body);
	tcase_add_test(tc, agent_body);
	tcase_add_test(tc, a_payload_cannot_ask_for_more);
	tcase_add_test(tc, headers);
	tcase_add_loop_test(tc, stream, 0, NSTREAMS);
	tcase_add_test(tc, a_structured_reply);
	suite_add_tcase(s, tc);
	return s;
}

CHECK_MAIN(suite)
