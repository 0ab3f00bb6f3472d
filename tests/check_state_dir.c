/* links: supervisor/state_dir.c supervisor/orphans.c tests/scratch.c */
/*
 * Two supervisors on one state would publish over each other; a worker that
 * outlived its supervisor may still be writing.  The second supervisor must
 * name the first, and the next one must wait for the worker.
 */
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/fd.h"
#include "common/log.h"
#include "supervisor/state_dir.h"
#include "tests/check_main.h"
#include "tests/scratch.h"

static char	base[256];
static char	path[300];
static char	last_line[600];

static void
keep_line(enum log_level level, const char *line, void *arg)
{
	(void)level;
	(void)arg;
	snprintf(last_line, sizeof(last_line), "%s", line);
}

static void
setup(void)
{
	log_set_sink(keep_line, NULL);
	scratch_make(base, sizeof(base));
	snprintf(path, sizeof(path), "%s/a/state", base);
}

static void
teardown(void)
{
	scratch_remove(base);
}

static mode_t
mode_of(const char *below)
{
	struct stat	 st;
	char		 file[400];

	snprintf(file, sizeof(file), "%s/%s", path, below);
	ck_assert_int_eq(stat(file, &st), 0);
	return st.st_mode & 0777;
}

START_TEST(makes_a_private_directory)
{
	struct state_dir	 sd;

	umask(0);
	ck_assert_int_eq(state_dir_open(&sd, path, 0, ""), EXIT_OK);
	ck_assert_int_eq(mode_of("."), 0700);
	ck_assert_int_eq(mode_of("staging"), 0700);
	ck_assert_int_eq(mode_of("agents"), 0700);
	ck_assert_int_eq(mode_of("memories"), 0700);
	ck_assert_int_eq(mode_of("lock"), 0600);
	ck_assert_int_eq(mode_of("workers.lock"), 0600);
	state_dir_close(&sd);
	state_dir_close(&sd);
	ck_assert_int_eq(state_dir_open(&sd, path, 0, ""), EXIT_OK);
	state_dir_close(&sd);
}
END_TEST

START_TEST(closes_a_directory_that_others_could_read)
{
	struct state_dir	 sd;

	ck_assert_int_eq(state_dir_open(&sd, path, 0, ""), EXIT_OK);
	state_dir_close(&sd);
	ck_assert_int_eq(chmod(path, 0755), 0);
	ck_assert_int_eq(state_dir_open(&sd, path, 0, ""), EXIT_OK);
	ck_assert_int_eq(mode_of("."), 0700);
	state_dir_close(&sd);
}
END_TEST

START_TEST(refuses_what_is_no_directory)
{
	struct state_dir	 sd;
	int			 fd;

	snprintf(path, sizeof(path), "%s/file", base);
	fd = open(path, O_CREAT | O_WRONLY, 0600);
	ck_assert_int_ge(fd, 0);
	close(fd);
	ck_assert_int_eq(state_dir_open(&sd, path, 0, ""), EXIT_STATE);
	ck_assert_ptr_nonnull(strstr(last_line, "is no directory"));
}
END_TEST

/* A lock that is a symlink would have its target truncated. */
START_TEST(does_not_follow_a_lock)
{
	struct state_dir	 sd;
	char			 file[400];

	ck_assert_int_eq(state_dir_open(&sd, path, 0, ""), EXIT_OK);
	state_dir_close(&sd);
	snprintf(file, sizeof(file), "%s/lock", path);
	ck_assert_int_eq(unlink(file), 0);
	ck_assert_int_eq(symlink("/etc/hostname", file), 0);
	ck_assert_int_eq(state_dir_open(&sd, path, 0, ""), EXIT_STATE);
}
END_TEST

START_TEST(a_second_supervisor_names_the_first)
{
	struct state_dir	 sd, second;
	char			 pid[32];

	ck_assert_int_eq(state_dir_open(&sd, path, 0, ""), EXIT_OK);
	ck_assert_int_eq(state_dir_open(&second, path, 0, ""), EXIT_LOCKED);
	snprintf(pid, sizeof(pid), "(pid %d)", (int)getpid());
	ck_assert_ptr_nonnull(strstr(last_line, pid));
	ck_assert_int_eq(second.lock_fd, -1);
	/* The first one's lock is as it was. */
	ck_assert_int_eq(state_dir_open(&second, path, 0, ""), EXIT_LOCKED);
	state_dir_close(&sd);
}
END_TEST

