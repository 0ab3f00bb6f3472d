/* links: tests/scratch.c worker/consolidate/patch.c worker/consolidate/patch_apply.c worker/consolidate/staging.c worker/consolidate/staging_?*.c worker/consolidate/tools.c worker/consolidate/tools_?*.c */

/*
 * An agent of another program wrote into the user's home, because the tool
 * took any path that the model gave.  Ours takes names below staging, never
 * follows a link, changes only what an agent may change, and tells the model
 * in every case what to do next.
 */
#include <sys/stat.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check_main.h"
#include "tests/scratch.h"
#include "worker/consolidate/tools.h"

static char		 dir[256];
static struct staging	 st;
static struct tools	 ts;
static struct buf	 out;

static void
put(const char *name, const char *text)
{
	struct buf	b = BUF_INIT;

	buf_addstr(&b, text);
	ck_assert_int_eq(staging_write(&st, name, &b, NULL), STAGING_OK);
	buf_release(&b);
}

/* The text of a file, NULL if absent; static memory. */
static const char *
get(const char *name)
{
	static struct buf	b;

	buf_reset(&b);
	return staging_read(&st, name, TOOLS_FILE_MAX, &b) == STAGING_OK ?
	    buf_str(&b) : NULL;
}

static enum tool_end
call(const char *name, const char *args)
{
	buf_reset(&out);
	return tools_call(&ts, name, args, &out);
}

#define SAYS(text) ck_assert_msg(strstr(buf_str(&out), text) != NULL,	\
    "it says: %s", buf_str(&out))

static void
setup(void)
{
	char	why[128];

	scratch_make(dir, sizeof(dir));
	ck_assert_int_eq(staging_open(&st, dir), 0);
	memset(&ts, 0, sizeof(ts));
	ts.st = &st;
	ts.redact = redact_new(NULL, 0, why, sizeof(why));
	ck_assert_ptr_nonnull(ts.redact);
	put("MEMORY.md", "one\ntwo\nthree\ntwo again\n");
	put("memory_summary.md", "v1\n");
	put("rollout_summaries/a.md", "thread_id: x\n\nthe word is two\n");
	put(".inputs.json", "{}");
}

static void
teardown(void)
{
	redact_free(ts.redact);
	staging_close(&st);
	buf_release(&out);
	scratch_remove(dir);
}

