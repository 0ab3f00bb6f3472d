#ifndef MNEMOD_LEFT_H
#define MNEMOD_LEFT_H

#include <git2.h>
#include <json-c/json.h>
#include <stddef.h>
#include "worker/workspace/workspace.h"

/*
 * Sessions that an agent was given and did not come to, because it met a
 * bound: which they are, and how the next agent gets to see them.
 */

/*
 * The ids of the threads of all rows that MEMORY.md of this commit does not
 * cite in the version that the row has.  A new array; of all of them, logged,
 * if it cannot be told: who is told twice knows it.
 */
json_object *left_list(struct workspace *, const git_oid *commit);

/*
 * A row that is marked fresh, though its summary was published already, was
 * left by the last agent: take the summary out of `before', so that the diff
 * to `after' shows it as added.  Sets *n to their number.  Returns 0, or -1
 * with workspace_fail().
 */
int left_bring_back(struct workspace *, git_index *before, git_index *after,
    size_t *n);

#endif
