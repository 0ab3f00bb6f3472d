/* links: tests/wspace_scene.c worker/workspace/?*.c */

/*
 * A history that only grows: one megabyte of raw memories, a little changed
 * each day, made 18 MB of loose objects in forty publications where a pack
 * takes less than one.  Packing must lose nothing that a reference reaches,
 * whenever it is killed, and throw away the rest.
 */
#include <sys/wait.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "check_main.h"
#include "common/hook.h"
#include "tests/wspace_scene.h"
#include "worker/workspace/pack.h"

static struct wspace_scene	sc;

static void
setup(void)
{
	scene_start(&sc);
	scene_first(&sc);
}

static void
teardown(void)
{
	scene_end(&sc);
}

static const char *
git(const char *args)
{
	return scene_git(&sc, args);
}

static int
loose(void)
{
	int	n = -1;

	sscanf(git("count-objects -v"), "count: %d", &n);
	return n;
}

static int
packs(void)
{
	const char	*line = strstr(git("count-objects -v"), "packs: ");
	int		 n = -1;

	if (line != NULL)
		sscanf(line, "packs: %d", &n);
	return n;
}

/* Everything that is reachable, by name. */
static char *
reachable(void)
{
	return strdup(git("rev-list --objects --all --no-object-names | sort"));
}

/* A further publication. */
static void
publish_again(const char *agent, const char *word)
{
	scene_inputs(&sc, 3, word);
	scene_prepare(&sc, agent);
	scene_write(scene_staging(&sc, agent), "MEMORY.md",
	    scene_handbook(word));
	ck_assert_int_eq(scene_publish(&sc, agent), PUBLISH_DONE);
}

START_TEST(few_objects_are_left_alone)
{
	int	n = loose();

	ck_assert_int_gt(n, 5);
	ck_assert_int_eq(pack_history(&sc.ws, (size_t)n), 0);
	ck_assert_int_eq(loose(), n);
	ck_assert_int_eq(packs(), 0);
}
END_TEST

START_TEST(all_that_is_reachable_stays)
{
	char	*before, *after;

	publish_again(AGENT_2, "second");
	before = reachable();
	ck_assert_int_eq(pack_history(&sc.ws, 1), 1);
	after = reachable();
	ck_assert_str_eq(before, after);
	ck_assert_int_eq(loose(), 0);
	ck_assert_int_eq(packs(), 1);
	git("fsck --strict --full");
	free(before);
	free(after);
}
END_TEST

START_TEST(the_next_publication_finds_its_way)
{
	ck_assert_int_eq(pack_history(&sc.ws, 1), 1);
	publish_again(AGENT_2, "second");
	ck_assert_int_gt(loose(), 0);
	scene_reopen(&sc);
	publish_again(AGENT_3, "third");
	ck_assert_ptr_nonnull(strstr(scene_read(sc.root, "MEMORY.md"),
	    "third"));
	git("fsck --strict --full");
}
END_TEST

START_TEST(an_older_pack_and_what_nothing_reaches_go)
{
	git_oid	id;

	ck_assert_int_eq(pack_history(&sc.ws, 1), 1);
	publish_again(AGENT_2, "second");
	ck_assert_int_eq(history_blob_write(&sc.ws.history, "nobody's", 8,
	    &id), 0);
	ck_assert_int_eq(pack_history(&sc.ws, 1), 1);
	ck_assert_int_eq(packs(), 1);
	ck_assert_int_eq(loose(), 0);
	ck_assert_ptr_null(strstr(git("cat-file --batch-check "
	    "--batch-all-objects"), git_oid_tostr_s(&id)));
}
END_TEST

START_TEST(a_prepared_agent_keeps_its_base)
{
	scene_inputs(&sc, 3, "second");
	scene_prepare(&sc, AGENT_2);
	scene_write(scene_staging(&sc, AGENT_2), "MEMORY.md",
	    scene_handbook("second"));
	ck_assert_int_eq(pack_history(&sc.ws, 1), 1);
	scene_reopen(&sc);
	ck_assert_int_eq(scene_publish(&sc, AGENT_2), PUBLISH_DONE);
}
END_TEST

static const char *const	points[] = {
	"pack.write.before", "pack.write.after", "pack.sweep.before",
	"pack.sweep.after"
};

START_TEST(killed_at_any_step)
{
	char	*before, *after;
	int	 status;
	pid_t	 pid;

	publish_again(AGENT_2, "second");
	before = reachable();
	pid = fork();
	ck_assert_int_ne(pid, -1);
	if (pid == 0) {
		hook_crash_at(points[_i]);
		pack_history(&sc.ws, 1);
		_exit(1);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	after = reachable();
	ck_assert_str_eq(before, after);
	scene_reopen(&sc);
	ck_assert_int_ge(pack_history(&sc.ws, 1), 0);
	git("fsck --strict --full");
	publish_again(AGENT_3, "third");
	free(before);
	free(after);
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("pack");
	TCase	*tc = tcase_create("history");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, few_objects_are_left_alone);
	tcase_add_test(tc, all_that_is_reachable_stays);
	tcase_add_test(tc, the_next_publication_finds_its_way);
	tcase_add_test(tc, an_older_pack_and_what_nothing_reaches_go);
	tcase_add_test(tc, a_prepared_agent_keeps_its_base);
	tcase_add_loop_test(tc, killed_at_any_step, 0,
	    (int)(sizeof(points) / sizeof(points[0])));
	suite_add_tcase(s, tc);
	return s;
}

CHECK_MAIN(suite)
