/* links: supervisor/mnemoctl/mcp_rpc.c supervisor/mnemoctl/mcp_tools.c supervisor/mnemoctl/mcp_memory.c supervisor/mnemoctl/mcp_text.c supervisor/mnemoctl/mcp_channel.c supervisor/mnemoctl/memory_files.c supervisor/mnemoctl/search_texts.c supervisor/mnemoctl/json_text.c tests/scratch.c */
/*
 * An agent's client sends what it likes: other revisions of the protocol,
 * batches, mistakes.  Each gets the answer that the protocol has for it, and
 * the tools have the arguments, limits and errors of Codex's own server, so
 * that an agent can be moved from one to the other.
 */
#include <sys/stat.h>
#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/fd.h"
#include "common/json.h"
#include "supervisor/mnemoctl/mcp.h"
#include "supervisor/mnemoctl/mcp_text.h"
#include "supervisor/mnemoctl/mcp_tools.h"
#include "tests/check_main.h"
#include "tests/log_sink.h"
#include "tests/scratch.h"

/* How what memory holds begins; worker/extract/memread.c looks for it. */
#define MARK "\"served_by\":\"mnemod-memory\","

static struct mcp	m;
static char		dir[300];
static struct buf	out;
static json_object	*doc;

static void
put(const char *path, const char *text)
{
	int	fd = openat(m.root, path, O_WRONLY | O_CREAT | O_TRUNC |
	    O_CLOEXEC, 0600);

	ck_assert_int_ne(fd, -1);
	ck_assert_int_eq(fd_write_all(fd, text, strlen(text)), 0);
	close(fd);
}

static void
setup(void)
{
	setlocale(LC_CTYPE, "C.UTF-8");
	log_set_sink(log_quiet, NULL);
	scratch_make(dir, sizeof(dir));
	memset(&m, 0, sizeof(m));
	m.root = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	m.channel = -1;
	m.memory = "codex";
	mkdirat(m.root, "rollout_summaries", 0700);
	mkdirat(m.root, "skills", 0700);
	mkdirat(m.root, "skills/a", 0700);
	mkdirat(m.root, ".git", 0700);
	put("MEMORY.md", "one\ntwo needle\nthree\n\nfive needle");
	put("rollout_summaries/a.md", "thread_id: x\nneedle\n");
	put("skills/a/SKILL.md", "no\n");
	put(".git/config", "needle\n");
	put("todo.txt", "needle\n");
	ck_assert_int_eq(symlinkat("/etc", m.root, "skills/etc"), 0);
	ck_assert_int_eq(symlinkat("/etc/passwd", m.root,
	    "memory_summary.md"), 0);
	ck_assert_int_eq(mkfifoat(m.root, "rollout_summaries/f.md", 0600), 0);
	buf_init(&out);
}

static void
teardown(void)
{
	json_object_put(doc);
	doc = NULL;
	buf_release(&out);
	mcp_release(&m);
	close(m.root);
	scratch_remove(dir);
	log_set_sink(NULL, NULL);
}

/* What a line is answered with; NULL: nothing. */
static json_object *
say(const char *line)
{
	json_object_put(doc);
	doc = NULL;
	buf_reset(&out);
	mcp_line(&m, line, strlen(line), &out);
	if (out.len == 0)
		return NULL;
	ck_assert_int_eq(out.data[out.len - 1], '\n');
	ck_assert_ptr_eq(memchr(out.data, '\n', out.len), out.data + out.len -
	    1);
	doc = json_parse(out.data, out.len - 1, JSON_DEPTH, NULL);
	ck_assert_ptr_nonnull(doc);
	return doc;
}

static int
error_of(const char *line)
{
	return (int)json_int(json_obj(say(line), "error"), "code", 0);
}

static void
begin(const char *revision)
{
	char	line[256];

	snprintf(line, sizeof(line), "{\"jsonrpc\":\"2.0\",\"id\":0,"
	    "\"method\":\"initialize\",\"params\":{\"protocolVersion\":\"%s\""
	    "}}", revision);
	ck_assert_ptr_nonnull(json_obj(say(line), "result"));
	ck_assert_ptr_null(say("{\"jsonrpc\":\"2.0\",\"method\":"
	    "\"notifications/initialized\"}"));
}

