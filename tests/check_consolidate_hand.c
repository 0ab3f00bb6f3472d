/* links: tests/consolidate_scene.c tests/scratch.c worker/consolidate/builtin.c worker/consolidate/builtin_?*.c worker/consolidate/staging.c */
/*
 * A memory folder belongs to its user: a version of this that rewrote
 * MEMORY.md whole lost a hand-written line on its first run.  So most tests
 * here put something foreign in and look for it after stage two; only what
 * is to be forgotten goes, from anybody's text.
 */
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "check_main.h"
#include "json.h"
#include "mem.h"
#include "tests/consolidate_scene.h"

START_TEST(foreign_text_is_kept)
{
	static const char foreign[] = "My own notes\r\n\n"
	    "# Task Group: mine\nscope: x\napplies_to: cwd=/src/a; "
	    "reuse_rule=none\n\n## Task 1: by hand\t \n";
	char *s;

	put(MEMORY_FILE, foreign);
	put(SUMMARY_FILE, "v1\n\n## User Profile\nMe.\n");
	add_row(A, "/src/a", "One");
	consolidate();
	s = get(MEMORY_FILE);
	ck_assert(strncmp(s, foreign, strlen(foreign)) == 0);
	free(s);
	holds(MEMORY_FILE, "# Task Group: a\n");
	holds(SUMMARY_FILE, "v1\n\n## User Profile\nMe.\n<!-- generator");
}
END_TEST

/* From the moment that a person edits our block it is theirs. */
START_TEST(edited_block_is_left_alone)
{
	char *s, *at, *edited;

	add_row(A, "/src/a", "One");
	consolidate();
	s = get(MEMORY_FILE);
	at = strstr(s, "## Task 1: One");
	edited = xasprintf("%.*s## Task 1: One, as I see it\n%s",
	    (int)(at - s), s, strchr(at, '\n') + 1);
	put(MEMORY_FILE, edited);
	add_row(B, "/src/a", "Two");
	consolidate();
	holds(MEMORY_FILE, "## Task 1: One, as I see it\n");
	lacks(MEMORY_FILE, "## Task 1: One, success");
	holds(MEMORY_FILE, "## Task 1: Two, success");
	free(edited);
	free(s);
}
END_TEST

START_TEST(edited_summary_is_left_alone)
{
	char *s, *edited;

	add_row(A, "/src/a", "One");
	consolidate();
	s = get(SUMMARY_FILE);
	edited = xasprintf("%.*s- By hand.\n%s",
	    (int)(strstr(s, "## General Tips") - s), s,
	    strstr(s, "## General Tips"));
	put(SUMMARY_FILE, edited);
	consolidate();
	holds(SUMMARY_FILE, "- By hand.\n");
	free(edited);
	free(s);
}
END_TEST

/*
 * Found by fuzz_builtin: a line that looked like the first of ours, without
 * one that ends it, was taken for it at the next run: the line was lost, and
 * all of ours stood there twice.
 */
START_TEST(half_a_marker_is_text)
{
	struct builtin_report r;

	add_row(A, "/src/a", "One");
	put(SUMMARY_FILE, "v1\n<!-- generator=builtin/1 2\nMine.\nSee <!-- "
	    "generator=builtin/1 3\n");
	(void)consolidate();
	holds(SUMMARY_FILE, "v1\n<!-- generator=builtin/1 2\nMine.\n");
	r = consolidate();
	ck_assert_int_eq(r.summary_changed, 0);
}
END_TEST

/*
 * Rows of another provider and adopted ones have no facts: the blocks that
 * cite them are not ours to tell, and are there for the summary to name.
 */
