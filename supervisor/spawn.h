#ifndef MNEMOD_SPAWN_H
#define MNEMOD_SPAWN_H

#include <sys/types.h>
#include <stddef.h>

/*
 * Making one worker process: pipes, fork, the child's set-up, exec by
 * descriptor.  The worker gets
 *
 *	0, 1	/dev/null		5	the shared lock of all workers
 *	2	a pipe to us		6	its locked memory root
 *	3, 4	frames to, from it	7	the peer's lock
 *
 * (5 to 7 where given) and nothing else; its own process group; SIGTERM when
 * we die; default signals, none blocked; umask 077; LANG=C and room for a
 * title as its whole environment.
 */
struct spawn_plan {
	int		 exe_fd;
	const char	*exe_path;	/* for messages */
	const char	*argv0;
	int		 lock_fd;	/* FD_WORKERS_LOCK, or -1 */
	int		 root_fd;	/* FD_ROOT, or -1 */
	int		 peer_lock_fd;	/* FD_PEER_LOCK, or -1 */
};

/* Our ends; all close-on-exec and non-blocking; the caller closes them. */
struct spawned {
	pid_t	pid;
	int	to;	/* write */
	int	from;	/* read */
	int	err;	/* read: its standard error */
	int	fault;	/* read: end of file after exec, or what failed */
};

/*
 * Returns 0; or -1 with errno if there is no process (pipe or fork failed),
 * and nothing is left open.  All signals must be blocked.
 */
int spawn(const struct spawn_plan *, struct spawned *);

/* What the child reports if it does not come to exec. */
struct spawn_fault {
	int	error;	/* errno */
	int	step;	/* for spawn_step_name() */
};

/*
 * Read the child's report.  Returns 1: *fault is filled; 0: it was executed;
 * -1: nothing yet.
 */
int spawn_fault_read(int fd, struct spawn_fault *);

/* "exec", "setpgid", ... */
const char *spawn_step_name(int step);

#endif
