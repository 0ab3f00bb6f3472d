#ifndef MNEMOD_SUPERVISOR_TRIM_H
#define MNEMOD_SUPERVISOR_TRIM_H

#include "supervisor/memory.h"

/*
 * Cut a memory's history to retention.history_commits, by a workspace
 * worker.  The memory is idle and its root taken; 1 if work is under way,
 * MEM_OPERATING until scheduler_memory_idle(), 0 if there is nothing to do.
 */
int trim_start(struct memory *);

#endif