START_TEST(rows_without_facts_are_others)
{
	static const char block[] = "# Task Group: adopted\nscope: x\n"
	    "applies_to: cwd=/old; reuse_rule=none\n\n## Task 1: old, success\n"
	    "### rollout_summary_files\n- o.md (thread_id=" A ")\n"
	    "### keywords\nold\n";
	struct builtin_report r;
	json_object *row;
	char *s;
	int i;

	put(MEMORY_FILE, block);
	for (i = 0; i < 300; i++) {
		add_row(A, "/old", "Old");
		row = json_object_array_get_idx(json_arr(root, "rows"),
		    (size_t)i);
		json_set(row, "facts", NULL);
		json_set_str(row, "generator", "adopted");
	}
	add_row(B, "/src/b", "New");
	for (i = 0; i < 10; i++) {
		r = consolidate();
		ck_assert_uint_eq(r.rows, 1);
		s = get(MEMORY_FILE);
		ck_assert_int_eq(strncmp(s, block, strlen(block)), 0);
		free(s);
	}
	holds(MEMORY_FILE, "# Task Group: b\n");
	holds(SUMMARY_FILE, "- groups in MEMORY.md: adopted\n");
}
END_TEST

/* Groups that a person wrote can be found as well. */
START_TEST(groups_by_hand_are_named)
{
	put(MEMORY_FILE, "# Task Group: kitchen\nscope: x\n\n# Task Group: "
	    "garden\nscope: y\n");
	put(SUMMARY_FILE, "v1\n\nThe garden is told here.\n");
	add_row(A, "/src/a", "One");
	consolidate();
	holds(SUMMARY_FILE, "### by hand\n- groups in MEMORY.md: kitchen\n");
}
END_TEST

/* One whose name was in Latin-1 put a byte into the summary that is no text. */
START_TEST(names_by_hand_become_text)
{
	put(MEMORY_FILE, "# Task Group: caf\xe9\nscope: x\n");
	add_row(A, "/src/a", "One");
	consolidate();
	holds(MEMORY_FILE, "# Task Group: caf\xe9\n");
	holds(SUMMARY_FILE, "groups in MEMORY.md: caf\xef\xbf\xbd\n");
}
END_TEST

/*
 * A NUL that an editor left in the file stopped the memory for good.  What is
 * around it is kept, what is to be forgotten goes, also behind it.
 */
START_TEST(nul_by_hand_is_kept)
{
	static const char kept[] = "Mine\0\xff too\n\n# Task Group: k\0d\n"
	    "## Task 1: x\n- t.md (thread_id=" B ")\n";
	static const char gone[] = "- \0s.md (thread_id=" A ")\n";
	struct buf b = BUF_INIT;

	buf_add(&b, kept, sizeof(kept) - 1);
	buf_add(&b, gone, sizeof(gone) - 1);
	ck_assert_int_eq(staging_write(&st, MEMORY_FILE, &b, NULL),
	    STAGING_OK);
	json_push_str(json_arr(root, "tombstones"), A);
	add_row(C, "/src/a", "One");
	consolidate();
	buf_reset(&b);
	ck_assert_int_eq(staging_read(&st, MEMORY_FILE, 1 << 20, &b),
	    STAGING_OK);
	ck_assert_mem_eq(b.data, kept, sizeof(kept) - 1);
	ck_assert_ptr_nonnull(strstr(b.data + sizeof(kept) - 1,
	    "thread_id=" C));
	ck_assert_ptr_null(memmem(b.data, b.len, A, strlen(A)));
	buf_release(&b);
	holds(SUMMARY_FILE, "groups in MEMORY.md: k\xef\xbf\xbd" "d\n");
	ck_assert(!consolidate().memory_changed);
}
END_TEST

START_TEST(gone_row_leaves_our_block)
{
	add_row(A, "/src/a", "One");
	add_row(B, "/src/b", "Two");
	consolidate();
	json_object_array_del_idx(json_arr(root, "rows"), 0, 1);
	consolidate();
	lacks(MEMORY_FILE, A);
	lacks(SUMMARY_FILE, "One");
	holds(MEMORY_FILE, B);
}
END_TEST

START_TEST(tombstone_clears_foreign_blocks)
{
	put(MEMORY_FILE, "# Task Group: old\nscope: x\napplies_to: cwd=/o; "
	    "reuse_rule=none\n\n## Task 1: secret work, success\n"
	    "### rollout_summary_files\n- s.md (thread_id=" A ")\n"
	    "### keywords\nsecret\n\n## Task 2: other, success\n"
	    "### rollout_summary_files\n- t.md (thread_id=" B ")\n\n"
	    "## User preferences\n- about secrets [Task 1]\n"
	    "- about both [Task 1][Task 2]\n");
	json_push_str(json_arr(root, "tombstones"), A);
	add_row(A, "/src/a", "One");
	consolidate();
	lacks(MEMORY_FILE, A);
	lacks(MEMORY_FILE, "secret");
	holds(MEMORY_FILE, "## Task 2: other");
	holds(MEMORY_FILE, "- about both");
}
END_TEST

