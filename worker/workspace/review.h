#ifndef MNEMOD_REVIEW_H
#define MNEMOD_REVIEW_H

#include <json-c/json.h>
#include "worker/workspace/publish.h"

/*
 * publish = review: what an agent made stops after step 5 of publish.h.  The
 * reference HISTORY_REVIEW<thread_id> is the commit P that waits, P's second
 * parent is A, A's parent the base; the staged reference stays with it.  A
 * person accepts, and it goes on at step 2 with A; or discards it.
 *
 * The token of a review is the identity of the merged tree: a digest of every
 * byte that accepting would publish.  When the user edits a file meanwhile it
 * is another one.
 */

/* P waits from now on.  Returns 0 or -1. */
int review_hold(struct workspace *, const char *thread_id, const git_oid *p);

/* It waits no more, if it did.  Returns 0 or -1. */
int review_drop(struct workspace *, const char *thread_id);

/*
 * What waits: sets thread_id, commit, time, token, conflicts and what
 * compare_trees() sets.  Returns 0, or -1 with workspace_fail()
 * (REASON_NO_REVIEW: nothing waits).
 */
int review_show(struct workspace *, json_object *out);

/*
 * Publish what waits, if its token begins with `token' (NULL: whatever it
 * is).  `thread_id' (UUID_SIZE bytes) becomes the agent's.
 */
enum publish_status review_accept(struct workspace *, const char *token,
    char *thread_id, struct publish_result *);

/* Drop what waits, and what was kept for it.  Returns 0 or -1. */
int review_discard(struct workspace *, char *thread_id);

/*
 * Append {thread_id, commit} of what waits; one that is live already is
 * dropped.  Returns 0 or -1.
 */
int review_list(struct workspace *, json_object *list);

#endif
