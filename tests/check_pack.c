/* links: tests/wspace_scene.c worker/workspace/?*.c */

/*
 * A history that only grows: one megabyte of raw memories, a little changed
 * each day, made 18 MB of loose objects in forty publications where a pack
 * takes less than one.  Packing must lose nothing that a reference reaches,
 * whenever it is killed, and throw away the rest.
 */
#include <sys/wait.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "check_main.h"
#include "common/hook.h"
#include "tests/wspace_scene.h"
#include "worker/workspace/pack.h"
#include "worker/workspace/packs.h"

static void
setup(void)
{
	scene_start(&sc);
	scene_first(&sc);
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

/* The name of the largest one. */
static char *
largest(void)
{
	struct packs	 p;
	char		 dir[320], *name;
	int		 fd;

	snprintf(dir, sizeof(dir), "%s/objects/pack", sc.history);
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ck_assert_int_eq(packs_list(&p, fd), 0);
	ck_assert_uint_gt(p.n, 0);
	name = strdup(p.list[p.n - 1].name);
	packs_release(&p);
	close(fd);
	return name;
}

/* Everything that is reachable, by name. */
static char *
reachable(void)
{
	return strdup(git("rev-list --objects --all --no-object-names | sort"));
}

START_TEST(a_few_packs_are_left_alone)
{
	int	n = packs();

	ck_assert_int_gt(n, 1);
	ck_assert_int_eq(pack_history(&sc.ws, PACK_MAX), 0);
	ck_assert_int_eq(packs(), n);
}
END_TEST

/* A note: what a publication of one file leaves. */
static void
small_pack(int n)
{
	char	path[64];
	git_oid	id, live;

	snprintf(path, sizeof(path), "%d", n);
	ck_assert_int_eq(history_blob_write(&sc.ws.history, path,
	    strlen(path), &id), 0);
	ck_assert_int_eq(history_ref(&sc.ws.history, HISTORY_LIVE, &live),
	    HISTORY_FOUND);
	ck_assert_int_eq(history_move_ref(&sc.ws.history, HISTORY_LIVE,
	    &live, &live), 0);
}

/* All in one, and nothing small beside it. */
static char *
one_large_pack(void)
{
	char	*text = calloc(1, 200001);
	git_oid	 id;
	size_t	 i;

	ck_assert_ptr_nonnull(text);
	for (i = 0; i < 200000; i++)
		text[i] = (char)('a' + random() % 26);
	ck_assert_int_eq(history_blob_write(&sc.ws.history, text, 200000,
	    &id), 0);
	free(text);
	scene_again(&sc, AGENT_2, "second");
	return reachable();
}

/*
 * A large memory was packed anew, all of it, every twenty publications: only
 * what is small becomes one.
 */
START_TEST(a_large_pack_stays_as_it_is)
{
	char	*before = one_large_pack(), *after, *large, *again;
	int	 i, n;

	ck_assert_int_eq(pack_history(&sc.ws, PACK_MAX), 0);
	for (i = 0; packs() <= PACK_MAX; i++)
		small_pack(i);
	n = loose();
	large = largest();
	ck_assert_int_eq(pack_history(&sc.ws, PACK_MAX), 1);
	ck_assert_int_le(packs(), 3);
	ck_assert_int_ge(packs(), 2);
	ck_assert_int_eq(loose(), n);
	again = largest();
	ck_assert_str_eq(again, large);
	after = reachable();
	ck_assert_str_eq(before, after);
	git("fsck --strict --full");
	/* What nothing reaches is still there, it goes with the next of all. */
	ck_assert_ptr_nonnull(strstr(git("cat-file --batch-check "
	    "--batch-all-objects"), "blob 200000"));
	free(before);
	free(after);
	free(large);
	free(again);
}
END_TEST

START_TEST(all_that_is_reachable_stays)
{
	char	*before, *after;

	scene_again(&sc, AGENT_2, "second");
	before = reachable();
	ck_assert_int_eq(pack_history(&sc.ws, PACK_ALWAYS), 1);
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
	ck_assert_int_eq(pack_history(&sc.ws, PACK_ALWAYS), 1);
	scene_again(&sc, AGENT_2, "second");
	ck_assert_int_gt(packs(), 1);
	scene_reopen(&sc);
	scene_again(&sc, AGENT_3, "third");
	ck_assert_ptr_nonnull(strstr(scene_read(sc.root, "MEMORY.md"),
	    "third"));
	git("fsck --strict --full");
}
END_TEST

START_TEST(an_older_pack_and_what_nothing_reaches_go)
{
	git_oid	id;

	ck_assert_int_eq(pack_history(&sc.ws, PACK_ALWAYS), 1);
	scene_again(&sc, AGENT_2, "second");
	ck_assert_int_eq(history_blob_write(&sc.ws.history, "nobody's", 8,
	    &id), 0);
	ck_assert_int_eq(pack_history(&sc.ws, PACK_ALWAYS), 1);
	ck_assert_int_eq(packs(), 1);
	ck_assert_int_eq(loose(), 0);
	ck_assert_ptr_null(strstr(git("cat-file --batch-check "
	    "--batch-all-objects"), git_oid_tostr_s(&id)));
}
END_TEST

START_TEST(a_prepared_agent_keeps_its_base)
{
	scene_task(&sc, AGENT_2, "second");
	scene_write(scene_staging(&sc, AGENT_2), "MEMORY.md",
	    scene_handbook("second"));
	ck_assert_int_eq(pack_history(&sc.ws, PACK_ALWAYS), 1);
	scene_reopen(&sc);
	ck_assert_int_eq(scene_publish(&sc, AGENT_2), PUBLISH_DONE);
}
END_TEST

static const char *const	points[] = {
	"pack.write.before", "pack.write.after", "pack.sweep.before",
	"pack.sweep.after"
};

static void
die_packing(const char *point, size_t max)
{
	pid_t	pid = fork();
	int	status;

	ck_assert_int_ne(pid, -1);
	if (pid == 0) {
		hook_crash_at(point);
		pack_history(&sc.ws, max);
		_exit(1);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

START_TEST(killed_at_any_step)
{
	char	*before, *after;

	scene_again(&sc, AGENT_2, "second");
	before = reachable();
	die_packing(points[_i], PACK_ALWAYS);
	after = reachable();
	ck_assert_str_eq(before, after);
	scene_reopen(&sc);
	ck_assert_int_ge(pack_history(&sc.ws, PACK_ALWAYS), 0);
	git("fsck --strict --full");
	scene_again(&sc, AGENT_3, "third");
	free(before);
	free(after);
}
END_TEST

START_TEST(killed_while_small_packs_become_one)
{
	char	*before = one_large_pack(), *after;
	int	 i;

	for (i = 0; packs() <= PACK_MAX; i++)
		small_pack(i);
	die_packing(points[_i], PACK_MAX);
	after = reachable();
	ck_assert_str_eq(before, after);
	scene_reopen(&sc);
	ck_assert_int_ge(pack_history(&sc.ws, PACK_MAX), 0);
	git("fsck --strict --full");
	scene_again(&sc, AGENT_3, "third");
	free(before);
	free(after);
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("pack");
	TCase	*tc = tcase_create("history");

	tcase_add_checked_fixture(tc, setup, wspace_teardown);
	tcase_add_test(tc, a_few_packs_are_left_alone);
	tcase_add_test(tc, all_that_is_reachable_stays);
	tcase_add_test(tc, the_next_publication_finds_its_way);
	tcase_add_test(tc, an_older_pack_and_what_nothing_reaches_go);
	tcase_add_test(tc, a_prepared_agent_keeps_its_base);
	tcase_add_loop_test(tc, killed_at_any_step, 0,
	    (int)(sizeof(points) / sizeof(points[0])));
	tcase_add_test(tc, a_large_pack_stays_as_it_is);
	tcase_add_loop_test(tc, killed_while_small_packs_become_one, 0,
	    (int)(sizeof(points) / sizeof(points[0])));
	suite_add_tcase(s, tc);
	return s;
}

CHECK_MAIN(suite)