/* tool, arguments, end, what the text says */
static const struct {
	const char	*name, *args;
	enum tool_end	 end;
	const char	*says;
} calls[] = {
	{ "list_files", "{\"path\":null}", TOOL_DONE, " MEMORY.md\n" },
	{ "list_files", "{}", TOOL_DONE, "rollout_summaries/a.md" },
	{ "list_files", "{\"path\":\"skills\"}", TOOL_REFUSED, "not there" },
	{ "read_file", "{\"path\":\"MEMORY.md\",\"first_line\":null,"
	    "\"lines\":null}", TOOL_DONE, "lines 1 to 4 of 4\none\n" },
	{ "read_file", "{\"path\":\"MEMORY.md\",\"first_line\":2,"
	    "\"lines\":1}", TOOL_DONE, "lines 2 to 2 of 4\ntwo\n[2 lines "
	    "follow: go on with first_line 3]" },
	{ "read_file", "{\"path\":\"MEMORY.md\",\"first_line\":9}",
	    TOOL_REFUSED, "has 4 lines" },
	{ "read_file", "{\"path\":\"MEMORY.md\",\"first_line\":0}",
	    TOOL_REFUSED, "must be 1 or more" },
	{ "read_file", "{\"path\":\"no.md\"}", TOOL_REFUSED, "not there" },
	{ "read_file", "{\"path\":\"rollout_summaries\"}", TOOL_REFUSED,
	    "no regular file" },
	{ "search", "{\"text\":\"two\",\"path\":null}", TOOL_DONE,
	    "MEMORY.md:2: two\nMEMORY.md:4: two again\n"
	    "rollout_summaries/a.md:3: the word is two\n" },
	{ "search", "{\"text\":\"two\",\"path\":\"MEMORY.md\"}", TOOL_DONE,
	    "MEMORY.md:4" },
	{ "search", "{\"text\":\"absent\"}", TOOL_DONE, "not found" },
	{ "search", "{\"text\":\"\"}", TOOL_REFUSED, "part of one line" },
	/* arguments */
	{ "read_file", "{}", TOOL_REFUSED, "argument path is missing" },
	{ "read_file", "{\"path\":7}", TOOL_REFUSED, "of the wrong type" },
	{ "read_file", "{\"path\":\"MEMORY.md\",\"lines\":\"x\"}",
	    TOOL_REFUSED, "argument lines" },
	{ "read_file", "{\"path\":\"MEMORY.md\",\"mode\":1}", TOOL_REFUSED,
	    "no argument of the name mode" },
	{ "read_file", "{\"path\"", TOOL_REFUSED, "no JSON object" },
	{ "read_file", "[]", TOOL_REFUSED, "no JSON object" },
	{ "read_file", "{\"path\":\"a\\u0000b\"}", TOOL_REFUSED, "NUL" },
	{ "exec", "{\"cmd\":\"id\"}", TOOL_REFUSED, "there is no tool exec" },
	/* paths */
	{ "read_file", "{\"path\":\"/etc/passwd\"}", TOOL_REFUSED,
	    "relative" },
	{ "read_file", "{\"path\":\"~/.ssh/id_rsa\"}", TOOL_REFUSED,
	    "relative" },
	{ "read_file", "{\"path\":\"../x\"}", TOOL_REFUSED, "dot" },
	{ "read_file", "{\"path\":\"skills/../../x\"}", TOOL_REFUSED, "dot" },
	{ "read_file", "{\"path\":\".inputs.json\"}", TOOL_REFUSED, "dot" },
	{ "read_file", "{\"path\":\"a//b\"}", TOOL_REFUSED, "slashes" },
	{ "read_file", "{\"path\":\"a/\"}", TOOL_REFUSED, "slashes" },
	{ "read_file", "{\"path\":\"a\\nb\"}", TOOL_REFUSED, "character" },
	{ "write_file", "{\"path\":\"rollout_summaries/a.md\","
	    "\"content\":\"x\"}", TOOL_REFUSED, "evidence" },
	{ "write_file", "{\"path\":\"raw_memories.md\",\"content\":\"x\"}",
	    TOOL_REFUSED, "evidence" },
	{ "write_file", "{\"path\":\"notes.txt\",\"content\":\"x\"}",
	    TOOL_REFUSED, "only MEMORY.md" },
	{ "write_file", "{\"path\":\"skills/a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/"
	    "SKILL.md\",\"content\":\"x\"}", TOOL_REFUSED, "too deep" },
	{ "delete_file", "{\"path\":\"rollout_summaries/a.md\"}",
	    TOOL_REFUSED, "evidence" },
	{ "move_file", "{\"from\":\"MEMORY.md\",\"to\":\"../M\"}",
	    TOOL_REFUSED, "dot" },
	{ "move_file", "{\"from\":\"MEMORY.md\",\"to\":"
	    "\"memory_summary.md\"}", TOOL_REFUSED, "is there already" },
	{ "delete_file", "{\"path\":\"skills/x.md\"}", TOOL_REFUSED,
	    "not there" },
	{ "edit_file", "{\"path\":\"MEMORY.md\",\"old\":\"two\","
	    "\"new\":\"2\"}", TOOL_REFUSED, "2 times (lines 2, 4)" },
	{ "edit_file", "{\"path\":\"MEMORY.md\",\"old\":\"four\","
	    "\"new\":\"4\"}", TOOL_REFUSED, "does not hold" },
	{ "edit_file", "{\"path\":\"MEMORY.md\",\"old\":\"\",\"new\":\"4\"}",
	    TOOL_REFUSED, "does not hold" },
	{ "apply_patch", "{\"patch\":\"*** Begin Patch\\n*** Add File: "
	    "MEMORY.md\\n+x\\n*** End Patch\"}", TOOL_REFUSED,
	    "is there already" },
	{ "apply_patch", "{\"patch\":\"*** Begin Patch\\n*** Delete File: "
	    "../x\\n*** End Patch\"}", TOOL_REFUSED, "dot" },
	{ "apply_patch", "{\"patch\":\"*** Begin Patch\\n*** Delete File: "
	    "MEMORY.md\\n*** Delete File: MEMORY.md\\n*** End Patch\"}",
	    TOOL_REFUSED, "twice" },
};

