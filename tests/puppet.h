#ifndef MNEMOD_PUPPET_H
#define MNEMOD_PUPPET_H

#include "worker/worker.h"

/*
 * A role that does what it is told, for check_worker: the text of a `submit'
 * says what.  "open" tries a file outside, "huge" sends what no frame holds,
 * "flood" 20 MB, "work" ticks for ever, "wait" leaves the request open,
 * "ring" is answered ("rang") by way of a pipe that the role watches, "timer"
 * ("late") when the time is over that it watches, "sleep" sleeps, "deaf"
 * spins without a tick; any other text is the reply.
 */
extern const struct worker_role puppet;

#endif
