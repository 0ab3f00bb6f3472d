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

/*
 * The commit that a person means: "live", "adopted", or the beginning of the
 * id (at least COMMITS_ID_MIN digits) of one that `live', `adopted' or a
 * review reaches.  Returns 0, or -1 with workspace_fail().
 */
#define COMMITS_ID_MIN 4
int commits_find(struct workspace *, const char *word, git_oid *out);

/* Its tree as a list.  The caller frees it.  0, or -1 with workspace_fail(). */
int commits_load(struct workspace *, const git_oid *, git_index **out);

#endif
