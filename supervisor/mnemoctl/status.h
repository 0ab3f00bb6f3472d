#ifndef MNEMOD_MNEMOCTL_STATUS_H
#define MNEMOD_MNEMOCTL_STATUS_H

#include "supervisor/mnemoctl/ctl.h"

/*
 * Pieces of the status document, mnemoctl(1).
 */

/* Each memory: its root, its job, its last publication. */
enum ctl_exit status_memories(struct ctl *, json_object *doc);

/* What is on the disk, which may be slow. */
void status_disk(struct ctl *, json_object *doc);

/* What needs a person's eye; after everything else was collected. */
void status_degraded(struct ctl *, json_object *doc);

#endif