/* Call a tool; 0 and what it gave, or -1 and its sentence, in *text. */
static int
call(const char *name, const char *args, const char **text)
{
	char		 line[1024];
	json_object	*result;

	snprintf(line, sizeof(line), "{\"jsonrpc\":\"2.0\",\"id\":\"c\","
	    "\"method\":\"tools/call\",\"params\":{\"name\":\"%s\","
	    "\"arguments\":%s}}", name, args);
	result = json_obj(say(line), "result");
	ck_assert_ptr_nonnull(result);
	*text = json_str(json_object_array_get_idx(json_arr(result,
	    "content"), 0), "text");
	ck_assert_ptr_nonnull(*text);
	return json_flag(result, "isError", 0) ? -1 : 0;
}

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

START_TEST(list_has_its_limits)
{
	const char	*text;

	begin("2025-06-18");
	ck_assert_int_eq(call("list", "{}", &text), 0);
	ck_assert_str_eq(text, "{" MARK "\"path\":null,\"entries\":[{\"path\":"
	    "\"MEMORY.md\",\"entry_type\":\"file\"},{\"path\":"
	    "\"rollout_summaries\",\"entry_type\":\"directory\"},{\"path\":"
	    "\"skills\",\"entry_type\":\"directory\"}],\"next_cursor\":null,"
	    "\"truncated\":false}");
	call("list", "{\"max_results\":1,\"cursor\":\"1\"}", &text);
	ck_assert_ptr_nonnull(strstr(text, "[{\"path\":\"rollout_summaries\""
	    ",\"entry_type\":\"directory\"}],\"next_cursor\":\"2\","
	    "\"truncated\":true"));
	call("list", "{\"path\":\"./skills//\"}", &text);
	ck_assert_ptr_nonnull(strstr(text, "[{\"path\":\"skills/a\",\"entry"));
	call("list", "{\"path\":\"MEMORY.md\",\"max_results\":0}", &text);
	ck_assert_ptr_nonnull(strstr(text, "[{\"path\":\"MEMORY.md\",\"entry_"
	    "type\":\"file\"}]"));
	ck_assert_int_eq(call("list", "{\"cursor\":\"3\"}", &text), 0);
	ck_assert_int_eq(call("list", "{\"cursor\":\"4\"}", &text), -1);
	ck_assert_int_eq(call("list", "{\"cursor\":\"-1\"}", &text), -1);
	ck_assert_int_eq(call("list", "{\"cursor\":\"\"}", &text), -1);
	ck_assert_int_eq(call("list", "{\"cursor\":1}", &text), -1);
	ck_assert_int_eq(call("list", "{\"max_results\":\"1\"}", &text), -1);
	ck_assert_int_eq(call("list", "{\"paht\":\"x\"}", &text), -1);
	ck_assert_str_eq(text, "list has no argument paht; the nearest is "
	    "path");
}
END_TEST

/* Nothing outside, nothing hidden, nothing through a link. */
START_TEST(paths_stay_inside)
{
	static const char *const refused[] = {
		"/etc", "/", "..", "a/../b", "skills/../../x", "skills/etc",
		"skills/etc/passwd", "memory_summary.md"
	};
	static const char *const absent[] = {
		"none", ".git", ".git/config", "todo.txt", "skills/.x",
		"rollout_summaries/f.md", "MEMORY.md/x", "a\\nb",
	};
	const char	*text;
	char		 args[128];
	size_t		 i;

	begin("2025-06-18");
	for (i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		snprintf(args, sizeof(args), "{\"path\":\"%s\"}", refused[i]);
		ck_assert_int_eq(call("list", args, &text), -1);
		ck_assert_int_eq(call("read", args, &text), -1);
		snprintf(args, sizeof(args),
		    "{\"query\":\"e\",\"path\":\"%s\"}", refused[i]);
		ck_assert_int_eq(call("search", args, &text), -1);
	}
	for (i = 0; i < sizeof(absent) / sizeof(absent[0]); i++) {
		snprintf(args, sizeof(args), "{\"path\":\"%s\"}", absent[i]);
		ck_assert_int_eq(call("list", args, &text), 0);
		ck_assert_ptr_nonnull(strstr(text, "\"entries\":[]"));
		ck_assert_int_eq(call("read", args, &text), -1);
		snprintf(args, sizeof(args),
		    "{\"query\":\"e\",\"path\":\"%s\"}", absent[i]);
		ck_assert_int_eq(call("search", args, &text), 0);
		ck_assert_ptr_nonnull(strstr(text, "\"matches\":[]"));
	}
}
END_TEST

