/* links: tests/mcp_scene.c supervisor/mnemoctl/mcp_rpc.c supervisor/mnemoctl/mcp_tools.c supervisor/mnemoctl/mcp_memory.c supervisor/mnemoctl/mcp_text.c supervisor/mnemoctl/mcp_channel.c supervisor/mnemoctl/memory_files.c supervisor/mnemoctl/search_texts.c supervisor/mnemoctl/json_text.c tests/scratch.c */
/*
 * An agent's client sends what it likes: other revisions of the protocol,
 * batches, mistakes.  Each gets the answer that the protocol has for it.
 */
#include <string.h>

#include "common/json.h"
#include "tests/check_main.h"
#include "tests/mcp_scene.h"

START_TEST(revisions_are_negotiated)
{
	static const struct { const char *asked, *given; } rows[] = {
		{ "2024-11-05", "2024-11-05" },
		{ "2025-03-26", "2025-03-26" },
		{ "2025-06-18", "2025-06-18" },
		{ "2025-11-25", "2025-11-25" },
		{ "2024-10-07", "2025-11-25" },
		{ "2099-01-01", "2025-11-25" },
		{ "", "2025-11-25" },
	};
	json_object	*result;
	size_t		 i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		begin(rows[i].asked);
		ck_assert_int_eq(m.revision == MCP_2024_11_05,
		    strcmp(rows[i].given, "2024-11-05") == 0);
		say("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\","
		    "\"params\":{\"protocolVersion\":\"2025-06-18\"}}");
	}
	begin("2024-11-05");
	result = json_obj(say("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":"
	    "\"tools/list\"}"), "result");
	ck_assert_uint_eq(json_object_array_length(json_arr(result,
	    "tools")), 4);
	ck_assert_ptr_null(strstr(buf_str(&out), "outputSchema"));
	ck_assert_ptr_null(strstr(buf_str(&out), "annotations"));
	begin("2025-11-25");
	say("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\"}");
	ck_assert_ptr_nonnull(strstr(buf_str(&out), "outputSchema"));
	ck_assert_ptr_nonnull(strstr(buf_str(&out), "readOnlyHint"));
}
END_TEST

START_TEST(mistakes_have_their_codes)
{
	static const struct { const char *line; int code; } rows[] = {
		{ "x", -32700 },
		{ "{", -32700 },
		{ "{}{}", -32700 },
		{ "{\"a\":\"\xff\"}", -32700 },
		{ "null", -32600 },
		{ "\"a\"", -32600 },
		{ "[]", -32600 },
		{ "{}", -32600 },
		{ "{\"jsonrpc\":\"1.0\",\"id\":1,\"method\":\"ping\"}", -32600 },
		{ "{\"jsonrpc\":\"2.0\",\"id\":null,\"method\":\"ping\"}",
		    -32600 },
		{ "{\"jsonrpc\":\"2.0\",\"id\":{},\"method\":\"ping\"}", -32600 },
		{ "{\"jsonrpc\":\"2.0\",\"id\":true,\"method\":\"ping\"}",
		    -32600 },
		{ "{\"jsonrpc\":\"2.0\",\"id\":1}", -32600 },
		{ "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":7}", -32600 },
		{ "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"p\\u0000\"}",
		    -32600 },
		{ "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"no\"}", -32601 },
		{ "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"resources/list\"}",
		    -32601 },
		{ "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\","
		    "\"params\":[]}", -32602 },
		{ "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\","
		    "\"params\":{\"cursor\":\"1\"}}", -32602 },
		{ "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\"}",
		    -32602 },
		{ "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\","
		    "\"params\":{\"name\":\"exec\"}}", -32602 },
		{ "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\","
		    "\"params\":{\"name\":\"list\",\"arguments\":[]}}",
		    -32602 },
		{ "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\"}",
		    -32602 },
		{ "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}", 0 },
		{ "{\"jsonrpc\":\"2.0\",\"id\":\"a\",\"method\":\"ping\","
		    "\"params\":null} \r", 0 },
	};
	size_t	i;

	ck_assert_int_eq(error_of("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":"
	    "\"tools/list\"}"), -32600);
	ck_assert_int_eq(error_of("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":"
	    "\"ping\"}"), 0);
	begin("2025-06-18");
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ck_assert_msg(error_of(rows[i].line) == rows[i].code,
		    "%s: %s", rows[i].line, buf_str(&out));
		ck_assert_ptr_nonnull(doc);
	}
	buf_reset(&out);
	mcp_long_line(&out);
	ck_assert_ptr_nonnull(strstr(buf_str(&out), "-32600"));
}
END_TEST

/* What asks for nothing gets nothing, whatever it says. */
START_TEST(notifications_are_not_answered)
{
	static const char *const lines[] = {
		"", "  \r", "{\"jsonrpc\":\"2.0\",\"method\":\"none\"}",
		"{\"jsonrpc\":\"2.0\",\"method\":\"ping\",\"params\":[]}",
		("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\","
		    "\"params\":{\"requestId\":1,\"reason\":\"x\"}}"),
		"{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\"}",
		"{\"jsonrpc\":\"2.0\",\"id\":5,\"result\":{}}",
		"{\"jsonrpc\":\"2.0\",\"id\":5,\"error\":{\"code\":1}}",
	};
	size_t	i;

	begin("2025-03-26");
	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		ck_assert_msg(say(lines[i]) == NULL, "%s", lines[i]);
}
END_TEST

#define PING(id) "{\"jsonrpc\":\"2.0\",\"id\":" id ",\"method\":\"ping\"}"
#define NOTE "{\"jsonrpc\":\"2.0\",\"method\":\"n\"}"

START_TEST(batches_where_the_revision_has_them)
{
	struct buf	b = BUF_INIT;
	int		i;

	begin("2025-03-26");
	say("[" PING("1") "," NOTE ",7," PING("\"b\"") "]");
	ck_assert(json_object_is_type(doc, json_type_array));
	ck_assert_uint_eq(json_object_array_length(doc), 3);
	ck_assert_ptr_null(say("[" NOTE "," NOTE "]"));
	ck_assert_int_eq(error_of("[]"), -32600);
	say("[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\","
	    "\"params\":{\"protocolVersion\":\"2025-06-18\"}}]");
	ck_assert_ptr_nonnull(strstr(buf_str(&out), "part of a batch"));
	ck_assert_int_eq(m.revision, MCP_2025_03_26);
	for (i = 0; i <= MCP_BATCH_MAX; i++)
		buf_addstr(&b, i == 0 ? "[" PING("1") : "," PING("1"));
	buf_addch(&b, ']');
	ck_assert_int_eq(error_of(buf_str(&b)), -32600);
	buf_release(&b);
	begin("2025-06-18");
	ck_assert_int_eq(error_of("[" PING("1") "]"), -32600);
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("mcp");
	TCase	*tc = tcase_create("mcp");

	tcase_add_checked_fixture(tc, mcp_setup, mcp_teardown);
	tcase_add_test(tc, revisions_are_negotiated);
	tcase_add_test(tc, mistakes_have_their_codes);
	tcase_add_test(tc, notifications_are_not_answered);
	tcase_add_test(tc, batches_where_the_revision_has_them);
	suite_add_tcase(s, tc);
	return s;
}

CHECK_MAIN(suite)
