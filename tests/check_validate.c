/* links: tests/validate_scene.c tests/wspace_scene.c worker/workspace/?*.c */

/*
 * An agent that was told "the file is invalid" wrote it anew and lost half of
 * it; and a memory with one odd line of its user's was refused for ever.  So
 * each rule names file, line and way out, and only what is new counts.
 */
#include <stdio.h>
#include <string.h>

#include "check_main.h"
#include "tests/validate_scene.h"
#include "worker/workspace/rules.h"
#include "worker/workspace/tree.h"

START_TEST(a_good_memory_passes)
{
	handbook_with("\n", "\n");
	put(merged, "memory_summary.md", SCENE_SUMMARY);
	put(merged, "skills/build/SKILL.md", "---\nname: build\n"
	    "description: how this is built\n---\n");
	put(merged, "skills/build/docs/more.md", "x");
	ck_assert_msg(judge() == 0, "%s",
	    json_object_to_json_string(result));
}
END_TEST

START_TEST(empty_files_pass)
{
	put(merged, "MEMORY.md", "");
	put(merged, "memory_summary.md", "v1");
	ck_assert_uint_eq(judge(), 0);
}
END_TEST

#define NOTES	"# Task Group: notes\nscope: x\napplies_to: cwd=*; x\n"

/* A note is told by a person: no task, no rollout summary. */
START_TEST(a_group_of_notes_needs_no_task)
{
	put(merged, "extensions/ad_hoc/notes/n.md", "Deploy on Tuesdays.\n");
	put(merged, "extensions/chronicle/resources/r.md", "x\n");
	put(merged, "MEMORY.md", NOTES "\n## User preferences\n"
	    "- \"Deploy on Tuesdays.\" [ad-hoc note]\n\n"
	    "## Reusable knowledge\n- \"x\" [extension chronicle]\n");
	ck_assert_msg(judge() == 0, "%s", json_object_to_json_string(result));
	put(merged, "MEMORY.md", NOTES "\n## User preferences\n"
	    "- \"Deploy on Tuesdays.\" [ad-hoc note]\n"
	    "- \"Mine\" [extension none]\n");
	refused("reference", 7);
	put(merged, "MEMORY.md", NOTES);
	refused("group", 1);
}
END_TEST

/* Where there is no note, none is quoted. */
START_TEST(a_note_must_be_there)
{
	put(merged, "MEMORY.md", NOTES "\n## Task 1: x\n"
	    "### rollout_summary_files\n- " STEM_A ".md\n### keywords\nx\n"
	    "\n## User preferences\n- \"Deploy.\" [ad-hoc note]\n");
	cited(merged);
	refused("reference", 12);
}
END_TEST

START_TEST(crlf_and_no_final_newline_pass)
{
	cited(merged);
	put(merged, "memory_summary.md", "v1\r\n\r\n## User Profile\r\na");
	put(merged, "MEMORY.md", "# Task Group: a\r\nscope: b\r\n"
	    "applies_to: c\r\n## Task 1: d\r\n### rollout_summary_files\r\n"
	    "- " STEM_A ".md (x)\r\n### keywords\r\ne\r\n"
	    "## User preferences\r\n- f [Task 1]");
	ck_assert_msg(judge() == 0, "%s",
	    json_object_to_json_string(result));
}
END_TEST

START_TEST(paths)
{
	put(merged, "skills/run.md", "x");
	refused("path", 0);
	ck_assert_int_eq(tree_drop(merged, "skills/run.md"), 0);
	put(merged, "skills/a/scripts/run.sh", "x");
	refused("path", 0);
}
END_TEST

START_TEST(bytes)
{
	git_oid	id;

	put(merged, "skills/a/more.md", "fine\nbad \xff\xfe\n");
	refused("text", 2);
	ck_assert_int_eq(history_blob_write(&sc.ws.history, "a\0b", 3, &id),
	    0);
	ck_assert_int_eq(tree_put(merged, "skills/a/more.md",
	    GIT_FILEMODE_BLOB, &id), 0);
	refused("text", 1);
	put(merged, "skills/a/more.md", "U+FFFD itself: \xef\xbf\xbd\n");
	ck_assert_uint_eq(judge(), 0);
}
END_TEST

START_TEST(sizes)
{
	struct buf	b = BUF_INIT;

	buf_addstr(&b, "v1\n");
	while (b.len < VALIDATE_SUMMARY_MAX)
		buf_addch(&b, 'x');
	put(merged, "memory_summary.md", buf_str(&b));
	ck_assert_uint_eq(judge(), 0);
	buf_addch(&b, 'x');
	put(merged, "memory_summary.md", buf_str(&b));
	refused("size", 0);
	buf_release(&b);
}
END_TEST

