/* links: worker/extract/stream.c */

/*
 * A file that ended before its size says, or that was cut between the pass
 * that tells what a rollout is and the one that reads it, was taken for whole:
 * a part of a session would stand for it.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check_main.h"
#include "worker/extract/stream.h"

#define SIZE	100000

static FILE		*file;
static int		 fd = -1;	/* of the file */
static struct stream	*stream;
static unsigned		 reads;		/* of it, until now */
static unsigned		 first, last;	/* that give nothing; 0: none */
static void		(*grow)(void);	/* then */

/* The program's own comes before that of the C library. */
ssize_t
read(int from, void *to, size_t size)
{
	static ssize_t	(*real)(int, void *, size_t);

	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "read");
	if (from != fd || ++reads < first || reads > last)
		return real(from, to, size);
	if (grow != NULL)
		grow();
	return 0;
}

static void
setup(void)
{
	static char	bytes[SIZE];

	file = tmpfile();
	ck_assert_ptr_nonnull(file);
	memset(bytes, 'x', sizeof(bytes));
	ck_assert_uint_eq(fwrite(bytes, 1, sizeof(bytes), file), SIZE);
	ck_assert_int_eq(fflush(file), 0);
	fd = dup(fileno(file));
	ck_assert_int_ne(fd, -1);
	ck_assert_int_eq(lseek(fd, 0, SEEK_SET), 0);
	stream = stream_new(fd, 0);
	reads = first = last = 0;
	grow = NULL;
}

static void
teardown(void)
{
	stream_free(stream);
	fd = -1;
	fclose(file);
}

static enum stream_status
read_all(size_t *sum)
{
	char			 piece[30000];
	enum stream_status	 st;
	size_t			 len;

	*sum = 0;
	while ((st = stream_read(stream, piece, sizeof(piece), &len)) ==
	    STREAM_OK)
		*sum += len;
	return st;
}

START_TEST(whole)
{
	size_t	sum;

	ck_assert_int_eq(read_all(&sum), STREAM_END);
	ck_assert_uint_eq(sum, SIZE);
	ck_assert_int_eq(stream_rewind(stream), 0);
	ck_assert_int_eq(read_all(&sum), STREAM_END);
	ck_assert_uint_eq(sum, SIZE);
}
END_TEST

/* An end where there is more is no end: the first read, or a later one. */
START_TEST(ends_too_early)
{
	size_t	sum;

	first = (unsigned)_i + 1;
	last = 1000;
	ck_assert_int_eq(read_all(&sum), STREAM_ERROR);
	ck_assert_uint_lt(sum, SIZE);
}
END_TEST

START_TEST(cut_between_two_passes)
{
	size_t	sum;

	ck_assert_int_eq(read_all(&sum), STREAM_END);
	ck_assert_int_eq(ftruncate(fd, SIZE / 2), 0);
	ck_assert_int_eq(stream_rewind(stream), 0);
	ck_assert_int_eq(read_all(&sum), STREAM_ERROR);
}
END_TEST

static void
append(void)
{
	grow = NULL;
	ck_assert_int_eq(fseek(file, 0, SEEK_END), 0);
	ck_assert_int_ne(fputs("yyy", file), EOF);
	ck_assert_int_eq(fflush(file), 0);
	ck_assert_int_eq(lseek(fd, SIZE, SEEK_SET), SIZE);
}

/* A session that goes on while it is read is read on. */
START_TEST(grows_at_its_end)
{
	size_t	sum;

	first = last = 5;
	grow = append;
	ck_assert_int_eq(read_all(&sum), STREAM_END);
	ck_assert_uint_eq(sum, SIZE + 3);
}
END_TEST

static Suite *
stream_suite(void)
{
	Suite	*s = suite_create("stream");
	TCase	*t = tcase_create("stream");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, whole);
	tcase_add_loop_test(t, ends_too_early, 0, 4);
	tcase_add_test(t, cut_between_two_passes);
	tcase_add_test(t, grows_at_its_end);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(stream_suite)