START_TEST(each_call_is_answered)
{
	struct buf	before = BUF_INIT;

	buf_addstr(&before, get("MEMORY.md"));
	ck_assert_int_eq((int)call(calls[_i].name, calls[_i].args),
	    (int)calls[_i].end);
	SAYS(calls[_i].says);
	ck_assert_str_eq(get("MEMORY.md"), buf_str(&before));
	ck_assert_uint_eq(ts.written, 0);
	buf_release(&before);
}
END_TEST

START_TEST(files_are_written_and_changed)
{
	ck_assert_int_eq((int)call("write_file", "{\"path\":"
	    "\"skills/build/SKILL.md\",\"content\":\"a skill\\n\"}"),
	    TOOL_DONE);
	SAYS("8 bytes");
	ck_assert_str_eq(get("skills/build/SKILL.md"), "a skill\n");
	ck_assert_int_eq((int)call("edit_file", "{\"path\":\"MEMORY.md\","
	    "\"old\":\"one\\ntwo\",\"new\":\"1\\n2\"}"), TOOL_DONE);
	ck_assert_str_eq(get("MEMORY.md"), "1\n2\nthree\ntwo again\n");
	ck_assert_int_eq((int)call("move_file", "{\"from\":"
	    "\"skills/build/SKILL.md\",\"to\":\"skills/make/SKILL.md\"}"),
	    TOOL_DONE);
	ck_assert_ptr_null(get("skills/build/SKILL.md"));
	ck_assert_str_eq(get("skills/make/SKILL.md"), "a skill\n");
	ck_assert_int_eq((int)call("delete_file", "{\"path\":"
	    "\"skills/make/SKILL.md\"}"), TOOL_DONE);
	ck_assert_ptr_null(get("skills/make/SKILL.md"));
	ck_assert_uint_eq(ts.mutations, 4);
}
END_TEST

START_TEST(a_patch_changes_all_or_nothing)
{
	ck_assert_int_eq((int)call("apply_patch", "{\"patch\":"
	    "\"*** Begin Patch\\n*** Update File: MEMORY.md\\n@@\\n-one\\n"
	    "+1\\n*** Add File: skills/s/SKILL.md\\n+x\\n"
	    "*** Update File: memory_summary.md\\n@@\\n-v2\\n+v3\\n"
	    "*** End Patch\"}"), TOOL_REFUSED);
	SAYS("memory_summary.md chunk 1 is not in the file");
	ck_assert_str_eq(get("MEMORY.md"), "one\ntwo\nthree\ntwo again\n");
	ck_assert_ptr_null(get("skills/s/SKILL.md"));
	ck_assert_int_eq((int)call("apply_patch", "{\"patch\":"
	    "\"*** Begin Patch\\n*** Update File: MEMORY.md\\n@@\\n-one\\n"
	    "+1\\n*** Add File: skills/s/SKILL.md\\n+x\\n"
	    "*** Delete File: memory_summary.md\\n*** End Patch\"}"),
	    TOOL_DONE);
	SAYS("M MEMORY.md\nA skills/s/SKILL.md\nD memory_summary.md\n");
	ck_assert_str_eq(get("MEMORY.md"), "1\ntwo\nthree\ntwo again\n");
	ck_assert_ptr_null(get("memory_summary.md"));
}
END_TEST

#define PATCH(body) "{\"patch\":\"*** Begin Patch\\n*** Update File: "	\
	"MEMORY.md\\n@@\\n-one\\n+1\\n" body "*** End Patch\"}"