START_TEST(version)
{
	put(merged, "memory_summary.md", "");
	refused("version", 1);
	put(merged, "memory_summary.md", "v1 \n");
	refused("version", 1);
	put(merged, "memory_summary.md", "\nv1\n");
	refused("version", 1);
}
END_TEST

START_TEST(secrets)
{
	char	text[200];

	snprintf(text, sizeof(text), "v1\nkey %s%s\n", "ghp_",
	    "0123456789abcdefghijABCDEFGHIJ012345");
	put(merged, "memory_summary.md", text);
	refused("secret", 2);
	ck_assert_ptr_null(strstr(json_object_to_json_string(result),
	    "0123456789"));
	put(merged, "memory_summary.md", "v1\nkey " REDACT_MARK "\n");
	ck_assert_uint_eq(judge(), 0);
}
END_TEST

START_TEST(headings)
{
	handbook_with("## User preferences", "## What users like");
	refused("heading", 11);
	handbook_with("## Task 1:", "## Task one:");
	ck_assert_uint_ge(judge(), 1);
	handbook_with("limit and offset", "# is no heading here");
	ck_assert_uint_eq(judge(), 0);
}
END_TEST

START_TEST(groups_and_tasks)
{
	handbook_with("scope:", "scop:");
	refused("group", 1);
	handbook_with("applies_to:", "applies to:");
	refused("group", 1);
	handbook_with("- " STEM_A, STEM_A);
	refused("task", 5);
	handbook_with("### keywords", "keywords");
	refused("task", 5);
}
END_TEST

START_TEST(references)
{
	handbook_with("[Task 1]", "[Task 2]");
	refused("reference", 12);
	handbook_with(" [Task 1]", "");
	refused("reference", 12);
	handbook_with("[Task 1]", "[Task 99999999999999999999]");
	refused("reference", 12);
	handbook_with("[Task 1]", "[Task 1][Task 1]");
	ck_assert_uint_eq(judge(), 0);
}
END_TEST

START_TEST(citations)
{
	handbook_with(STEM_A, STEM_B);
	refused("citation", 7);
	handbook_with("thread_id=" THREAD_A, "thread_id=" THREAD_B);
	refused("citation", 7);
	handbook_with(STEM_A ".md", "../MEMORY.md");
	refused("citation", 7);
}
END_TEST

START_TEST(what_was_wrong_before_never_blocks)
{
	put(live, "MEMORY.md", "# My notes\nfree text\n## And more\n");
	put(live, "memory_summary.md", "mine\n");
	put(merged, "MEMORY.md", "# My notes\nfree text\n## And more\nnew\n");
	put(merged, "memory_summary.md", "mine\n\nmore\n");
	ck_assert_msg(judge() == 0, "%s",
	    json_object_to_json_string(result));
	/* A second one of the same kind does. */
	put(merged, "MEMORY.md", "# My notes\nnew\n## And more\n## And more"
	    "\n");
	refused("heading", 4);
}
END_TEST

START_TEST(a_citation_that_stood_is_not_new)
{
	put(live, "MEMORY.md", scene_handbook("limit"));
	cited(live);
	put(merged, "MEMORY.md", scene_handbook("offset"));
	ck_assert_uint_eq(judge(), 0);
}
END_TEST

START_TEST(every_rule_has_a_message)
{
	size_t	i;

	for (i = 0; rules_table[i].name != NULL; i++) {
		ck_assert_ptr_nonnull(rules_table[i].check);
		ck_assert_uint_gt(strlen(rules_table[i].message), 20);
	}
	ck_assert_uint_eq(i, 20);
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("validate");
	TCase	*tc = tcase_create("rules");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, a_good_memory_passes);
	tcase_add_test(tc, empty_files_pass);
	tcase_add_test(tc, crlf_and_no_final_newline_pass);
	tcase_add_test(tc, a_group_of_notes_needs_no_task);
	tcase_add_test(tc, a_note_must_be_there);
	tcase_add_test(tc, paths);
	tcase_add_test(tc, bytes);
	tcase_add_test(tc, sizes);
	tcase_add_test(tc, version);
	tcase_add_test(tc, secrets);
	tcase_add_test(tc, headings);
	tcase_add_test(tc, groups_and_tasks);
	tcase_add_test(tc, references);
	tcase_add_test(tc, citations);
	tcase_add_test(tc, what_was_wrong_before_never_blocks);
	tcase_add_test(tc, a_citation_that_stood_is_not_new);
	tcase_add_test(tc, every_rule_has_a_message);
	suite_add_tcase(s, tc);
	return s;
}

CHECK_MAIN(suite)
