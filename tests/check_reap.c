/* links: supervisor/reap.c */
/*
 * A shell leaves children to whoever it turns into, and they are left alone.
 * If the kernel's list of them could not be read at the start there seemed to
 * be none, and the first sweep killed a person's own programs.
 */
#include <sys/wait.h>
#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "check_main.h"
#include "supervisor/reap.h"
#include "tests/log_sink.h"

static int		blind;		/* the list cannot be opened */
static struct log_kept	said;

/* The program's own comes before that of the C library. */
FILE *
fopen(const char *path, const char *mode)
{
	static FILE	*(*real)(const char *, const char *);

	if (blind && strstr(path, "/children") != NULL) {
		errno = EMFILE;
		return NULL;
	}
	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "fopen");
	return real(path, mode);
}

static int
known(pid_t pid, void *arg)
{
	(void)pid;
	(void)arg;
	return 0;
}

static pid_t
child(void)
{
	pid_t	pid = fork();

	ck_assert_int_ne(pid, -1);
	if (pid == 0)
		for (;;)
			pause();
	return pid;
}

static void
begin(struct reap *r)
{
	memset(&said, 0, sizeof(said));
	log_set_sink(log_keep, &said);
	reap_init(r, NULL);
	r->known = known;
}

static void
end(struct reap *r, pid_t pid)
{
	reap_release(r);
	kill(pid, SIGKILL);
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
	log_set_sink(NULL, NULL);
}

static int
lives(pid_t pid)
{
	usleep(20000);		/* what a signal would need */
	return process_state(pid) == 'S';
}

START_TEST(inherited_children_are_left_alone)
{
	struct reap	r;
	pid_t		pid = child();

	begin(&r);
	reap_sweep(&r);
	ck_assert(lives(pid));
	ck_assert_ptr_nonnull(strstr(said.text, "left alone"));
	end(&r, pid);
}
END_TEST

START_TEST(those_that_are_not_known_as_well)
{
	struct reap	r;
	pid_t		pid = child();

	blind = 1;
	begin(&r);
	blind = 0;
	reap_sweep(&r);
	ck_assert(lives(pid));
	ck_assert_uint_eq(r.left, 0);
	ck_assert_ptr_nonnull(strstr(said.text, "is not killed"));
	end(&r, pid);
}
END_TEST

START_TEST(what_comes_later_is_killed)
{
	struct reap	r;
	pid_t		pid;

	begin(&r);
	pid = child();
	reap_sweep(&r);
	ck_assert_uint_eq(r.left, 1);
	end(&r, pid);
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("reap");
	TCase	*t = tcase_create("reap");

	tcase_add_test(t, inherited_children_are_left_alone);
	tcase_add_test(t, those_that_are_not_known_as_well);
	tcase_add_test(t, what_comes_later_is_killed);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
