/* links: tests/wspace_scene.c worker/workspace/?*.c */
/*
 * A person edits the memory while an agent is at work on it.  Both are kept
 * where that is possible; where it is not the person's version stands, and the
 * next agent is told what was kept out.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check_main.h"
#include "common/mem.h"
#include "tests/wspace_scene.h"

/* AGENT_2's MEMORY.md says "offset" where the live one says "limit". */
static void
agent_writes(void)
{
	scene_first(&sc);
	scene_task(&sc, AGENT_2, "two");
	scene_write(scene_staging(&sc, AGENT_2), "MEMORY.md",
	    scene_handbook("offset"));
}

START_TEST(a_hand_edit_while_the_agent_runs_stays)
{
	char	mine[4096];

	agent_writes();
	snprintf(mine, sizeof(mine), "%s\nMine, with CRLF\r\nno end",
	    scene_handbook("limit"));
	scene_save(sc.root, "MEMORY.md", mine);
	scene_publishes(&sc, AGENT_2);
	ck_assert_ptr_nonnull(strstr(scene_read(sc.root, "MEMORY.md"),
	    "pagination, offset"));
	ck_assert_ptr_nonnull(strstr(scene_read(sc.root, "MEMORY.md"),
	    "Mine, with CRLF\r\nno end"));
	scene_assert_clean(&sc);
}
END_TEST

/* ... and the user's "mine", which stands. */
static void
conflict(void)
{
	agent_writes();
	scene_save(sc.root, "MEMORY.md", scene_handbook("mine"));
	scene_publishes(&sc, AGENT_2);
	ck_assert_str_eq(scene_read(sc.root, "MEMORY.md"),
	    scene_handbook("mine"));
}

START_TEST(the_same_line_is_the_users)
{
	conflict();
	ck_assert_str_eq(json_object_get_string(json_object_array_get_idx(
	    sc.published.conflicts, 0)), "MEMORY.md");
}
END_TEST

START_TEST(modify_against_delete_is_the_users)
{
	agent_writes();
	scene_unlink(scene_staging(&sc, AGENT_2), "memory_summary.md");
	scene_unlink(sc.root, "MEMORY.md");
	scene_write(sc.root, "memory_summary.md", "v1\nmine\n");
	scene_publishes(&sc, AGENT_2);
	ck_assert_int_eq(scene_exists(sc.root, "MEMORY.md"), 0);
	ck_assert_str_eq(scene_read(sc.root, "memory_summary.md"),
	    "v1\nmine\n");
	ck_assert_uint_eq(json_object_array_length(sc.published.conflicts),
	    2);
}
END_TEST

START_TEST(an_edited_summary_is_kept_for_ever)
{
	scene_first(&sc);
	scene_write(sc.root, "rollout_summaries/" STEM_A ".md", "mine\n");
	scene_write(sc.root, "rollout_summaries/own.md", "thread_id: me\n");
	scene_task(&sc, AGENT_2, "two");
	scene_publishes(&sc, AGENT_2);
	scene_inputs(&sc, 2, "three");
	scene_prepare(&sc, AGENT_3);
	scene_publishes(&sc, AGENT_3);
	ck_assert_str_eq(scene_read(sc.root, "rollout_summaries/" STEM_A
	    ".md"), "mine\n");
	ck_assert_int_eq(scene_exists(sc.root, "rollout_summaries/own.md"),
	    1);
	ck_assert_ptr_nonnull(strstr(scene_read(sc.root, "rollout_summaries/"
	    STEM_B ".md"), "greet three"));
}
END_TEST

START_TEST(what_the_agent_had_comes_back)
{
	const char	*diff;

	conflict();
	/* Nothing else is new, and yet there is something to do. */
	scene_prepare(&sc, AGENT_3);
	ck_assert_int_eq(sc.prepared.changed, 1);
	diff = scene_read(scene_staging(&sc, AGENT_3),
	    "phase2_workspace_diff.md");
	ck_assert_ptr_nonnull(strstr(diff, "## Kept out by the user\n"));
	ck_assert(strstr(diff, "## Kept out") < strstr(diff, "## Status"));
	ck_assert_ptr_nonnull(strstr(diff, "\n- M MEMORY.md\n"));
	ck_assert_ptr_nonnull(strstr(diff,
	    "\n-pagination, mine\n+pagination, offset\n"));
	scene_write(scene_staging(&sc, AGENT_3), "MEMORY.md",
	    scene_handbook("mine, offset"));
	ck_assert_int_eq(scene_publish(&sc, AGENT_3), PUBLISH_DONE);
	ck_assert_str_eq(scene_read(sc.root, "MEMORY.md"),
	    scene_handbook("mine, offset"));
	/* Once: then it is settled. */
	scene_prepare(&sc, AGENT_2);
	ck_assert_int_eq(sc.prepared.changed, 0);
}
END_TEST