START_TEST(read_has_its_limits)
{
	const char	*text;

	begin("2025-06-18");
	ck_assert_int_eq(call("read", "{\"path\":\"MEMORY.md\"}", &text), 0);
	ck_assert_str_eq(text, "{" MARK "\"path\":\"MEMORY.md\","
	    "\"start_line_number\":1,\"content\":\"one\\ntwo needle\\nthree"
	    "\\n\\nfive needle\",\"truncated\":false}");
	call("read", "{\"path\":\"MEMORY.md\",\"line_offset\":2,"
	    "\"max_lines\":2}", &text);
	ck_assert_ptr_nonnull(strstr(text, "\"start_line_number\":2,"
	    "\"content\":\"two needle\\nthree\\n\",\"truncated\":true"));
	ck_assert_int_eq(call("read", "{\"path\":\"MEMORY.md\","
	    "\"line_offset\":5}", &text), 0);
	ck_assert_int_eq(call("read", "{\"path\":\"MEMORY.md\","
	    "\"line_offset\":6}", &text), -1);
	ck_assert_str_eq(text, "line_offset is past the end: the file has 5 "
	    "lines");
	ck_assert_int_eq(call("read", "{\"path\":\"MEMORY.md\","
	    "\"line_offset\":0}", &text), -1);
	ck_assert_int_eq(call("read", "{\"path\":\"MEMORY.md\","
	    "\"max_lines\":0}", &text), -1);
	ck_assert_int_eq(call("read", "{\"path\":\"MEMORY.md\","
	    "\"max_lines\":1.5}", &text), -1);
	ck_assert_int_eq(call("read", "{\"path\":\"skills\"}", &text), -1);
	ck_assert_int_eq(call("read", "{\"path\":\"\"}", &text), -1);
	ck_assert_int_eq(call("read", "{}", &text), -1);
	ck_assert_str_eq(text, "read needs the argument path");
	ck_assert_int_eq(call("read", "{\"path\":\"MEMORY\\u0000.md\"}",
	    &text), -1);
	put("skills/a/bin", "a\xff\xe2\x80z");
	ck_assert_int_eq(call("read", "{\"path\":\"skills/a/bin\"}", &text),
	    0);
	ck_assert_ptr_nonnull(strstr(text, "a\xef\xbf\xbd\xef\xbf\xbd\xef\xbf"
	    "\xbdz"));
}
END_TEST

START_TEST(search_has_its_limits)
{
	const char	*text;

	begin("2025-06-18");
	ck_assert_int_eq(call("search", "{\"query\":\" needle \"}", &text),
	    0);
	ck_assert_str_eq(text, "{" MARK "\"query\":\" needle \",\"path\":null,"
	    "\"matches\":[{\"path\":\"MEMORY.md\",\"line_number\":2,"
	    "\"start_line_number\":2,\"content\":\"two needle\"},{\"path\":"
	    "\"MEMORY.md\",\"line_number\":5,\"start_line_number\":5,"
	    "\"content\":\"five needle\"},{\"path\":"
	    "\"rollout_summaries/a.md\",\"line_number\":2,"
	    "\"start_line_number\":2,\"content\":\"needle\"}],"
	    "\"next_cursor\":null,\"truncated\":false}");
	call("search", "{\"query\":\"needle\",\"context_lines\":1,"
	    "\"cursor\":\"1\",\"max_results\":1}", &text);
	ck_assert_ptr_nonnull(strstr(text, "[{\"path\":\"MEMORY.md\","
	    "\"line_number\":5,\"start_line_number\":4,\"content\":"
	    "\"\\nfive needle\"}],\"next_cursor\":\"2\",\"truncated\":true"));
	call("search", "{\"query\":\"needle\",\"path\":\"rollout_summaries\","
	    "\"context_lines\":99999999999}", &text);
	ck_assert_ptr_nonnull(strstr(text, "\"start_line_number\":1,"
	    "\"content\":\"thread_id: x\\nneedle\""));
	ck_assert_int_eq(call("search", "{\"query\":\"Needle\"}", &text), 0);
	ck_assert_ptr_nonnull(strstr(text, "\"matches\":[]"));
	ck_assert_int_eq(call("search", "{\"query\":\"needle\\nthree\"}",
	    &text), 0);
	ck_assert_ptr_nonnull(strstr(text, "\"matches\":[]"));
	ck_assert_int_eq(call("search", "{\"query\":\"needle\",\"cursor\":"
	    "\"3\"}", &text), 0);
	ck_assert_int_eq(call("search", "{\"query\":\"needle\",\"cursor\":"
	    "\"4\"}", &text), -1);
	ck_assert_int_eq(call("search", "{\"query\":\" \\t\"}", &text), -1);
	ck_assert_str_eq(text, "query is empty");
	ck_assert_int_eq(call("search", "{\"query\":\"x\","
	    "\"context_lines\":-1}", &text), -1);
	ck_assert_int_eq(call("search", "{}", &text), -1);
}
END_TEST

