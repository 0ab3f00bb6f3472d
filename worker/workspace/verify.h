#ifndef MNEMOD_VERIFY_H
#define MNEMOD_VERIFY_H

#include <json-c/json.h>
#include "worker/workspace/workspace.h"

/*
 * Read every object that a reference of the history reaches, each once; what
 * is not what its name says is damaged.  At most VERIFY_OBJECTS.
 */
#define VERIFY_OBJECTS	200000

/*
 * Sets "objects" (how many were read) and "more" (there are others) in
 * `out'.  Returns 0, or -1 with workspace_fail(): REASON_HISTORY and the
 * first object that is damaged or not there.
 */
int verify_run(struct workspace *, json_object *out);

#endif
