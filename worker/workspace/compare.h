#ifndef MNEMOD_COMPARE_H
#define MNEMOD_COMPARE_H

#include <git2.h>
#include <json-c/json.h>
#include "worker/workspace/workspace.h"

/* mnemoctl diff: two states of a memory. */

/*
 * What a commit changed against its first parent; `word' as commits_find()
 * takes it, NULL: what the folder holds against `live'.  Sets "from", "to"
 * (commits; null: nothing, the folder), "added", "modified", "deleted",
 * "diff" (unified) and "truncated".  Returns 0, or -1 with workspace_fail().
 */
int compare_run(struct workspace *, const char *word, json_object *out);

/* The part from "added" on, for two lists.  0, or -1 with workspace_fail(). */
int compare_trees(struct workspace *, git_index *from, git_index *to,
    json_object *out);

#endif
