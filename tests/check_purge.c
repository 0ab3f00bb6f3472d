/* links: tests/wspace_scene.c worker/workspace/?*.c */

/*
 * A session was forgotten, and a year of history still told what it held.
 * What names it goes from every commit, what never did stays as it is, and a
 * purge that is killed is completed by the next one.
 */
#include <sys/wait.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check_main.h"
#include "common/hook.h"
#include "common/json.h"
#include "tests/wspace_scene.h"
#include "worker/workspace/adopt.h"
#include "worker/workspace/purge.h"
#include "worker/workspace/tree.h"

static struct purge		p;

/* Published by A and B, then by B alone: A is buried. */
static void
setup(void)
{
	scene_start(&sc);
	scene_first(&sc);
	memset(&p, 0, sizeof(p));
	p.ws = &sc.ws;
	p.threads = json_object_new_array();
	json_push_str(p.threads, THREAD_A);
}

static void
teardown(void)
{
	purge_release(&p);
	json_object_put(p.threads);
	scene_end(&sc);
}

static void
forget_a(void)
{
	scene_inputs(&sc, 2, "later");
	scene_bury(&sc, THREAD_A);
	scene_prepare(&sc, AGENT_2);
	scene_write(scene_staging(&sc, AGENT_2), "MEMORY.md", "");
	scene_write(scene_staging(&sc, AGENT_2), "memory_summary.md",
	    SCENE_SUMMARY);
	ck_assert_int_eq(scene_publish(&sc, AGENT_2), PUBLISH_DONE);
}

/* What a shell prints, `$G' being the history; static memory. */
static const char *
shell(const char *command)
{
	static char	 out[65536];
	char		 cmd[1024];
	FILE		*f;
	size_t		 n;

	snprintf(cmd, sizeof(cmd), "G='%s'; export GIT_DIR=\"$G\"; { %s; } "
	    "2>/dev/null", sc.history, command);
	f = popen(cmd, "r");	/* NOLINT: a fixed command */
	ck_assert_ptr_nonnull(f);
	n = fread(out, 1, sizeof(out) - 1, f);
	out[n] = '\0';
	pclose(f);
	return out;
}

/* No object, reachable or not, holds the id. */
static int
is_gone(void)
{
	return strcmp(shell("git cat-file --batch-all-objects --batch | "
	    "grep -ac " THREAD_A), "0\n") == 0;
}

START_TEST(what_is_published_still_is_refused)
{
	ck_assert_int_eq(purge_run(&p), -1);
	ck_assert_str_eq(sc.ws.reason, REASON_PUBLISHED);
	ck_assert_int_eq(is_gone(), 0);
}
END_TEST

START_TEST(commits_that_name_it_go)
{
	char	*tree;

	forget_a();
	tree = strdup(shell("git rev-parse refs/mnemod/live^{tree}"));
	ck_assert_int_eq(purge_run(&p), 0);
	ck_assert_uint_eq(p.dropped, 1);
	ck_assert_uint_ge(p.kept, 2);	/* the first, and the last */
	ck_assert_str_eq(shell("git rev-parse refs/mnemod/live^{tree}"),
	    tree);
	ck_assert_int_eq(is_gone(), 1);
	ck_assert_str_eq(shell("git fsck --strict --full && echo whole"),
	    "whole\n");
	/* What was made by whom is told still. */
	ck_assert_ptr_nonnull(strstr(shell("git log -1 --format=%B "
	    "refs/mnemod/live"), "Thread: " AGENT_2));
	free(tree);
}
END_TEST

START_TEST(what_never_named_it_stays_as_it_is)
{
	char	*before;

	forget_a();
	json_object_put(p.threads);
	p.threads = json_object_new_array();
	json_push_str(p.threads, AGENT_3);	/* in no file */
	before = strdup(shell("git rev-parse refs/mnemod/live"));
	ck_assert_int_eq(purge_run(&p), 0);
	ck_assert_uint_eq(p.dropped, 0);
	ck_assert_str_eq(shell("git rev-parse refs/mnemod/live"), before);
	free(before);
}
END_TEST