/* A bullet that others support too loses the citation and no more. */
START_TEST(tombstone_takes_one_citation_of_several)
{
	put(MEMORY_FILE, "# Task Group: old\nscope: x\napplies_to: cwd=/o; "
	    "reuse_rule=none\n\n## Task 1: gone, success\n"
	    "### rollout_summary_files\n- 2026-11-22T18-56-57-Xwdq-x.md (no "
	    "id)\n### keywords\nx\n\n## Task 2: stays, success\n"
	    "### rollout_summary_files\n- t.md (thread_id=" A ")\n- u.md "
	    "(thread_id=" B ")\n### keywords\nstays\n\n"
	    "## User preferences\n- about both [Task 1] [Task 2]\n"
	    "- of two (thread_id=" A ", thread_id=" B ") [Task 2]\n"
	    "- of one (thread_id=" A ") [Task 2]\n");
	put(SUMMARY_FILE, "v1\n\nHeard in " A ".\nHeard in " A " and " B
	    ".\nHeard.\n");
	json_push_str(json_arr(root, "tombstones"), A);
	consolidate();
	lacks(MEMORY_FILE, A);
	lacks(MEMORY_FILE, "Xwdq");
	lacks(MEMORY_FILE, "Task 1");
	lacks(MEMORY_FILE, "of one");
	holds(MEMORY_FILE, "- u.md (thread_id=" B ")\n### keywords\nstays\n");
	holds(MEMORY_FILE, "- about both [Task 2]\n");
	holds(MEMORY_FILE, "- of two (thread_id=" B ") [Task 2]\n");
	lacks(SUMMARY_FILE, A);
	holds(SUMMARY_FILE, "v1\n\nHeard in and " B ".\nHeard.\n");
}
END_TEST

/* Of our own text all goes that no other session says. */
START_TEST(tombstone_clears_our_blocks)
{
	static const char both[] = "Use spaces.", one[] = "Never use tabs.";
	json_object *a, *b;

	a = add_row(A, "/src/a", "Secret");
	b = add_row(B, "/src/a", "Other");
	add_standing(a, both, "spaces", 100);
	add_standing(a, one, "tabs", 100);
	add_standing(b, both, "spaces", 200);
	consolidate();
	holds(MEMORY_FILE, "- \"Use spaces.\" [Task 1][Task 2]");
	holds(SUMMARY_FILE, one);
	json_push_str(json_arr(root, "tombstones"), A);
	consolidate();
	lacks(MEMORY_FILE, A);
	lacks(MEMORY_FILE, "Secret");
	lacks(MEMORY_FILE, one);
	lacks(SUMMARY_FILE, "Secret");
	lacks(SUMMARY_FILE, one);
	holds(MEMORY_FILE, "- \"Use spaces.\" [Task 1]\n");
	holds(SUMMARY_FILE, both);
}
END_TEST

static Suite *
suite(void)
{
	Suite *s = suite_create("by hand");
	TCase *t = tcase_create("by hand");

	tcase_add_checked_fixture(t, consolidate_setup, consolidate_teardown);
	tcase_add_test(t, foreign_text_is_kept);
	tcase_add_test(t, edited_block_is_left_alone);
	tcase_add_test(t, edited_summary_is_left_alone);
	tcase_add_test(t, half_a_marker_is_text);
	tcase_add_test(t, rows_without_facts_are_others);
	tcase_add_test(t, groups_by_hand_are_named);
	tcase_add_test(t, names_by_hand_become_text);
	tcase_add_test(t, nul_by_hand_is_kept);
	tcase_add_test(t, gone_row_leaves_our_block);
	tcase_add_test(t, tombstone_clears_foreign_blocks);
	tcase_add_test(t, tombstone_takes_one_citation_of_several);
	tcase_add_test(t, tombstone_clears_our_blocks);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
