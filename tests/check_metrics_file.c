/* links: supervisor/metrics_file.c tests/scratch.c */
/*
 * Metrics have ended what they were to count: a full disk failed a job, and
 * a collector read half a file.  Here the file is the old one or the new one,
 * and what is no file of metrics is left alone.
 */
#include <sys/stat.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "check_main.h"
#include "common/mem.h"
#include "supervisor/metrics_file.h"
#include "tests/scratch.h"

static char	dir[256], file[280];

static void
setup(void)
{
	scratch_make(dir, sizeof(dir));
	snprintf(file, sizeof(file), "%s/m.prom", dir);
	umask(077);
}

static void
teardown(void)
{
	scratch_remove(dir);
}

/* Why it was not written, or NULL. */
static const char *
write_it(const char *path, const char *text)
{
	struct buf	 b = BUF_INIT;
	const char	*why;

	buf_addstr(&b, text);
	why = metrics_file_write(path, &b);
	buf_release(&b);
	return why;
}

static void
assert_holds(const char *text, unsigned mode)
{
	struct stat	 sb;
	char		 data[64] = "";
	int		 fd = open(file, O_RDONLY);
	ssize_t		 n = read(fd, data, sizeof(data) - 1);

	ck_assert_int_eq(n, (ssize_t)strlen(text));
	ck_assert_str_eq(data, text);
	ck_assert_int_eq(fstat(fd, &sb), 0);
	ck_assert_uint_eq(sb.st_mode & 07777, mode);
	close(fd);
}

START_TEST(file_is_replaced_whole)
{
	struct stat	 before, after;
	char		 data[8] = "";
	int		 fd;

	ck_assert_ptr_null(write_it(file, "one\n"));
	assert_holds("one\n", 0600);
	fd = open(file, O_RDONLY);
	fstat(fd, &before);
	ck_assert_ptr_null(write_it(file, "2\n"));
	assert_holds("2\n", 0600);
	/* Who reads the old one reads on. */
	ck_assert_int_eq(read(fd, data, sizeof(data)), 4);
	ck_assert_str_eq(data, "one\n");
	stat(file, &after);
	ck_assert(before.st_ino != after.st_ino);
	close(fd);
}
END_TEST

START_TEST(file_keeps_a_mode_that_was_given)
{
	ck_assert_ptr_null(write_it(file, "one\n"));
	chmod(file, 0644);
	ck_assert_ptr_null(write_it(file, "2\n"));
	assert_holds("2\n", 0644);
}
END_TEST

START_TEST(file_in_a_folder_of_a_group)
{
	ck_assert_int_eq(chmod(dir, 02750), 0);
	ck_assert_ptr_null(write_it(file, "one\n"));
	assert_holds("one\n", 0640);
}
END_TEST

START_TEST(file_after_a_kill)
{
	char	*left = xasprintf("%s.mnemod-new", file);
	int	 fd = open(left, O_WRONLY | O_CREAT, 0400);

	ck_assert_int_eq(write(fd, "half", 4), 4);
	close(fd);
	ck_assert_ptr_null(write_it(file, "one\n"));
	assert_holds("one\n", 0600);
	ck_assert_int_eq(access(left, F_OK), -1);
	free(left);
}
END_TEST

/* What is no file of ours stays what it is. */
START_TEST(what_is_no_file_is_left_alone)
{
	struct stat	 sb;

	ck_assert_int_eq(mkfifo(file, 0600), 0);
	ck_assert_str_eq(write_it(file, "one\n"), "it is no regular file");
	ck_assert_int_eq(lstat(file, &sb), 0);
	ck_assert(S_ISFIFO(sb.st_mode));
	unlink(file);
	ck_assert_int_eq(symlink("elsewhere", file), 0);
	ck_assert_ptr_nonnull(write_it(file, "one\n"));
	ck_assert_int_eq(lstat(file, &sb), 0);
	ck_assert(S_ISLNK(sb.st_mode));
	unlink(file);
	ck_assert_ptr_nonnull(write_it(dir, "one\n"));
}
END_TEST

START_TEST(file_that_cannot_be_written)
{
	char	*nowhere = xasprintf("%s/a/m.prom", dir);

	ck_assert_str_eq(write_it(nowhere, "one\n"),
	    "No such file or directory");
	free(nowhere);
	ck_assert_ptr_nonnull(write_it("/dev/full", "one\n"));
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("metrics_file");
	TCase	*tc = tcase_create("metrics_file");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, file_is_replaced_whole);
	tcase_add_test(tc, file_keeps_a_mode_that_was_given);
	tcase_add_test(tc, file_in_a_folder_of_a_group);
	tcase_add_test(tc, file_after_a_kill);
	tcase_add_test(tc, what_is_no_file_is_left_alone);
	tcase_add_test(tc, file_that_cannot_be_written);
	suite_add_tcase(s, tc);
	return s;
}

CHECK_MAIN(suite)
