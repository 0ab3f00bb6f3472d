#include <sys/prctl.h>
#include <sys/stat.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "fd.h"
#include "hook.h"
#include "log.h"
#include "sandbox.h"
#include "worker_link.h"
#include "worker_process.h"

/* Seconds until a worker that was told to end is killed by itself. */
static unsigned	grace_s;

/*
 * SIGTERM asks to end.  The alarm, whose default action kills, holds the
 * bound also where nobody is left to send SIGKILL; later signals do not
 * postpone it.
 */
static void
on_term(int sig)
{
	(void)sig;
	if (link_term)
		return;
	link_term = 1;
	alarm(grace_s);
}

/* Nothing that the supervisor was started with is to be left in force. */
static void
signals_init(void)
{
	struct sigaction	sa;
	int			sig;

	memset(&sa, 0, sizeof(sa));
	sigemptyset(&sa.sa_mask);
	sa.sa_handler = SIG_DFL;
	for (sig = 1; sig < NSIG; sig++)
		sigaction(sig, &sa, NULL);
	sa.sa_handler = SIG_IGN;
	sigaction(SIGPIPE, &sa, NULL);
	sigaction(SIGXFSZ, &sa, NULL);
	sa.sa_handler = on_term;
	sa.sa_flags = SA_RESTART;	/* libraries need not know */
	grace_s = (unsigned)((hook_grace_ms() + 999) / 1000);
	sigaction(SIGTERM, &sa, NULL);
	sigprocmask(SIG_SETMASK, &sa.sa_mask, NULL);
}

/* 1 if `fd' is a pipe that is open for `mode'. */
static int
is_pipe(int fd, int mode)
{
	struct stat	st;
	int		flags = fcntl(fd, F_GETFL);

	return flags != -1 && (flags & O_ACCMODE) == mode &&
	    fstat(fd, &st) == 0 && S_ISFIFO(st.st_mode);
}

static int
pipes_init(enum role role)
{
	int	last = role == ROLE_WORKSPACE ? FD_PEER_LOCK : FD_WORKERS_LOCK;

	if (!is_pipe(FD_TO_WORKER, O_RDONLY) ||
	    !is_pipe(FD_FROM_WORKER, O_WRONLY)) {
		fprintf(stderr, "%s is started by mnemod(8), "
		    "not by hand; see mnemod-worker(8)\n", role_comm(role));
		return -1;
	}
	close_range((unsigned)last + 1, ~0u, 0);
	if (fd_nonblock(FD_TO_WORKER, 1) == -1 ||
	    fd_nonblock(FD_FROM_WORKER, 1) == -1) {
		log_warn("cannot make the pipes non-blocking");
		return -1;
	}
	return 0;
}

int
process_init(enum role role)
{
	signals_init();
	/* It is to get a key, and gets it before its sandbox closes. */
	if (role == ROLE_GATEWAY && !SANDBOX_SANITIZED)
		prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	/* The spawner set it too; whoever else starts a worker may not. */
	prctl(PR_SET_PDEATHSIG, SIGTERM, 0, 0, 0);
	return pipes_init(role);
}
