/* links: tests/validate_scene.c tests/wspace_scene.c worker/workspace/?*.c */

/*
 * Memory that a model wrote held a link that nobody had ever opened, a command
 * that came from a README, and one project's habits in another's chapter.
 * Nothing of it was wrong in form.  Each rule of what may come in is met once
 * and broken once; check_rules_kept.c has those of what may go.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check_main.h"
#include "common/json.h"
#include "common/mem.h"
#include "tests/validate_scene.h"
#include "worker/workspace/rules.h"
#include "worker/workspace/tree.h"

START_TEST(links)
{
	both("", HEAD TASK_A);
	passes();
	both("", HEAD TASK_A PREFS "- see https://example.org/a_b. "
	    "[Task 1]\n");
	refused("link", 12);
	ck_assert_ptr_nonnull(strstr(message(), "\"https://example.org/a_b\""));
	/* Seen in the session that is cited, in one of its three texts. */
	summary(merged, THREAD_A, CWD, "at <https://example.org/a_b/>");
	passes();
	summary(merged, THREAD_A, CWD, "nothing");
	row(THREAD_A, CWD, NULL, "[x](https://example.org/a_b)");
	passes();
}
END_TEST

START_TEST(links_of_other_sessions)
{
	both("", HEAD TASK_A PREFS "- http://localhost:80/ [Task 1]\n");
	summary(merged, THREAD_B, CWD, "http://localhost:80/");
	refused("link", 12);
	/* In the summary of all, any session will do. */
	both("", HEAD TASK_A);
	put(merged, "memory_summary.md", SCENE_SUMMARY "http://localhost:80\n");
	passes();
	put(merged, "memory_summary.md", SCENE_SUMMARY "http://localhost:81\n");
	refused("link", 8);
}
END_TEST

START_TEST(links_that_were_there)
{
	both(HEAD TASK_A PREFS "- http://a.example/ [Task 1]\n",
	    HEAD TASK_A PREFS "- http://a.example/ and more [Task 1]\n");
	passes();
	put(merged, "extensions/ad_hoc/notes/n.md", "http://b.example/x\n");
	both("", HEAD TASK_A PREFS "- http://b.example/x [ad-hoc note]\n");
	passes();
}
END_TEST

START_TEST(commands)
{
	both("", HEAD TASK_A PREFS "- `make   check` passed [Task 1]\n");
	refused("command", 12);
	ck_assert_ptr_nonnull(strstr(message(), "\"make   check\""));
	row(THREAD_A, CWD, NULL, "I ran `cd x && make check` twice");
	passes();
	both("", HEAD TASK_A PREFS "- `make check && reboot -f` [Task 1]\n");
	refused("command", 12);
	both("", HEAD TASK_A PREFS "- `curl -s x | sh` [Task 1]\n");
	refused("command", 12);
}
END_TEST

START_TEST(commands_in_blocks)
{
	put(merged, "skills/a/SKILL.md", SCENE_SKILL("```sh\n# hello\n"
	    "$ npm run lint\nexit code\n```\n"));
	refused("command", 7);
	summary(merged, THREAD_A, CWD, "`npm run lint`: exit 0");
	passes();
}
END_TEST

START_TEST(what_is_no_command)
{
	both("", HEAD TASK_A PREFS "- `for v in vouchers:` -> `n = strlen(s)"
	    " + 1`, `make`, `server.py`, `return 'Hi ' + n`, `list_items` "
	    "[Task 1]\n");
	passes();
}
END_TEST

START_TEST(cut_and_general_commands)
{
	row(THREAD_A, CWD, NULL, "git commit -m \"fix the parser\" --no-edit");
	both("", HEAD TASK_A PREFS "- `git commit -m 'fix the...` and `git "
	    "commit -m <message> --no-edit` [Task 1]\n");
	passes();
	both("", HEAD TASK_A PREFS "- `git commit -m <message> --amend` "
	    "[Task 1]\n");
	refused("command", 12);
	both("", HEAD TASK_A PREFS "- `rm -rf <dir>` [Task 1]\n");
	refused("command", 12);
}
END_TEST

/*
 * Judging took 2.8 times the size of a memory: each summary was held as a row
 * too.  The row's words count, and are not kept.
 */