/* Found by fuzz_patch: MEMORY.md was changed, what came after it was not. */
START_TEST(a_patch_of_a_file_and_its_folder_changes_nothing)
{
	static const struct {
		const char	*args, *says;
	} patches[] = {
		{ PATCH("*** Add File: skills/a\\n+x\\n*** Add File: "
		    "skills/a/b\\n+x\\n"), "below a file of the patch" },
		{ PATCH("*** Add File: skills/a/b\\n+x\\n*** Update File: "
		    "skills/s/x.md\\n*** Move to: skills/a\\n"),
		    "such a file below it" },
		{ PATCH("*** Delete File: skills/s\\n"),
		    "no regular file" },
		{ PATCH("*** Add File: skills/s\\n+x\\n"),
		    "no regular file" },
	};
	size_t	i;

	put("skills/s/x.md", "x\n");
	for (i = 0; i < sizeof(patches) / sizeof(patches[0]); i++) {
		ck_assert_int_eq((int)call("apply_patch", patches[i].args),
		    (int)TOOL_REFUSED);
		SAYS(patches[i].says);
		ck_assert_str_eq(get("MEMORY.md"),
		    "one\ntwo\nthree\ntwo again\n");
		ck_assert_ptr_null(get("skills/a"));
		ck_assert_uint_eq(ts.mutations, 0);
	}
}
END_TEST

START_TEST(a_patch_of_too_many_files_is_refused_at_once)
{
	struct buf	b = BUF_INIT;
	unsigned	i;

	buf_addstr(&b, "{\"patch\":\"*** Begin Patch\\n");
	for (i = 0; i < 20000; i++)
		buf_addf(&b, "*** Add File: skills/%u\\n", i);
	buf_addstr(&b, "*** End Patch\"}");
	ck_assert_int_eq((int)call("apply_patch", buf_str(&b)),
	    (int)TOOL_REFUSED);
	SAYS("the limit of a run is reached");
	buf_release(&b);
}
END_TEST

/*
 * Found by fuzz_tools: a folder moved into itself ended the run, as if
 * staging had failed.
 */
START_TEST(what_is_no_file_stays)
{
	char		path[512], target[8];
	struct stat	sb;

	put("skills/s/x.md", "x\n");
	snprintf(path, sizeof(path), "%s/skills/link", dir);
	ck_assert_int_eq(symlink("s/x.md", path), 0);
	ck_assert_int_eq((int)call("move_file", "{\"from\":\"skills/s\","
	    "\"to\":\"skills/s/t\"}"), (int)TOOL_REFUSED);
	SAYS("no regular file");
	ck_assert_int_eq((int)call("delete_file", "{\"path\":"
	    "\"skills/link\"}"), (int)TOOL_REFUSED);
	ck_assert_int_eq((int)call("move_file", "{\"from\":"
	    "\"skills/link\",\"to\":\"skills/t\"}"), (int)TOOL_REFUSED);
	ck_assert_int_eq((int)call("write_file", "{\"path\":"
	    "\"skills/link\",\"content\":\"y\"}"), (int)TOOL_REFUSED);
	ck_assert_int_eq(lstat(path, &sb), 0);
	ck_assert_int_eq((int)readlink(path, target, sizeof(target)), 6);
	ck_assert_str_eq(get("skills/s/x.md"), "x\n");
}
END_TEST

START_TEST(no_link_is_followed)
{
	char	path[512], target[512];

	snprintf(path, sizeof(path), "%s/skills", dir);
	ck_assert_int_eq(symlink("/etc", path), 0);
	ck_assert_int_eq((int)call("read_file", "{\"path\":"
	    "\"skills/passwd\"}"), TOOL_REFUSED);
	ck_assert_int_eq((int)call("write_file", "{\"path\":"
	    "\"skills/mnemod-test\",\"content\":\"x\"}"), TOOL_REFUSED);
	ck_assert_int_eq(access("/etc/mnemod-test", F_OK), -1);
	ck_assert_int_eq((int)call("list_files", "{\"path\":null}"),
	    TOOL_DONE);
	ck_assert_ptr_null(strstr(buf_str(&out), "passwd"));
	snprintf(path, sizeof(path), "%s/MEMORY.md", dir);
	snprintf(target, sizeof(target), "%s/target", dir);
	ck_assert_int_eq(rename(path, target), 0);
	ck_assert_int_eq(symlink(target, path), 0);
	ck_assert_int_eq((int)call("read_file", "{\"path\":\"MEMORY.md\"}"),
	    TOOL_REFUSED);
	ck_assert_int_eq((int)call("edit_file", "{\"path\":\"MEMORY.md\","
	    "\"old\":\"one\",\"new\":\"1\"}"), TOOL_REFUSED);
}
END_TEST

