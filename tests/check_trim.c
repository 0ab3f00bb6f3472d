/* links: tests/wspace_scene.c worker/workspace/?*.c */

/*
 * A memory that is published four times a day has thousands of commits after
 * a year, and each holds every text that it was made of.  A history that is
 * cut keeps its ids, is one that git(1) reads, and still knows what the next
 * publication, a review and a recovery need; the bytes leave the disk,
 * whenever it is killed.
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
#include "common/uuid.h"
#include "tests/wspace_scene.h"
#include "worker/workspace/changes.h"
#include "worker/workspace/commits.h"
#include "worker/workspace/compare.h"
#include "worker/workspace/purge.h"
#include "worker/workspace/review.h"
#include "worker/workspace/trim.h"

/* A further publication whose text holds the word. */
static void
publish(int n)
{
	char	agent[UUID_SIZE], word[32];

	snprintf(agent, sizeof(agent), "01a20500-0000-7000-8000-%012d",
	    n);
	snprintf(word, sizeof(word), "word%d", n);
	scene_again(&sc, agent, word);
}

static void
setup(void)
{
	int	n;

	scene_start(&sc);
	/* Nothing here is about the disk; ten times faster without. */
	ck_assert_int_eq(git_libgit2_opts(GIT_OPT_ENABLE_FSYNC_GITDIR, 0), 0);
	scene_first(&sc);
	for (n = 11; n <= 14; n++)
		publish(n);
}

static const char *
git(const char *args)
{
	return scene_git(&sc, args);
}

static int
line_length(void)
{
	return atoi(git("rev-list --first-parent --count refs/mnemod/live"));
}

/* 1 if some object of the history holds the word. */
static int
somewhere(const char *word)
{
	char	args[256];

	snprintf(args, sizeof(args), "cat-file --batch --batch-all-objects "
	    "| grep -ac '%s' || true", word);
	return atoi(git(args)) > 0;
}

static struct trimmed
trim(size_t limit)
{
	struct trimmed	t;

	ck_assert_msg(trim_run(&sc.ws, limit, &t) == 0, "%s", sc.ws.problem);
	git("fsck --strict --full");
	return t;
}

START_TEST(a_short_history_is_left_alone)
{
	int	n = line_length();

	ck_assert_uint_eq(trim((size_t)n).dropped, 0);
	ck_assert(!scene_exists(sc.history, "shallow"));
	ck_assert_int_eq(line_length(), n);
}
END_TEST

START_TEST(the_old_go_with_their_bytes_and_ids_stay)
{
	char		*before = strdup(git("rev-list -3 --first-parent "
	    "refs/mnemod/live"));
	struct trimmed	 t = trim(3);

	ck_assert_uint_eq(t.kept, 3);
	ck_assert_uint_gt(t.dropped, 0);
	ck_assert_str_eq(git("rev-list --first-parent refs/mnemod/live"),
	    before);
	ck_assert(!somewhere("word11"));
	ck_assert(somewhere("word13") && somewhere("word14"));
	ck_assert_uint_eq(trim(3).dropped, 0);
	free(before);
}
END_TEST

START_TEST(life_goes_on_after_a_cut)
{
	json_object	*o = json_object_new_object();
	int		 n;

	trim(2);
	scene_reopen(&sc);
	for (n = 21; n <= 23; n++)
		publish(n);
	ck_assert_uint_gt(trim(2).dropped, 0);
	ck_assert(!somewhere("word21"));
	publish(25);
	ck_assert_int_eq(commits_list(&sc.ws, 100, o), 0);
	ck_assert(!json_flag(o, "more", 1));
	ck_assert_uint_eq(json_object_array_length(json_arr(o, "commits")),
	    (size_t)line_length());
	json_object_put(o);
	/* The oldest that is left stands against nothing. */
	o = json_object_new_object();
	ck_assert_int_eq(compare_run(&sc.ws, "live", o), 0);
	json_object_put(o);
}
END_TEST

