#ifndef MNEMOD_STATE_DIR_H
#define MNEMOD_STATE_DIR_H

#include <stddef.h>
#include <stdint.h>
#include "exitcode.h"

/*
 * The state directory (mode 0700): state.db, and staging/, agents/ and
 * memories/ below it; and its two locks.  `lock' says that a supervisor
 * owns the state.  `workers.lock' is held, shared, by the supervisor and by
 * every worker, which inherit it: while a worker of a supervisor that died
 * is alive, a new one does not begin.
 */
struct state_dir {
	char	*path;		/* absolute */
	int	 lock_fd;	/* `lock', close-on-exec */
	int	 workers_fd;	/* `workers.lock', to be FD_WORKERS_LOCK */
};

#define STATE_ORPHANS_MS 12000	/* more than a worker's ten seconds */

/*
 * Make what is missing of the directory and take both locks, waiting up to
 * `orphans_ms' for workers that a supervisor left behind.  EXIT_OK;
 * EXIT_LOCKED: another supervisor holds it, named; EXIT_UNKILLABLE: orphans
 * remain, named; EXIT_STATE: cannot be used (network file system, not ours,
 * no directory).  Whatever is not EXIT_OK is logged, nothing is held then.
 * `how' is what state_dir_say() would say, from the beginning; "": nothing.
 */
enum mnemod_exit state_dir_open(struct state_dir *, const char *path,
    int64_t orphans_ms, const char *how);

/*
 * Say in `lock', behind our pid, how we can be asked: the path of the control
 * socket, or STATE_SHORT.  A failure is logged.
 */
void state_dir_say(struct state_dir *, const char *how);

/* We are mnemoctl(1) and hold the state for one request only. */
#define STATE_SHORT	"mnemoctl"

/* What `lock' says.  Owns `how'. */
struct state_holder {
	int	 pid;		/* 0: unknown */
	char	*how;		/* NULL: nothing was said */
};

/*
 * Look at `lock' in the state directory `path': 1 if somebody holds it, then
 * state_holder_release() is due; 0 if not, or if there is none.
 */
int state_dir_holder(const char *path, struct state_holder *);
void state_holder_release(struct state_holder *);

/* Release both locks (`lock' is kept as a file); may be called twice. */
void state_dir_close(struct state_dir *);

/* "PATH/name", to be freed by the caller. */
char *state_dir_file(const struct state_dir *, const char *name);

/*
 * The name of the network file system that `path' is on ("nfs"), or NULL if
 * it is local or cannot be told.
 */
const char *state_dir_network_fs(const char *path);

#endif
