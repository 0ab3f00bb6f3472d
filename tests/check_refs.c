/* links: tests/wspace_scene.c worker/workspace/?*.c */

/*
 * libgit2 takes a folder of references that it cannot read for the last one:
 * whoever packed what the listed ones reach, and removed the rest, removed
 * what a person had to look at, or all that was published.  Here each
 * readdir(3) of a listing fails, and those of a whole purge.
 */
#include <sys/stat.h>
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check_main.h"
#include "common/json.h"
#include "tests/wspace_scene.h"
#include "worker/workspace/purge.h"
#include "worker/workspace/refs.h"

#define FOREVER	100000

static unsigned	reads;		/* calls of readdir(3) until now */
static unsigned	from;		/* the first that fails; 0: none does */
static unsigned	to;		/* the last */

static int
fails(void)
{
	reads++;
	if (from == 0 || reads < from || reads > to)
		return 0;
	errno = EIO;
	return 1;
}

/* An iterator of libgit2's that cannot go on leaks what it had. */
const char *__lsan_default_suppressions(void);
const char *
__lsan_default_suppressions(void)
{
	return "leak:libgit2";
}

/* The program's own come before those of the C library, for libgit2 too. */
#define READDIR(name, entry)						\
struct entry *								\
name(DIR *d)								\
{									\
	static struct entry	*(*real)(DIR *);			\
									\
	if (fails())							\
		return NULL;						\
	if (real == NULL)						\
		*(void **)&real = dlsym(RTLD_NEXT, #name);		\
	return real(d);							\
}

READDIR(readdir, dirent)
READDIR(readdir64, dirent64)

static int	blind;		/* to packed-refs */

#define STAT(name, stat)						\
int									\
name(const char *path, struct stat *st)					\
{									\
	static int	(*real)(const char *, struct stat *);		\
	size_t		 len = strlen(path);				\
									\
	if (blind && len > 11 &&					\
	    strcmp(path + len - 11, "packed-refs") == 0) {		\
		errno = EIO;						\
		return -1;						\
	}								\
	if (real == NULL)						\
		*(void **)&real = dlsym(RTLD_NEXT, #name);		\
	return real(path, st);						\
}

STAT(stat, stat)
STAT(stat64, stat64)

static void
fail_from(unsigned first, unsigned last)
{
	reads = 0;
	from = first;
	to = last;
}

static void
setup(void)
{
	scene_start(&sc);
	scene_first(&sc);
	fail_from(0, 0);
}

static void
teardown(void)
{
	fail_from(0, 0);
	scene_end(&sc);
}

/* How many a listing gives; -1: it fails. */
static int
listed(void)
{
	struct refs	refs;
	int		n;

	if (refs_read(&refs, &sc.ws.history) == -1)
		return -1;
	n = (int)refs.n;
	refs_release(&refs);
	return n;
}

static void
add_ref(const char *name)
{
	git_oid	live;

	ck_assert_int_eq(history_ref(&sc.ws.history, HISTORY_LIVE, &live),
	    HISTORY_FOUND);
	ck_assert_int_eq(history_move_ref(&sc.ws.history, name, NULL, &live),
	    0);
}

START_TEST(sorted_and_once)
{
	struct refs	refs;
	char		path[1024];
	size_t		i;

	add_ref(HISTORY_REVIEW "a");
	add_ref(HISTORY_STAGED "b");
	/* What another tool packed, and what it left of its locks. */
	snprintf(path, sizeof(path), "git --git-dir='%s' pack-refs --all && "
	    "touch '%s/refs/mnemod/x.lock'", sc.history, sc.history);
	ck_assert_int_eq(system(path), 0);	/* NOLINT: a fixed command */
	add_ref(HISTORY_REVIEW "c");
	ck_assert_int_eq(refs_read(&refs, &sc.ws.history), 0);
	ck_assert_uint_ge(refs.n, 4);
	for (i = 1; i < refs.n; i++)
		ck_assert_int_lt(strcmp(refs.v[i - 1], refs.v[i]), 0);
	for (i = 0; i < refs.n; i++)
		ck_assert_ptr_null(strstr(refs.v[i], ".lock"));
	refs_release(&refs);
}
END_TEST

/* Deep is listed too; too deep to be is no reason to leave it out. */
START_TEST(however_deep)
{
	char	name[256] = "refs/heads";
	int	i, want = listed();

	for (i = 0; i < 20; i++)
		strcat(name, "/d");
	add_ref(name);
	ck_assert_int_eq(listed(), want + 1);
	for (i = 0; i < 20; i++)
		strcat(name, "/d");
	name[strlen("refs/heads/d")] = 'e';	/* beside the other */
	add_ref(name);
	ck_assert_int_eq(listed(), -1);
	ck_assert_str_eq(history_error(), strerror(ENAMETOOLONG));
}
END_TEST

START_TEST(all_or_none)
{
	unsigned	i, calls;
	int		want, one, more, failed = 0;

	add_ref(HISTORY_REVIEW "a");
	add_ref(HISTORY_STAGED "b");
	fail_from(0, 0);
	want = listed();
	calls = reads;
	ck_assert_int_ge(want, 3);
	ck_assert_uint_gt(calls, 6);
	for (i = 1; i <= calls; i++) {
		fail_from(i, i);
		one = listed();
		fail_from(i, FOREVER);
		more = listed();
		ck_assert_msg(one == want || one == -1, "%u: %d", i, one);
		ck_assert_msg(more == want || more == -1, "%u+: %d", i, more);
		failed += one == -1;
	}
	ck_assert_int_gt(failed, 0);
	fail_from(0, 0);
	ck_assert_int_eq(listed(), want);
}
END_TEST

/* What a person has to look at stands on what was published then. */
static int
is_whole(void)
{
	char	cmd[1024];

	snprintf(cmd, sizeof(cmd), "git --git-dir='%s' fsck --strict --full "
	    ">/dev/null 2>&1 && git --git-dir='%s' rev-parse --verify -q "
	    "refs/mnemod/live^{tree} >/dev/null", sc.history, sc.history);
	return system(cmd) == 0;	/* NOLINT: a fixed command */
}

static void
purge(void)
{
	struct purge	p = { .ws = &sc.ws };

	p.threads = json_object_new_array();
	json_push_str(p.threads, AGENT_3);	/* in no file */
	if (purge_run(&p) == -1)
		ck_assert_str_ne(sc.ws.problem, "");
	purge_release(&p);
	json_object_put(p.threads);
}

/* What another tool packed, and cannot be looked at, is not gone. */
START_TEST(packed_ones_are_there)
{
	char	path[1024];
	int	want;

	add_ref(HISTORY_STAGED "a");
	add_ref("refs/heads/a");
	want = listed();
	snprintf(path, sizeof(path), "git --git-dir='%s' pack-refs --all",
	    sc.history);
	ck_assert_int_eq(system(path), 0);	/* NOLINT: a fixed command */
	scene_reopen(&sc);
	blind = 1;
	ck_assert_int_eq(listed(), want);
	purge();
	blind = 0;
	ck_assert_int_eq(listed(), want);	/* nothing was removed */
	ck_assert_int_eq(is_whole(), 1);
}
END_TEST

START_TEST(packed_ones_are_understood_or_told)
{
	scene_write(sc.history, "packed-refs", "# pack-refs with: peeled\n"
	    "0123456789012345678901234567890123456789 refs/tags/x\n"
	    "^0123456789012345678901234567890123456789\n");
	ck_assert_int_gt(listed(), 1);
	scene_write(sc.history, "packed-refs", "0123 refs/tags/x\n");
	ck_assert_int_eq(listed(), -1);
	ck_assert_ptr_nonnull(strstr(history_error(), "packed-refs"));
}
END_TEST

/* One in so many: each is a purge of its own, of the same history. */
START_TEST(a_purge_keeps_what_it_cannot_list)
{
	unsigned	i, calls, step;

	fail_from(0, 0);
	purge();
	calls = reads;
	ck_assert_int_eq(is_whole(), 1);
	step = calls / 40 + 1;
	for (i = 1; i <= calls; i += step) {
		fail_from(i, i);
		purge();
		fail_from(0, 0);
		ck_assert_msg(is_whole(), "readdir %u of %u", i, calls);
	}
	ck_assert_uint_gt(calls, 40);
}
END_TEST

static Suite *
refs_suite(void)
{
	Suite	*s = suite_create("refs");
	TCase	*t = tcase_create("refs");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, sorted_and_once);
	tcase_add_test(t, however_deep);
	tcase_add_test(t, all_or_none);
	tcase_add_test(t, packed_ones_are_there);
	tcase_add_test(t, packed_ones_are_understood_or_told);
	tcase_add_test(t, a_purge_keeps_what_it_cannot_list);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(refs_suite)