START_TEST(a_secret_is_not_written)
{
	char	args[256], secret[64];

	snprintf(secret, sizeof(secret), "gh%s_%s", "p",
	    "16C7e42F292c6912E7710c838347Ae178B4a");
	snprintf(args, sizeof(args), "{\"path\":\"MEMORY.md\",\"content\":"
	    "\"token %s\\n\"}", secret);
	ck_assert_int_eq((int)call("write_file", args), TOOL_DONE);
	SAYS("replaced by " REDACT_MARK);
	ck_assert_str_eq(get("MEMORY.md"), "token " REDACT_MARK "\n");
}
END_TEST

/* {"path":"MEMORY.md","content":"xxx..."} */
static char *
large_write(size_t n)
{
	struct buf	b = BUF_INIT;

	buf_addstr(&b, "{\"path\":\"MEMORY.md\",\"content\":\"");
	while (n-- > 0)
		buf_addch(&b, "some text\n"[n % 10] == '\n' ? ' ' :
		    "some text\n"[n % 10]);
	buf_addstr(&b, "\"}");
	return buf_detach(&b);
}

START_TEST(a_run_has_limits)
{
	char		*args = large_write(4000000);
	unsigned	 i;

	for (i = 0; i < 4; i++)
		ck_assert_int_eq((int)call("write_file", args), TOOL_DONE);
	ck_assert_int_eq((int)call("write_file", args), TOOL_REFUSED);
	SAYS("the limit of a run is reached");
	ck_assert_int_eq((int)call("write_file", "{\"path\":\"MEMORY.md\","
	    "\"content\":\"short\"}"), TOOL_DONE);
	while (ts.mutations < TOOLS_MUTATIONS_MAX)
		ck_assert_int_eq((int)call("write_file", "{\"path\":"
		    "\"MEMORY.md\",\"content\":\"short\"}"), TOOL_DONE);
	ck_assert_int_eq((int)call("delete_file", "{\"path\":"
	    "\"MEMORY.md\"}"), TOOL_REFUSED);
	SAYS("finish now");
	free(args);
}
END_TEST

START_TEST(a_long_result_is_cut)
{
	char	*args = large_write(200000);
	size_t	 i;

	free(args);
	buf_reset(&out);
	for (i = 0; i < 30000; i++)
		buf_addf(&out, "line %zu\n", i + 1);
	put("MEMORY.md", buf_str(&out));
	ck_assert_int_eq((int)call("read_file", "{\"path\":\"MEMORY.md\"}"),
	    TOOL_DONE);
	ck_assert_uint_lt(out.len, TOOLS_RESULT_MAX + 200);
	SAYS("lines follow: go on with first_line");
	ck_assert_int_eq((int)call("search", "{\"text\":\"line\"}"),
	    TOOL_DONE);
	SAYS("there may be more");
	ck_assert_uint_lt(out.len, TOOLS_RESULT_MAX + 1000);
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("tools");
	TCase	*tc = tcase_create("tools");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 120);
	tcase_add_loop_test(tc, each_call_is_answered, 0,
	    (int)(sizeof(calls) / sizeof(calls[0])));
	tcase_add_test(tc, files_are_written_and_changed);
	tcase_add_test(tc, a_patch_changes_all_or_nothing);
	tcase_add_test(tc, a_patch_of_a_file_and_its_folder_changes_nothing);
	tcase_add_test(tc, a_patch_of_too_many_files_is_refused_at_once);
	tcase_add_test(tc, what_is_no_file_stays);
	tcase_add_test(tc, no_link_is_followed);
	tcase_add_test(tc, a_secret_is_not_written);
	tcase_add_test(tc, a_run_has_limits);
	tcase_add_test(tc, a_long_result_is_cut);
	suite_add_tcase(s, tc);
	return s;
}

CHECK_MAIN(suite)