START_TEST(a_conflict_in_a_file_with_an_odd_name)
{
	static const char	odd[] = "skills/a/odd\xff.md";

	scene_first(&sc);
	scene_write(sc.root, odd, "one\n");
	scene_task(&sc, AGENT_2, "two");
	scene_write(scene_staging(&sc, AGENT_2), odd, "agent\n");
	scene_save(sc.root, odd, "mine\n");
	ck_assert_int_eq(scene_publish(&sc, AGENT_2), PUBLISH_DONE);
	ck_assert_str_eq(scene_read(sc.root, odd), "mine\n");
	ck_assert_str_eq(json_object_get_string(json_object_array_get_idx(
	    sc.published.conflicts, 0)), "skills/a/odd\\xff.md");
}
END_TEST

START_TEST(where_nothing_was_kept_out_nothing_is_told)
{
	scene_first(&sc);
	scene_task(&sc, AGENT_2, "two");
	ck_assert_ptr_null(strstr(scene_read(scene_staging(&sc, AGENT_2),
	    "phase2_workspace_diff.md"), "Kept out"));
}
END_TEST

START_TEST(ends_of_lines_stay)
{
	char	*crlf, *text, *p;

	scene_first(&sc);
	crlf = scene_with_crlf(scene_handbook("limit"));
	crlf[strlen(crlf) - 2] = '\0';	/* no end of the last line */
	scene_save(sc.root, "MEMORY.md", crlf);
	scene_task(&sc, AGENT_2, "two");
	text = xstrdup(scene_read(scene_staging(&sc, AGENT_2), "MEMORY.md"));
	ck_assert_str_eq(text, crlf);
	p = strstr(text, "limit");
	memcpy(p, "agent", 5);
	scene_write(scene_staging(&sc, AGENT_2), "MEMORY.md", text);
	/* Meanwhile another line. */
	p = strstr(crlf, "server.py");
	memcpy(p, "myself.py", 9);
	scene_save(sc.root, "MEMORY.md", crlf);
	ck_assert_int_eq(scene_publish(&sc, AGENT_2), PUBLISH_DONE);
	memcpy(strstr(text, "server.py"), "myself.py", 9);
	ck_assert_str_eq(scene_read(sc.root, "MEMORY.md"), text);
	free(crlf);
	free(text);
}
END_TEST

/* New, foreign and moved files, by the user, while the agent works. */
START_TEST(files_come_and_go)
{
	char	from[700], to[700];

	scene_first(&sc);
	scene_write(sc.root, "skills/a/SKILL.md", SCENE_SKILL("mine\n"));
	scene_task(&sc, AGENT_2, "two");
	scene_write(scene_staging(&sc, AGENT_2), "skills/a/SKILL.md",
	    SCENE_SKILL("mine\nagent\n"));
	scene_write(sc.root, "skills/b/notes.md", "new\n");
	scene_write(sc.root, "diary/today.txt", "foreign\n");
	snprintf(from, sizeof(from), "%s/skills/a", sc.root);
	snprintf(to, sizeof(to), "%s/skills/moved", sc.root);
	ck_assert_int_eq(rename(from, to), 0);
	snprintf(from, sizeof(from), "%s/memory_summary.md", sc.root);
	snprintf(to, sizeof(to), "%s/old summary.md", sc.root);
	ck_assert_int_eq(rename(from, to), 0);
	ck_assert_int_eq(scene_publish(&sc, AGENT_2), PUBLISH_DONE);
	ck_assert_str_eq(scene_read(sc.root, "skills/b/notes.md"), "new\n");
	ck_assert_str_eq(scene_read(sc.root, "diary/today.txt"), "foreign\n");
	ck_assert_str_eq(scene_read(sc.root, "skills/moved/SKILL.md"),
	    SCENE_SKILL("mine\n"));
	ck_assert_int_eq(scene_exists(sc.root, "skills/a/SKILL.md"), 0);
	ck_assert_int_eq(scene_exists(sc.root, "memory_summary.md"), 0);
	ck_assert_str_eq(scene_read(sc.root, "old summary.md"),
	    SCENE_SUMMARY);
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("merge");
	TCase	*t = tcase_create("merge");

	tcase_add_checked_fixture(t, wspace_setup, wspace_teardown);
	tcase_add_test(t, a_hand_edit_while_the_agent_runs_stays);
	tcase_add_test(t, the_same_line_is_the_users);
	tcase_add_test(t, modify_against_delete_is_the_users);
	tcase_add_test(t, an_edited_summary_is_kept_for_ever);
	tcase_add_test(t, what_the_agent_had_comes_back);
	tcase_add_test(t, a_conflict_in_a_file_with_an_odd_name);
	tcase_add_test(t, where_nothing_was_kept_out_nothing_is_told);
	tcase_add_test(t, ends_of_lines_stay);
	tcase_add_test(t, files_come_and_go);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
