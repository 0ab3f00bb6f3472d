#include <sys/prctl.h>
#include <sys/stat.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bsd/string.h>

#include "common/exitcode.h"
#include "common/fd.h"
#include "common/hook.h"
#include "common/mem.h"
#include "common/title.h"
#include "supervisor/spawn.h"

#define FD_FIXED_END	(FD_PEER_LOCK + 1)
#define ENV_MAX		12
#define EXIT_NO_EXEC	127

enum spawn_step {
	STEP_SETPGID,
	STEP_DEATH_SIGNAL,
	STEP_SIGNALS,
	STEP_DESCRIPTORS,
	STEP_EXEC
};

static const char *const step_names[] = {
	[STEP_SETPGID] = "setpgid",
	[STEP_DEATH_SIGNAL] = "prctl(PR_SET_PDEATHSIG)",
	[STEP_SIGNALS] = "signal set-up",
	[STEP_DESCRIPTORS] = "descriptor set-up",
	[STEP_EXEC] = "exec",
};

/* The four pipes; [0] reads. */
struct pipes {
	int	to[2];
	int	from[2];
	int	err[2];
	int	fault[2];
};

const char *
spawn_step_name(int step)
{
	if (step < 0 || step > STEP_EXEC)
		return "start";
	return step_names[step];
}

static void
pipes_close(struct pipes *p)
{
	int	i;

	for (i = 0; i < 2; i++) {
		fd_close(&p->to[i]);
		fd_close(&p->from[i]);
		fd_close(&p->err[i]);
		fd_close(&p->fault[i]);
	}
}

/*
 * Only our ends are non-blocking: the flag belongs to the open file and
 * would reach the worker if both sides shared one.
 */
static int
pipes_open(struct pipes *p)
{
	int	saved;

	memset(p, 0xff, sizeof(*p));
	if (fd_pipe(p->to) == 0 && fd_pipe(p->from) == 0 &&
	    fd_pipe(p->err) == 0 && fd_pipe(p->fault) == 0 &&
	    fd_nonblock(p->to[1], 1) == 0 &&
	    fd_nonblock(p->from[0], 1) == 0 &&
	    fd_nonblock(p->err[0], 1) == 0 &&
	    fd_nonblock(p->fault[0], 1) == 0)
		return 0;
	saved = errno;
	pipes_close(p);
	errno = saved;
	return -1;
}

/*
 * From here to exec the child may only make system calls; what fails goes up
 * the pipe, and the supervisor says it.
 */
static void
child_fail(int fault_fd, enum spawn_step step)
{
	struct spawn_fault	f = { .error = errno, .step = (int)step };

	/* Smaller than PIPE_BUF: whole or not at all. */
	if (write(fault_fd, &f, sizeof(f)) == -1)
		_exit(EXIT_NO_EXEC - 1);
	_exit(EXIT_NO_EXEC);
}

/*
 * The dispositions that the supervisor inherited or set must not pass
 * through exec: an ignored SIGTERM would make a worker deaf.
 */