/* An adopted folder of two sessions, of which one is to go. */
static void
adopt(void)
{
	struct history_commit	c = { .subject = "Adopted" };
	struct history		*h = &sc.ws.history;
	git_index		*t = NULL;
	git_oid			 id;
	static const char	 a[] = "thread_id: " THREAD_A "\nupdated_at: x\n"
	    "\nsecret\n", b[] = "thread_id: " THREAD_B "\n\nkept, see "
	    THREAD_A "\n";
	static const char	 handbook[] = "one\n- " STEM_A ".md said so\n"
	    "two\n- (thread_id=" THREAD_A ")\nthree\n";
	static const char	 raw[] = "# Raw Memories\n\n## Thread `"
	    THREAD_A "`\nsecret\n\n## Thread `" THREAD_B "`\nkept\n";

	ck_assert_int_eq(tree_new(&t), 0);
	scene_put(&sc, t, TREE_SUMMARIES STEM_A ".md", a);
	scene_put(&sc, t, TREE_SUMMARIES STEM_B ".md", b);
	scene_put(&sc, t, TREE_HANDBOOK, handbook);
	scene_put(&sc, t, TREE_RAW, raw);
	ck_assert_int_eq(tree_store(h, t, &c.tree), 0);
	git_index_free(t);
	ck_assert_int_eq(history_commit(h, &c, &id), 0);
	ck_assert_int_eq(history_move_ref(h, HISTORY_ADOPTED, NULL, &id), 0);
}

START_TEST(the_adopted_commit_is_weeded)
{
	adopt();
	forget_a();
	ck_assert_int_eq(purge_run(&p), 0);
	ck_assert_int_eq(p.adopted, 1);
	ck_assert_int_eq(is_gone(), 1);
	ck_assert_str_eq(shell("git show refs/mnemod/adopted:MEMORY.md"),
	    "one\ntwo\nthree\n");
	ck_assert_str_eq(shell("git show refs/mnemod/adopted:raw_memories.md"),
	    "# Raw Memories\n\n## Thread `" THREAD_B "`\nkept\n");
	ck_assert_str_eq(shell("git ls-tree -r --name-only "
	    "refs/mnemod/adopted rollout_summaries"),
	    "rollout_summaries/" STEM_B ".md\n");
	ck_assert_str_eq(shell("git show refs/mnemod/adopted:"
	    "rollout_summaries/" STEM_B ".md"),
	    "thread_id: " THREAD_B "\n\n");
	ck_assert_str_eq(shell("git log -1 --format=%s refs/mnemod/adopted"),
	    "Adopted\n");
}
END_TEST

static const char *const	points[] = {
	"purge.adopted.before", "purge.adopted.after", "purge.live.before",
	"purge.live.after", "purge.pack.before", "pack.write.before",
	"pack.write.after", "pack.sweep.before", "pack.sweep.after",
	"purge.pack.after"
};

