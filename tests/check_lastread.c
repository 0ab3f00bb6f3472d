/* links: worker/workspace/lastread.c */
/*
 * A publication read all of a memory three times.  What was read is
 * remembered by what stat(2) says of it; an edit that hides behind an old
 * stat would be lost from the history, so whatever differs, and whatever is
 * too young to tell, is read again.
 */
#include <string.h>
#include <time.h>

#include "check_main.h"
#include "worker/workspace/lastread.h"

static struct lastread	last;
static struct stat	st;
static git_oid		blob, got;

static void
setup(void)
{
	ck_assert_int_ge(git_libgit2_init(), 0);
	memset(&last, 0, sizeof(last));
	memset(&st, 0, sizeof(st));
	memset(&blob, 7, sizeof(blob));
	st.st_dev = 1;
	st.st_ino = 2;
	st.st_size = 3;
	st.st_mtim.tv_sec = time(NULL) - 1000;
	st.st_ctim.tv_sec = time(NULL) - 60;
	st.st_ctim.tv_nsec = 5;
}

static void
teardown(void)
{
	lastread_release(&last);
	git_libgit2_shutdown();
}

START_TEST(same_is_known)
{
	ck_assert_int_eq(lastread_is(&last, "a/b.md", &st, &got), 0);
	lastread_note(&last, "a/b.md", &st, &blob);
	ck_assert_int_eq(lastread_is(&last, "a/b.md", &st, &got), 1);
	ck_assert(git_oid_equal(&got, &blob));
	ck_assert_int_eq(lastread_is(&last, "a/c.md", &st, &got), 0);
}
END_TEST

START_TEST(other_is_read_again)
{
	struct stat	was = st;

	lastread_note(&last, "a", &st, &blob);
	st.st_ino++;
	ck_assert_int_eq(lastread_is(&last, "a", &st, &got), 0);
	st = was;
	st.st_dev++;
	ck_assert_int_eq(lastread_is(&last, "a", &st, &got), 0);
	st = was;
	st.st_size++;
	ck_assert_int_eq(lastread_is(&last, "a", &st, &got), 0);
	st = was;
	st.st_mtim.tv_sec++;
	ck_assert_int_eq(lastread_is(&last, "a", &st, &got), 0);
	/* An editor that sets the old times back. */
	st = was;
	st.st_ctim.tv_nsec++;
	ck_assert_int_eq(lastread_is(&last, "a", &st, &got), 0);
	/* The newer one takes the place. */
	memset(&blob, 8, sizeof(blob));
	lastread_note(&last, "a", &st, &blob);
	ck_assert_int_eq(lastread_is(&last, "a", &st, &got), 1);
	ck_assert(git_oid_equal(&got, &blob));
	ck_assert_int_eq(lastread_is(&last, "a", &was, &got), 0);
}
END_TEST

START_TEST(young_is_read_again)
{
	st.st_ctim.tv_sec = time(NULL);
	lastread_note(&last, "a", &st, &blob);
	ck_assert_int_eq(lastread_is(&last, "a", &st, &got), 0);
	/* A clock that was put back. */
	st.st_ctim.tv_sec = time(NULL) + 3600;
	lastread_note(&last, "a", &st, &blob);
	ck_assert_int_eq(lastread_is(&last, "a", &st, &got), 0);
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("lastread");
	TCase	*tc = tcase_create("lastread");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, same_is_known);
	tcase_add_test(tc, other_is_read_again);
	tcase_add_test(tc, young_is_read_again);
	suite_add_tcase(s, tc);
	return s;
}

CHECK_MAIN(suite)
