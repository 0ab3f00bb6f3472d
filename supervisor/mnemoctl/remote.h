#ifndef MNEMOD_MNEMOCTL_REMOTE_H
#define MNEMOD_MNEMOCTL_REMOTE_H

#include "supervisor/mnemoctl/ctl.h"

/*
 * Requests: to the supervisor that holds the state, over its control socket;
 * if none does, served here by the same code (supervisor/serve.h).
 */

/*
 * Ask `command' with what the command line gave: `key' is the name of its
 * argument.  The members of the result are added to `doc', and "by", who
 * answered: "supervisor" or "mnemoctl".  What is not CTL_OK is logged.
 */
enum ctl_exit remote_collect(struct ctl *, const struct ctl_command *,
    json_object *doc);

/*
 * Have `work' done while nothing is published (operation `hold'): by the
 * supervisor that runs, or by this process, which then has the state.  Its
 * result is returned; CTL_WAITING, logged, if the supervisor ended meanwhile,
 * so that what was done is to be thrown away.
 */
enum ctl_exit remote_hold(struct ctl *, json_object *doc,
    enum ctl_exit (*work)(void *), void *arg);

#endif