START_TEST(killed_at_any_step)
{
	char	*tree;
	int	 status;
	pid_t	 pid;

	adopt();
	forget_a();
	tree = strdup(shell("git rev-parse refs/mnemod/live^{tree}"));
	pid = fork();
	ck_assert_int_ne(pid, -1);
	if (pid == 0) {
		hook_crash_at(points[_i]);
		purge_run(&p);
		_exit(1);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	ck_assert_str_eq(shell("git rev-parse refs/mnemod/live^{tree}"),
	    tree);
	scene_reopen(&sc);
	ck_assert_int_eq(purge_run(&p), 0);
	ck_assert_int_eq(is_gone(), 1);
	ck_assert_str_eq(shell("git rev-parse refs/mnemod/live^{tree}"),
	    tree);
	ck_assert_str_eq(shell("git fsck --strict --full && echo whole"),
	    "whole\n");
	free(tree);
}
END_TEST

/* What led to a second adoption held more than what was found then. */
START_TEST(what_came_before_the_adopted_commit_goes)
{
	struct adopt_result	res;

	forget_a();
	ck_assert_int_eq(adopt_run(&sc.ws, &res), 0);
	adopt_result_release(&res);
	ck_assert_int_eq(purge_run(&p), 0);
	ck_assert_uint_eq(p.dropped, 1);
	ck_assert_int_eq(is_gone(), 1);
	ck_assert_str_eq(shell("git rev-parse refs/mnemod/adopted^{tree}"),
	    shell("git rev-parse refs/mnemod/live^{tree}"));
	ck_assert_str_eq(shell("git fsck --strict --full && echo whole"),
	    "whole\n");
}
END_TEST

/* Taken out by hand, and not published since. */
START_TEST(the_summaries_compared_with_are_weeded)
{
	scene_write(sc.root, "MEMORY.md", "nothing\n");
	scene_unlink(sc.root, TREE_SUMMARIES STEM_A ".md");
	scene_inputs(&sc, 2, "later");
	scene_bury(&sc, THREAD_A);
	scene_prepare(&sc, AGENT_2);
	/* What is written with each publication tells it still. */
	ck_assert_int_eq(purge_run(&p), -1);
	ck_assert_str_eq(sc.ws.reason, REASON_PUBLISHED);
	scene_unlink(sc.root, TREE_RAW);
	ck_assert_msg(purge_run(&p) == 0, "%s", sc.ws.problem);
	ck_assert_int_eq(is_gone(), 1);
	ck_assert_str_eq(shell("git ls-tree -r --name-only "
	    "refs/mnemod/generated"), "rollout_summaries/" STEM_B ".md\n");
}
END_TEST

/* A branch or a tag that somebody made: it is named, and theirs to delete. */
START_TEST(what_another_reference_leads_to_is_told)
{
	static const char *const	made[] = {
		"git branch mine refs/mnemod/live",
		"git tag -a -m x mine refs/mnemod/live",
		"git update-ref refs/tags/mine refs/mnemod/live^{tree}"
	};
	char	delete[256], ref[128];

	ck_assert_str_eq(shell("git config user.name x; git config "
	    "user.email x"), "");
	ck_assert_str_eq(shell(made[_i]), "");
	snprintf(ref, sizeof(ref), "refs/%s/mine", _i == 0 ? "heads" :
	    "tags");
	snprintf(delete, sizeof(delete), "git update-ref -d %s", ref);
	forget_a();
	ck_assert_int_eq(purge_run(&p), -1);
	ck_assert_str_eq(sc.ws.reason, REASON_PUBLISHED);
	ck_assert_ptr_nonnull(strstr(sc.ws.problem, ref));
	ck_assert_str_eq(shell(delete), "");
	ck_assert_int_eq(purge_run(&p), 0);
	ck_assert_int_eq(is_gone(), 1);
}
END_TEST

START_TEST(half_a_publication_is_finished_first)
{
	git_oid	live;

	forget_a();
	ck_assert_int_eq(history_ref(&sc.ws.history, HISTORY_LIVE, &live),
	    HISTORY_FOUND);
	ck_assert_int_eq(history_move_ref(&sc.ws.history, HISTORY_NEXT, NULL,
	    &live), 0);
	close(sc.ws.root);
	sc.ws.root = -1;
	ck_assert_int_eq(purge_run(&p), -1);
	ck_assert_str_eq(sc.ws.reason, REASON_VANISHED);
}
END_TEST

START_TEST(ids_only)
{
	forget_a();
	json_object_put(p.threads);
	p.threads = json_object_new_array();
	json_push_str(p.threads, "a");
	ck_assert_int_eq(purge_run(&p), -1);
	ck_assert_str_eq(sc.ws.reason, REASON_INPUT);
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("purge");
	TCase	*tc = tcase_create("history");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, what_is_published_still_is_refused);
	tcase_add_test(tc, commits_that_name_it_go);
	tcase_add_test(tc, what_never_named_it_stays_as_it_is);
	tcase_add_test(tc, the_adopted_commit_is_weeded);
	tcase_add_loop_test(tc, killed_at_any_step, 0,
	    (int)(sizeof(points) / sizeof(points[0])));
	tcase_add_test(tc, what_came_before_the_adopted_commit_goes);
	tcase_add_test(tc, the_summaries_compared_with_are_weeded);
	tcase_add_loop_test(tc, what_another_reference_leads_to_is_told, 0, 3);
	tcase_add_test(tc, half_a_publication_is_finished_first);
	tcase_add_test(tc, ids_only);
	suite_add_tcase(s, tc);
	return s;
}

CHECK_MAIN(suite)
