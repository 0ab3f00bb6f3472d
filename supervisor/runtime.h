#ifndef MNEMOD_RUNTIME_H
#define MNEMOD_RUNTIME_H

#include "exitcode.h"
#include "supervisor/child.h"
#include "supervisor/config.h"
#include "supervisor/exe.h"
#include "supervisor/loop.h"
#include "supervisor/stop.h"

/*
 * What it takes to run workers: the loop, the executables, the set of
 * children and the way all of it stops.  A pass, a preview and a dry run
 * each have one; nothing here needs a state directory.
 */
struct runtime {
	struct loop		*loop;
	struct exe_set		 exes;
	struct children		*children;
	struct stop		 stop;
};

/*
 * Open the executables of `roles' (1u << enum role) and take the signals.
 * `workers_lock_fd' is inherited by every worker, or -1.  EXIT_OK, or
 * EXIT_CONFIG with the reason logged and nothing held.
 */
enum mnemod_exit runtime_open(struct runtime *, const struct config *,
    unsigned roles, int workers_lock_fd);

/*
 * Open the executable of one more role, if it is not.  0, or -1 with the
 * reason logged.
 */
int runtime_open_role(struct runtime *, const struct config *, enum role);

/* Stop every worker and wait for the last; EXIT_OK or EXIT_UNKILLABLE. */
enum mnemod_exit runtime_finish(struct runtime *, const char *why);

/* Free what runtime_open() made, once no child is left. */
void runtime_close(struct runtime *);

#endif