static int
child_signals(void)
{
	struct sigaction	sa = { .sa_handler = SIG_DFL };
	sigset_t		none;
	int			s;

	for (s = 1; s < NSIG; s++)
		if (s != SIGKILL && s != SIGSTOP &&
		    sigaction(s, &sa, NULL) == -1 && errno != EINVAL)
			return -1;
	sigemptyset(&none);
	return sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Move *fd out of the way of the fixed numbers. */
static int
child_raise_fd(int *fd)
{
	int	up;

	if (*fd == -1 || *fd >= FD_FIXED_END)
		return 0;
	up = fcntl(*fd, F_DUPFD_CLOEXEC, FD_FIXED_END);
	if (up == -1)
		return -1;
	*fd = up;
	return 0;
}

/* fds[n] is what number n shall be, -1 for closed. */
static int
child_descriptors(int fds[FD_FIXED_END], int *exe, int *fault)
{
	int	i;

	for (i = 0; i < FD_FIXED_END; i++)
		if (child_raise_fd(&fds[i]) == -1)
			return -1;
	if (child_raise_fd(exe) == -1 || child_raise_fd(fault) == -1)
		return -1;
	for (i = 0; i < FD_FIXED_END; i++) {
		if (fds[i] == -1)
			close(i);
		else if (dup2(fds[i], i) == -1)
			return -1;
	}
	return close_range(FD_FIXED_END, ~0U, CLOSE_RANGE_CLOEXEC);
}

/*
 * Nothing of our environment, which may hold keys; test builds hand on what
 * their tools and tests need.  Made before fork, kept until exec.
 */
static char *const *
child_environment(void)
{
	static char	lang[] = "LANG=C";
	static char	*env[ENV_MAX];
	const char *const *name;
	const char	*value;
	size_t		 n = 0;

	if (env[0] != NULL)
		return env;
	env[n++] = lang;
	env[n++] = xstrdup(title_padding());
	for (name = hook_env(); *name != NULL && n + 1 < ENV_MAX; name++) {
		value = getenv(*name);
		if (value != NULL)
			env[n++] = xasprintf("%s=%s", *name, value);
	}
	env[n] = NULL;
	return env;
}

static void
child_run(const struct spawn_plan *plan, struct pipes *p, pid_t parent)
{
	int	fds[FD_FIXED_END], null, exe = plan->exe_fd;
	int	fault = p->fault[1];
	char	argv0[64], *argv[2] = { argv0, NULL };

	if (setpgid(0, 0) == -1)
		child_fail(fault, STEP_SETPGID);
	if (prctl(PR_SET_PDEATHSIG, SIGTERM) == -1)
		child_fail(fault, STEP_DEATH_SIGNAL);
	/* It may have died before the line above; then no signal comes. */
	if (getppid() != parent)
		_exit(WEXIT_ORPHAN);
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (null == -1)
		child_fail(fault, STEP_DESCRIPTORS);
	fds[STDIN_FILENO] = fds[STDOUT_FILENO] = null;
	fds[STDERR_FILENO] = p->err[1];
	fds[FD_TO_WORKER] = p->to[0];
	fds[FD_FROM_WORKER] = p->from[1];
	fds[FD_WORKERS_LOCK] = plan->lock_fd;
	fds[FD_ROOT] = plan->root_fd;
	fds[FD_PEER_LOCK] = plan->peer_lock_fd;
	if (child_descriptors(fds, &exe, &fault) == -1)
		child_fail(fault, STEP_DESCRIPTORS);
	umask(077);
	strlcpy(argv0, plan->argv0, sizeof(argv0));
	if (child_signals() == -1)
		child_fail(fault, STEP_SIGNALS);
	execveat(exe, "", argv, child_environment(), AT_EMPTY_PATH);
	child_fail(fault, STEP_EXEC);
}

int
spawn(const struct spawn_plan *plan, struct spawned *out)
{
	struct pipes	p;
	pid_t		parent = getpid(), pid;
	int		saved;

	if (pipes_open(&p) == -1)
		return -1;
	child_environment();
	pid = fork();
	if (pid == -1) {
		saved = errno;
		pipes_close(&p);
		errno = saved;
		return -1;
	}
	if (pid == 0)
		child_run(plan, &p, parent);
	/* Both sides do it: whoever signals the group first finds it. */
	setpgid(pid, pid);
	fd_close(&p.to[0]);
	fd_close(&p.from[1]);
	fd_close(&p.err[1]);
	fd_close(&p.fault[1]);
	*out = (struct spawned){ .pid = pid, .to = p.to[1],
	    .from = p.from[0], .err = p.err[0], .fault = p.fault[0] };
	return 0;
}

int
spawn_fault_read(int fd, struct spawn_fault *f)
{
	ssize_t	n;

	do {
		n = read(fd, f, sizeof(*f));
	} while (n == -1 && errno == EINTR);
	if (n == (ssize_t)sizeof(*f))
		return 1;
	return n == -1 && errno == EAGAIN ? -1 : 0;
}