/* Somebody has the lock for a moment, and has not said so yet. */
static pid_t
take_silently(void)
{
	char	file[400], byte;
	int	ready[2], fd;
	pid_t	pid;

	snprintf(file, sizeof(file), "%s/lock", path);
	ck_assert_int_eq(pipe(ready), 0);
	pid = fork();
	if (pid == 0) {
		fd = open(file, O_RDWR | O_CLOEXEC);
		if (flock(fd, LOCK_EX) == -1 || write(ready[1], "", 1) != 1)
			_exit(1);
		usleep(300000);
		_exit(0);
	}
	ck_assert_int_eq(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	close(ready[1]);
	return pid;
}

/*
 * One request after the other kept a supervisor from starting: what the last
 * supervisor had left in the file was taken for the word of who held it.
 */
START_TEST(the_word_of_one_that_is_gone_is_none)
{
	struct state_dir	sd;
	pid_t			pid = fork();

	if (pid == 0)
		_exit((int)state_dir_open(&sd, path, 0, ""));
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
	pid = take_silently();
	ck_assert_int_eq(state_dir_open(&sd, path, 0, ""), EXIT_OK);
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
	state_dir_close(&sd);
}
END_TEST

static int
is_cloexec(int fd)
{
	return (fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0;
}

START_TEST(locks_do_not_leak_by_exec)
{
	struct state_dir	 sd;

	ck_assert_int_eq(state_dir_open(&sd, path, 0, ""), EXIT_OK);
	ck_assert(is_cloexec(sd.lock_fd));
	ck_assert(is_cloexec(sd.workers_fd));
	state_dir_close(&sd);
}
END_TEST

/*
 * A supervisor that dies at once and leaves a "worker" with the inherited
 * lock, which ends when `life' is closed.  Returns the worker's pid.
 */
static pid_t
leave_orphan(int *life)
{
	struct state_dir	 sd;
	int			 up[2], hold[2];
	pid_t			 supervisor, worker = -1;

	ck_assert_int_eq(fd_pipe(up), 0);
	ck_assert_int_eq(fd_pipe(hold), 0);
	supervisor = fork();
	ck_assert_int_ge(supervisor, 0);
	if (supervisor == 0) {
		char	 byte;

		if (state_dir_open(&sd, path, 0, "") != EXIT_OK)
			_exit(1);
		if (fork() > 0)
			_exit(0);
		close(sd.lock_fd);	/* as exec does in a worker */
		close(hold[1]);
		worker = getpid();
		(void)!write(up[1], &worker, sizeof(worker));
		(void)!read(hold[0], &byte, 1);
		_exit(0);
	}
	ck_assert_int_eq(waitpid(supervisor, NULL, 0), supervisor);
	ck_assert_int_eq(read(up[0], &worker, sizeof(worker)),
	    sizeof(worker));
	close(hold[0]);
	*life = hold[1];
	return worker;
}

START_TEST(orphans_are_named_and_not_run_over)
{
	struct state_dir	 sd;
	char			 pid[32];
	int			 life;
	pid_t			 worker = leave_orphan(&life);

	ck_assert_int_eq(state_dir_open(&sd, path, 100, ""), EXIT_UNKILLABLE);
	snprintf(pid, sizeof(pid), "pid %d (", (int)worker);
	ck_assert_msg(strstr(last_line, pid) != NULL, "%s", last_line);
	ck_assert_int_eq(sd.workers_fd, -1);
	close(life);
}
END_TEST

START_TEST(orphans_that_end_are_waited_for)
{
	struct state_dir	 sd;
	int			 life;

	leave_orphan(&life);
	close(life);
	ck_assert_int_eq(state_dir_open(&sd, path, STATE_ORPHANS_MS, ""),
	    EXIT_OK);
	state_dir_close(&sd);
}
END_TEST

START_TEST(local_file_systems_are_not_refused)
{
	ck_assert_ptr_null(state_dir_network_fs(base));
	ck_assert_ptr_null(state_dir_network_fs("/nonexistent"));
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("state_dir");
	TCase	*tc = tcase_create("state_dir");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, makes_a_private_directory);
	tcase_add_test(tc, closes_a_directory_that_others_could_read);
	tcase_add_test(tc, refuses_what_is_no_directory);
	tcase_add_test(tc, does_not_follow_a_lock);
	tcase_add_test(tc, a_second_supervisor_names_the_first);
	tcase_add_test(tc, the_word_of_one_that_is_gone_is_none);
	tcase_add_test(tc, locks_do_not_leak_by_exec);
	tcase_add_test(tc, orphans_are_named_and_not_run_over);
	tcase_add_test(tc, orphans_that_end_are_waited_for);
	tcase_add_test(tc, local_file_systems_are_not_refused);
	suite_add_tcase(s, tc);
	return s;
}

CHECK_MAIN(suite)
