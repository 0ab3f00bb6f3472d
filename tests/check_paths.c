/* links: supervisor/paths.c */
/*
 * Without HOME the password file tells the home.  If it could not be read
 * there was none: a service of root began a new state in the root directory,
 * and everything was extracted, and paid for, once more.
 */
#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>

#include "check_main.h"
#include "supervisor/paths.h"
#include "tests/log_sink.h"

static struct passwd	 mara = { .pw_dir = (char []){ "/home/mara" } };
static struct passwd	*found;
static int		 error;
static struct log_kept	 said;

/* The program's own comes before that of the C library. */
struct passwd *
getpwuid(uid_t uid)
{
	(void)uid;
	if (found == NULL)
		errno = error;
	return found;
}

static void
setup(void)
{
	static const char *const	all[] = { "HOME", "XDG_STATE_HOME",
	    "XDG_CONFIG_HOME", "XDG_RUNTIME_DIR", "CODEX_HOME" };
	size_t				i;

	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		ck_assert_int_eq(unsetenv(all[i]), 0);
	memset(&said, 0, sizeof(said));
	log_set_sink(log_keep, &said);
}

static void
teardown(void)
{
	log_set_sink(NULL, NULL);
}

static void
home_is(int want, const char *state)
{
	struct paths	p;

	ck_assert_int_eq(paths_init(&p), want);
	if (want == 0)
		ck_assert_str_eq(p.state, state);
	paths_release(&p);
}

START_TEST(the_password_file_tells)
{
	found = &mara;
	home_is(0, "/home/mara/.local/state/mnemod");
}
END_TEST

START_TEST(a_user_who_is_not_listed_has_none)
{
	found = NULL;
	error = 0;
	home_is(0, "/.local/state/mnemod");
	error = ENOENT;
	home_is(0, "/.local/state/mnemod");
}
END_TEST

START_TEST(what_cannot_be_read_tells_nothing)
{
	found = NULL;
	error = EMFILE;
	home_is(-1, NULL);
	ck_assert_ptr_nonnull(strstr(said.text, "set HOME"));
	ck_assert_int_eq(setenv("HOME", "/home/mara", 1), 0);
	home_is(0, "/home/mara/.local/state/mnemod");
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("paths");
	TCase	*t = tcase_create("paths");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, the_password_file_tells);
	tcase_add_test(t, a_user_who_is_not_listed_has_none);
	tcase_add_test(t, what_cannot_be_read_tells_nothing);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
