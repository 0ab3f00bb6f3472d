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

#endif