START_TEST(a_row_gives_up_its_summary)
{
	row(THREAD_A, CWD, NULL, "x");
	json_set_str(sc.ws.inputs.rows[0], "rollout_summary",
	    "It ran make deploy twice.");
	both("", HEAD TASK_A PREFS "- `make deploy` [Task 1]\n");
	passes();
	ck_assert_ptr_null(json_str(sc.ws.inputs.rows[0], "rollout_summary"));
	ck_assert_str_eq(json_str(sc.ws.inputs.rows[0], "raw_memory"), "x");
}
END_TEST

START_TEST(sessions_of_another_folder)
{
	both("", HEAD TASK_A TASK("2", STEM_B, THREAD_B));
	summary(merged, THREAD_B, "/home/dev/src/mono", "x");
	refused("scope", 13);
	summary(merged, THREAD_B, CWD "/sub", "x");
	passes();
}
END_TEST

START_TEST(worktrees_are_one_group)
{
	both("", HEAD TASK_A TASK("2", STEM_B, THREAD_B));
	summary(merged, THREAD_B, "/tmp/wt-7", "x");
	row(THREAD_A, CWD, "example.org/webapi", "x");
	row(THREAD_B, "/tmp/wt-7", "example.org/webapi", "x");
	passes();
	row(THREAD_B, "/tmp/wt-7", "example.org/other", "x");
	inputs_clear(&sc.ws.inputs);
	row(THREAD_A, CWD, "example.org/webapi", "x");
	row(THREAD_B, "/tmp/wt-7", "example.org/other", "x");
	refused("scope", 13);
}
END_TEST

START_TEST(a_home_is_no_group)
{
	both("", "# Task Group: dev\nscope: x\napplies_to: cwd=/home/dev; x\n"
	    TASK_A TASK("2", STEM_B, THREAD_B));
	put(merged, "memory_summary.md", "v1\ndev\n");
	summary(merged, THREAD_A, "/home/dev", "x");
	summary(merged, THREAD_B, "/home/dev/src/webapi", "x");
	refused("scope", 13);
}
END_TEST

START_TEST(thread_ids)
{
	both("", HEAD TASK_A);
	put(merged, "memory_summary.md", SCENE_SUMMARY "thread_id=" THREAD_A
	    "\n");
	passes();
	put(merged, "memory_summary.md", SCENE_SUMMARY "thread_id=" THREAD_B
	    "\n");
	refused("thread", 8);
	put(merged, "memory_summary.md", SCENE_SUMMARY "thread_id=x\n");
	refused("thread", 8);
}
END_TEST

START_TEST(groups_are_reached)
{
	both("", HEAD TASK_A);
	put(merged, "memory_summary.md", "v1\n### " CWD "\n");
	passes();
	put(merged, "memory_summary.md", "v1\nThe WebAPI: limits\n");
	passes();
	put(merged, "memory_summary.md", "v1\nwebapis\n");
	refused("reach", 1);
}
END_TEST

START_TEST(a_summary_that_its_user_keeps)
{
	char	*kept[] = { xstrdup("memory_summary.md") };

	both("", HEAD TASK_A);
	put(merged, "memory_summary.md", "v1\nmine\n");
	asked.conflicts = kept;
	asked.nconflicts = 1;
	passes();
	asked.nconflicts = 0;
	refused("reach", 1);
	ck_assert_int_eq(tree_drop(live, "memory_summary.md"), 0);
	ck_assert_int_eq(tree_drop(merged, "memory_summary.md"), 0);
	passes();
	free(kept[0]);
}
END_TEST

START_TEST(skills)
{
	put(merged, "skills/a/SKILL.md", "# Build\n");
	refused("skill", 1);
	put(merged, "skills/a/SKILL.md", "---\nname: Build It\n"
	    "description: x\n---\n");
	refused("skill", 1);
	put(merged, "skills/a/SKILL.md", "---\nname: build-2\n---\n");
	refused("skill", 1);
	put(merged, "skills/a/SKILL.md", "---\nname: build-2\n"
	    "description: >\n  how to build\n");
	refused("skill", 1);
	put(merged, "skills/a/SKILL.md", "---\nname: build-2\n"
	    "description: >\n  how to build\nmodel: x\n---\nText.\n");
	passes();
}
END_TEST

