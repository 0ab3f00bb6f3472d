#ifndef MNEMOD_WORKSPACE_ROLE_H
#define MNEMOD_WORKSPACE_ROLE_H

#include "worker/worker.h"

/* The workspace role; a file each its requests (tasks.h, answer.h). */
extern const struct worker_role workspace_role;

#endif