/* A page is full at 200 matches or 20,000 tokens, whichever comes first. */
START_TEST(pages_are_bounded)
{
	static char	 big[300 * 1024];
	const char	*text;
	struct mcp_lines l = { .first = 1, .max = 9 };
	struct buf	 b = BUF_INIT, got = BUF_INIT;
	size_t		 i;

	begin("2025-06-18");
	for (i = 0; i < 300; i++)
		memcpy(big + i * 2, "x\n", 2);
	big[600] = '\0';
	put("MEMORY.md", big);
	call("search", "{\"query\":\"x\",\"max_results\":9999}", &text);
	ck_assert_ptr_nonnull(strstr(text, "\"next_cursor\":\"200\""));
	memset(big, 'y', sizeof(big) - 1);
	for (i = 0; i < 10; i++)
		big[i * 30000 + 29999] = '\n';
	put("MEMORY.md", big);
	call("search", "{\"query\":\"yy\"}", &text);
	ck_assert_ptr_nonnull(strstr(text, "\"next_cursor\":\"2\""));
	ck_assert_int_eq(call("read", "{\"path\":\"MEMORY.md\"}", &text), 0);
	ck_assert_uint_lt(strlen(text), MCP_CONTENT_MAX + 200);
	ck_assert_ptr_nonnull(strstr(text, "\"truncated\":true"));
	/* A line that fits nowhere is cut, between characters. */
	for (i = 0; i < MCP_CONTENT_MAX; i++)
		buf_addstr(&b, "\xe2\x82\xac");
	ck_assert_int_eq(mcp_lines_cut(&b, &l, &got), 0);
	ck_assert_int_eq(l.cut, 1);
	ck_assert_int_eq(l.last, 1);
	ck_assert_uint_le(got.len, MCP_CONTENT_MAX + 40);
	ck_assert_ptr_nonnull(strstr(buf_str(&got), "\xe2\x82\xac\xe2\x80\xa6"
	    "40001 tokens truncated\xe2\x80\xa6"));
	buf_release(&b);
	buf_release(&got);
}
END_TEST

START_TEST(nobody_to_ask)
{
	const char	*text;

	begin("2025-06-18");
	ck_assert_int_eq(call("remember", "{\"text\":\"x\"}", &text), -1);
	ck_assert_ptr_nonnull(strstr(text, "nothing was noted"));
	ck_assert_int_eq(call("remember", "{}", &text), -1);
	close(m.root);
	m.root = -1;
	ck_assert_int_eq(call("list", "{}", &text), 0);
	ck_assert_int_eq(call("search", "{\"query\":\"x\"}", &text), 0);
	ck_assert_int_eq(call("read", "{\"path\":\"MEMORY.md\"}", &text), -1);
	ck_assert_str_eq(text, "nothing is published yet");
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("mcp");
	TCase	*tc = tcase_create("mcp");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, revisions_are_negotiated);
	tcase_add_test(tc, mistakes_have_their_codes);
	tcase_add_test(tc, notifications_are_not_answered);
	tcase_add_test(tc, batches_where_the_revision_has_them);
	tcase_add_test(tc, list_has_its_limits);
	tcase_add_test(tc, paths_stay_inside);
	tcase_add_test(tc, read_has_its_limits);
	tcase_add_test(tc, search_has_its_limits);
	tcase_add_test(tc, pages_are_bounded);
	tcase_add_test(tc, nobody_to_ask);
	suite_add_tcase(s, tc);
	return s;
}

CHECK_MAIN(suite)