START_TEST(long_skills)
{
	struct buf	b = BUF_INIT;
	int		i;

	buf_addstr(&b, SCENE_SKILL(""));
	for (i = 4; i < 499; i++)
		buf_addstr(&b, "x\n");
	put(merged, "skills/a/SKILL.md", buf_str(&b));
	passes();
	buf_addstr(&b, "x\n");
	put(merged, "skills/a/SKILL.md", buf_str(&b));
	refused("skill", 500);
	buf_release(&b);
}
END_TEST

START_TEST(scripts_of_skills)
{
	put(merged, "skills/a/scripts/run.sh", "x");
	refused("path", 0);
	asked.scripts = 1;
	passes();
	put(merged, "skills/a/run.sh", "x");
	refused("path", 0);
}
END_TEST

START_TEST(hostile_texts)
{
	struct buf	b = BUF_INIT;
	int		i;

	buf_addstr(&b, HEAD TASK_A PREFS "- ``` `` ` ://x:// http:// [Task\n"
	    "- thread_id=\n- [Task ]\n- [ [Task 1\n-\n- \n```\n");
	for (i = 0; i < 2000; i++)
		buf_addf(&b, "- x%d `rm -rf /%d` http://h/%d [\n", i, i, i);
	both(buf_str(&b), buf_str(&b));
	passes();
	both("", buf_str(&b));
	ck_assert_uint_eq(judge(), 200);
	buf_release(&b);
}
END_TEST

START_TEST(names_and_details_are_printable)
{
	both("", HEAD TASK_A);
	put(merged, "skills/a\xff/x.sh", "x");
	refused("path", 0);
	ck_assert_str_eq(json_str(json_object_array_get_idx(result, 0),
	    "file"), "skills/a\\xff/x.sh");
	ck_assert_int_eq(tree_drop(merged, "skills/a\xff/x.sh"), 0);
	both("", HEAD TASK_A PREFS "- `make \x1b[31mall` [Task 1]\n");
	refused("command", 12);
	ck_assert_ptr_null(strchr(message(), '\x1b'));
}
END_TEST

/* Each rule is a row of the manual's table, and no other is. */
START_TEST(the_manual_has_each_rule)
{
	FILE	*f = fopen("man/mnemod-memory.5", "r");
	char	 line[512], expected[64];
	size_t	 i = 0;
	int	 in = 0;

	ck_assert_ptr_nonnull(f);
	while (fgets(line, sizeof(line), f) != NULL) {
		if (strncmp(line, ".Sh ", 4) == 0)
			in = strcmp(line, ".Sh RULES\n") == 0;
		if (!in || strncmp(line, ".It Cm ", 7) != 0)
			continue;
		line[strcspn(line, "\n")] = '\0';
		snprintf(expected, sizeof(expected), ".It Cm %s",
		    rules_table[i].name == NULL ? "file" :
		    rules_table[i].name);
		ck_assert_str_eq(line, expected);
		if (rules_table[i].name == NULL)
			break;
		i++;
	}
	fclose(f);
	ck_assert_ptr_null(rules_table[i].name);
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("rules");
	TCase	*tc = tcase_create("rules");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, links);
	tcase_add_test(tc, links_of_other_sessions);
	tcase_add_test(tc, links_that_were_there);
	tcase_add_test(tc, commands);
	tcase_add_test(tc, commands_in_blocks);
	tcase_add_test(tc, what_is_no_command);
	tcase_add_test(tc, cut_and_general_commands);
	tcase_add_test(tc, a_row_gives_up_its_summary);
	tcase_add_test(tc, sessions_of_another_folder);
	tcase_add_test(tc, worktrees_are_one_group);
	tcase_add_test(tc, a_home_is_no_group);
	tcase_add_test(tc, thread_ids);
	tcase_add_test(tc, groups_are_reached);
	tcase_add_test(tc, a_summary_that_its_user_keeps);
	tcase_add_test(tc, skills);
	tcase_add_test(tc, long_skills);
	tcase_add_test(tc, scripts_of_skills);
	tcase_add_test(tc, hostile_texts);
	tcase_add_test(tc, names_and_details_are_printable);
	tcase_add_test(tc, the_manual_has_each_rule);
	suite_add_tcase(s, tc);
	return s;
}

CHECK_MAIN(suite)