START_TEST(edits_above_the_last_publication_do_not_hide_it)
{
	int	n;

	for (n = 0; n < 3; n++) {
		char	word[16];

		snprintf(word, sizeof(word), "mine%d", n);
		scene_save(sc.root, "MEMORY.md", scene_handbook(word));
		scene_task(&sc, AGENT_2, "word14");
	}
	ck_assert_int_ge(line_length(), 4);
	trim(1);
	scene_reopen(&sc);
	scene_task(&sc, AGENT_3, "word14");
	/* Against the last publication, not against nothing. */
	ck_assert_uint_eq(sc.prepared.count[CHANGE_ADDED], 0);
}
END_TEST

START_TEST(a_prepared_agent_keeps_its_base)
{
	scene_task(&sc, AGENT_2, "second");
	scene_write(scene_staging(&sc, AGENT_2), "MEMORY.md",
	    scene_handbook("second"));
	trim(1);
	scene_reopen(&sc);
	ck_assert_int_eq(scene_publish(&sc, AGENT_2), PUBLISH_DONE);
}
END_TEST

START_TEST(what_waits_for_review_can_be_accepted)
{
	struct publish_result	res;
	char			thread[UUID_SIZE];

	sc.ws.review = 1;
	scene_task(&sc, AGENT_2, "reviewed");
	scene_write(scene_staging(&sc, AGENT_2), "MEMORY.md",
	    scene_handbook("reviewed"));
	ck_assert_int_eq(scene_publish(&sc, AGENT_2), PUBLISH_HELD);
	trim(1);
	scene_reopen(&sc);
	ck_assert_int_eq(review_accept(&sc.ws, NULL, thread, &res),
	    PUBLISH_DONE);
	publish_result_release(&res);
	ck_assert_ptr_nonnull(strstr(scene_read(sc.root, "MEMORY.md"),
	    "reviewed"));
}
END_TEST

START_TEST(a_purge_after_a_cut)
{
	struct purge	p = { .ws = &sc.ws,
			    .threads = json_object_new_array() };

	trim(3);
	json_push_str(p.threads, "01a20500-0000-7000-8000-00000000dead");
	ck_assert_int_eq(purge_run(&p), 0);
	ck_assert_uint_eq(p.dropped, 0);
	ck_assert_uint_eq(p.kept, 3);
	git("fsck --strict --full");
	purge_release(&p);
	json_object_put(p.threads);
	publish(31);
}
END_TEST

static const char *const	points[] = {
	"cut.write.before", "cut.write.after", "pack.write.before",
	"pack.write.after", "pack.sweep.before", "pack.sweep.after"
};

START_TEST(killed_at_any_step)
{
	struct trimmed	 t;
	int		 status;
	pid_t		 pid = fork();

	ck_assert_int_ne(pid, -1);
	if (pid == 0) {
		hook_crash_at(points[_i]);
		trim_run(&sc.ws, 2, &t);
		_exit(1);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	git("fsck --strict --full");
	scene_reopen(&sc);
	publish(41);
	trim(2);
	ck_assert_int_eq(line_length(), 2);
	ck_assert(!somewhere("word12"));
	scene_reopen(&sc);
	publish(42);
}
END_TEST

START_TEST(a_damaged_file_is_refused)
{
	trim(2);
	scene_write(sc.history, "shallow", "not a commit\n");
	history_close(&sc.ws.history);
	ck_assert_int_eq(history_open(&sc.ws.history, sc.history), -1);
	ck_assert_ptr_nonnull(strstr(history_error(), "shallow"));
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("trim");
	TCase	*tc = tcase_create("history");

	tcase_add_checked_fixture(tc, setup, wspace_teardown);
	tcase_add_test(tc, a_short_history_is_left_alone);
	tcase_add_test(tc, the_old_go_with_their_bytes_and_ids_stay);
	tcase_add_test(tc, life_goes_on_after_a_cut);
	tcase_add_test(tc, edits_above_the_last_publication_do_not_hide_it);
	tcase_add_test(tc, a_prepared_agent_keeps_its_base);
	tcase_add_test(tc, what_waits_for_review_can_be_accepted);
	tcase_add_test(tc, a_purge_after_a_cut);
	tcase_add_test(tc, a_damaged_file_is_refused);
	tcase_add_loop_test(tc, killed_at_any_step, 0,
	    (int)(sizeof(points) / sizeof(points[0])));
	suite_add_tcase(s, tc);
	return s;
}

CHECK_MAIN(suite)
