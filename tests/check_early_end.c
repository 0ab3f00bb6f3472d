/* links: tests/scratch.c worker/consolidate/staging.c */

/*
 * A read(2) that gives nothing before the size of a file was the end of it:
 * half of MEMORY.md was consolidated and written back, or taken for an edit by
 * hand.  It is an error now, wherever it comes.
 */
#include <dlfcn.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "check_main.h"
#include "common/folder.h"
#include "tests/scratch.h"
#include "worker/consolidate/staging.h"

#define SIZE	100000
#define NAME	"MEMORY.md"

static unsigned	reads;		/* until now */
static unsigned	first;		/* from this on they give nothing; 0: none */

/* The program's own comes before that of the C library. */
ssize_t
read(int fd, void *to, size_t size)
{
	static ssize_t	(*real)(int, void *, size_t);

	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "read");
	if (first != 0 && ++reads >= first)
		return 0;
	/* In pieces, as a file system in trouble may. */
	return real(fd, to, size > 30000 ? 30000 : size);
}

static struct staging	st = { .dir = -1 };
static char		dir[256];

static void
setup(void)
{
	static char	bytes[SIZE];
	struct buf	text = BUF_INIT;

	scratch_make(dir, sizeof(dir));
	ck_assert_int_eq(staging_open(&st, dir), 0);
	memset(bytes, 'x', sizeof(bytes));
	buf_add(&text, bytes, sizeof(bytes));
	ck_assert_int_eq(folder_write_scratch(st.dir, NAME, &text, 0600), 0);
	buf_release(&text);
	reads = first = 0;
}

static void
teardown(void)
{
	first = 0;
	staging_close(&st);
	scratch_remove(dir);
}

START_TEST(whole)
{
	struct buf	b = BUF_INIT;

	ck_assert_int_eq(folder_read_file(st.dir, NAME, &b, NULL), FOLDER_OK);
	ck_assert_uint_eq(b.len, SIZE);
	ck_assert_int_eq(staging_read(&st, NAME, SIZE, &b), STAGING_OK);
	ck_assert_uint_eq(b.len, 2 * SIZE);
	buf_release(&b);
}
END_TEST

START_TEST(too_early)
{
	struct buf	b = BUF_INIT;

	first = (unsigned)_i + 1;
	ck_assert_int_eq(folder_read_file(st.dir, NAME, &b, NULL),
	    FOLDER_ERROR);
	ck_assert_int_eq(errno, EIO);
	reads = 0;
	buf_reset(&b);
	ck_assert_int_eq(staging_read(&st, NAME, SIZE, &b), STAGING_ERROR);
	ck_assert_int_eq(errno, EIO);
	buf_release(&b);
}
END_TEST

static Suite *
early_end_suite(void)
{
	Suite	*s = suite_create("early_end");
	TCase	*t = tcase_create("early_end");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, whole);
	tcase_add_loop_test(t, too_early, 0, 4);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(early_end_suite)
