/* links: tests/wspace_scene.c worker/workspace/?*.c */

/*
 * A history that could not be opened was damaged, whatever the reason, and
 * people were told to move it away: with a disk that gives no answer for a
 * moment, that is the worst that they can do.
 */
#include <sys/stat.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check_main.h"
#include "tests/wspace_scene.h"
#include "worker/workspace/unread.h"

static ino_t	sick;		/* of a file or folder; 0: none */
static char	path[1024];

static int
is_sick(int fd)
{
	struct stat	st;

	return sick != 0 && fstat(fd, &st) == 0 && st.st_ino == sick;
}

/* The program's own come before those of the C library, for libgit2 too. */
ssize_t
read(int fd, void *data, size_t n)
{
	static ssize_t	(*real)(int, void *, size_t);

	if (is_sick(fd)) {
		errno = EIO;
		return -1;
	}
	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "read");
	return real(fd, data, n);
}

static const char *
below(const char *name)
{
	snprintf(path, sizeof(path), "%s/%s", sc.history, name);
	return path;
}

static void
make_sick(const char *name)
{
	struct stat	st;

	ck_assert_int_eq(stat(below(name), &st), 0);
	sick = st.st_ino;
}

/* A file that can be read, and not be understood. */
static void
damage(const char *name)
{
	int	fd = open(below(name), O_WRONLY | O_CREAT | O_TRUNC, 0600);

	ck_assert_int_eq((int)write(fd, "nonsense\n", 9), 9);
	close(fd);
}

static int
reopen(void)
{
	history_close(&sc.ws.history);
	return workspace_open(&sc.ws);
}

static void
setup(void)
{
	sick = 0;
	scene_start(&sc);
	scene_first(&sc);
}

static void
teardown(void)
{
	sick = 0;
	scene_end(&sc);
}

START_TEST(each_file)
{
	ck_assert_int_eq(unread_below(&sc.ws, sc.history), 0);
	make_sick("HEAD");
	ck_assert_int_eq(unread_below(&sc.ws, sc.history), 1);
	ck_assert_int_eq(errno, EIO);
	make_sick("refs/mnemod/live");
	ck_assert_int_eq(unread_below(&sc.ws, sc.history), 1);
	sick = 0;
	ck_assert_int_eq(unread_below(&sc.ws, sc.history), 0);
	ck_assert_int_eq(unread_below(&sc.ws, below("nothing")), 1);
	ck_assert_int_eq(errno, ENOENT);
}
END_TEST

/* Damage is told with its way out; a disk without. */
START_TEST(damage_or_disk)
{
	damage("shallow");
	ck_assert_int_eq(reopen(), -1);
	ck_assert_str_eq(sc.ws.reason, REASON_HISTORY);
	ck_assert_ptr_nonnull(strstr(sc.ws.problem, "move it away"));
	make_sick("refs/mnemod/live");
	ck_assert_int_eq(reopen(), -1);
	ck_assert_str_eq(sc.ws.reason, REASON_IO);
	ck_assert_ptr_null(strstr(sc.ws.problem, "move it away"));
	ck_assert_ptr_nonnull(strstr(sc.ws.problem, strerror(EIO)));
}
END_TEST

static Suite *
unread_suite(void)
{
	Suite	*s = suite_create("unread");
	TCase	*t = tcase_create("unread");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, each_file);
	tcase_add_test(t, damage_or_disk);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(unread_suite)
