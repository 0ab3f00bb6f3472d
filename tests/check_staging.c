/* links: supervisor/staging_size.c tests/scratch.c */
/*
 * A staging folder is written by who may have been taken over: it is measured
 * to a bound, whatever is in it, and removed whatever its modes and its depth.
 */
#include <sys/stat.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include "check_main.h"
#include "common/folder.h"
#include "tests/scratch.h"
#include "supervisor/staging_size.h"

#define THREAD "01a20500-0000-7000-8000-00000000000a"
#define MIB 1048576

static char			 dir[512];
static struct state_dir		 sd = { .path = dir };
static int			 top = -1;	/* the staging folder */
static struct staging_size	 found;

static void
setup(void)
{
	char	path[600];

	scratch_make(dir, sizeof(dir));
	snprintf(path, sizeof(path), "%s/staging", dir);
	ck_assert_int_eq(mkdir(path, 0700), 0);
	snprintf(path, sizeof(path), "%s/staging/" THREAD, dir);
	ck_assert_int_eq(mkdir(path, 0700), 0);
	top = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ck_assert_int_ge(top, 0);
}

static void
teardown(void)
{
	close(top);
	scratch_remove(dir);
}

static void
put(const char *name, off_t len)
{
	int	fd = openat(top, name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(ftruncate(fd, len), 0);
	close(fd);
}

static enum staging_measured
measure(int64_t bytes, int64_t files)
{
	const struct staging_size	most = { bytes, files };

	return staging_measure(&sd, THREAD, &most, &found);
}

/* N folders, each in the last; the descriptor of the last. */
static int
dig(int n)
{
	int	fd = dup(top), next;

	while (n-- > 0) {
		ck_assert_int_eq(mkdirat(fd, "twenty_bytes_of_name", 0700), 0);
		next = openat(fd, "twenty_bytes_of_name", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		ck_assert_int_ge(next, 0);
		close(fd);
		fd = next;
	}
	return fd;
}

static void
removed(void)
{
	char	path[600];
	int	fd;

	snprintf(path, sizeof(path), "%s/staging", dir);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ck_assert_int_eq(folder_remove(fd, THREAD), 0);
	ck_assert_int_eq(faccessat(fd, THREAD, F_OK, 0), -1);
	ck_assert_int_eq(errno, ENOENT);
	close(fd);
}

START_TEST(counts)
{
	ck_assert_int_eq(measure(INT64_MAX, INT64_MAX), STAGING_MEASURED);
	ck_assert_int_eq(found.files, 0);
	put("a", MIB);		/* a hole counts as what it may become */
	ck_assert_int_eq(mkdirat(top, "b", 0700), 0);
	put("b/c", 10);
	ck_assert_int_eq(measure(INT64_MAX, INT64_MAX), STAGING_MEASURED);
	ck_assert_int_eq(found.files, 3);
	ck_assert_int_ge(found.bytes, MIB + 10);
	ck_assert_int_eq(measure(INT64_MAX, 3), STAGING_MEASURED);
	ck_assert_int_eq(measure(INT64_MAX, 2), STAGING_OVER);
	ck_assert_int_eq(measure(MIB / 2, INT64_MAX), STAGING_OVER);
}
END_TEST

START_TEST(links)
{
	put("a", 10);
	ck_assert_int_eq(symlinkat("/", top, "root"), 0);
	ck_assert_int_eq(symlinkat("..", top, "up"), 0);
	ck_assert_int_eq(measure(INT64_MAX, INT64_MAX), STAGING_MEASURED);
	ck_assert_int_eq(found.files, 3);
	removed();
	ck_assert_int_eq(access("/etc", F_OK), 0);
	ck_assert_int_eq(measure(INT64_MAX, INT64_MAX), STAGING_ABSENT);
}
END_TEST

START_TEST(deep)
{
	close(dig(16));
	ck_assert_int_eq(measure(INT64_MAX, INT64_MAX), STAGING_MEASURED);
	removed();
}
END_TEST

/* More than a path can hold. */
START_TEST(deepest)
{
	int	fd = dig(250);

	close(openat(fd, "f", O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
	close(fd);
	ck_assert_int_eq(measure(INT64_MAX, INT64_MAX), STAGING_OVER);
	removed();
}
END_TEST

START_TEST(closed)
{
	static const char *const	dirs[] = { "a", "a/b", "c" };
	size_t				i;

	for (i = 0; i < 3; i++)
		ck_assert_int_eq(mkdirat(top, dirs[i], 0700), 0);
	put("a/b/x", 1);
	put("c/y", 1);
	ck_assert_int_eq(fchmodat(top, "a/b", 0500, 0), 0);
	ck_assert_int_eq(fchmodat(top, "a", 0, 0), 0);
	ck_assert_int_eq(fchmodat(top, "c", 0300, 0), 0);
	ck_assert_int_eq(fchmod(top, 0), 0);
	ck_assert_int_eq(measure(INT64_MAX, INT64_MAX), geteuid() == 0 ?
	    STAGING_MEASURED : STAGING_OVER);
	removed();
}
END_TEST

static Suite *
staging_suite(void)
{
	Suite	*s = suite_create("staging");
	TCase	*t = tcase_create("staging");

	tcase_set_timeout(t, 60);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, counts);
	tcase_add_test(t, links);
	tcase_add_test(t, deep);
	tcase_add_test(t, deepest);
	tcase_add_test(t, closed);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(staging_suite)
