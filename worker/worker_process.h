#ifndef MNEMOD_WORKER_PROCESS_H
#define MNEMOD_WORKER_PROCESS_H

#include "role.h"

/*
 * Make of what exec(2) left the process that a worker is: signals reset and
 * SIGTERM handled (link_term), the death signal set, the two pipes checked
 * and non-blocking, everything else closed.  Returns 0, or -1 after a
 * sentence on standard error.
 */
int process_init(enum role);

#endif
