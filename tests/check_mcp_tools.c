/* links: tests/mcp_scene.c supervisor/mnemoctl/mcp_rpc.c supervisor/mnemoctl/mcp_tools.c supervisor/mnemoctl/mcp_memory.c supervisor/mnemoctl/mcp_text.c supervisor/mnemoctl/mcp_channel.c supervisor/mnemoctl/memory_files.c supervisor/mnemoctl/search_texts.c supervisor/mnemoctl/json_text.c tests/scratch.c */
/*
 * The tools have the arguments, limits and errors of Codex's own server, so
 * that an agent can be moved from one to the other; and nothing is shown of
 * what is no memory.
 */
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "supervisor/mnemoctl/mcp_text.h"
#include "supervisor/mnemoctl/mcp_tools.h"
#include "tests/check_main.h"
#include "tests/mcp_scene.h"

static int	broken;		/* read(2) fails */

/* The program's own comes before that of the C library. */
ssize_t
read(int fd, void *data, size_t len)
{
	static ssize_t	(*real)(int, void *, size_t);

	if (broken) {
		errno = EIO;
		return -1;
	}
	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "read");
	return real(fd, data, len);
}

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
	/* A file that cannot be read just now is not one without it. */
	broken = 1;
	ck_assert_int_eq(call("search", "{\"query\":\"needle\"}", &text), -1);
	broken = 0;
	ck_assert_ptr_nonnull(strstr(text, "not all of it can be read: "));
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
	Suite	*s = suite_create("mcp_tools");
	TCase	*tc = tcase_create("mcp_tools");

	tcase_add_checked_fixture(tc, mcp_setup, mcp_teardown);
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
