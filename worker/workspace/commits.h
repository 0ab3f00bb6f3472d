#ifndef MNEMOD_COMMITS_H
#define MNEMOD_COMMITS_H

#include <json-c/json.h>
#include "worker/workspace/workspace.h"

/*
 * What a person sees of the history: the commits from `live' on the line of
 * first parents, newest first.
 */

/*
 * Set "commits", objects with id, time, subject, files (changed against the
 * first parent), thread_id (null: no agent) and edited (by hand), and "more".
 * At most `limit'.  Returns 0, or -1 with workspace_fail().
 */
int commits_list(struct workspace *, int64_t limit, json_object *out);

#endif
