#ifndef MNEMOD_PUBLISH_H
#define MNEMOD_PUBLISH_H

#include <git2.h>
#include <json-c/json.h>
#include "worker/workspace/workspace.h"

/*
 * Publishing as a transaction.  refs/mnemod/live is the commit that the root
 * equals but for hand edits, refs/mnemod/next the one it is being moved to:
 *
 *  1  import the agent's files: commit A, parent base
 *  2  read the root; what differs from `live' is a hand edit: commit L
 *  3  M = merge(base, L, A), conflicts to the user's side
 *  4  validate what M adds to L
 *  5  commit P of M, parents L and A
 *  6  `next' = P: the point of no return
 *  7  move each file of diff(L, P); a file that somebody else wrote
 *     meanwhile stays theirs, and we are at 2 again, three times at most
 *  8  `live' = P
 *  9  delete `next', and what came out of the root
 */
#define PUBLISH_ROUNDS 3

enum publish_status {
	PUBLISH_DONE,
	PUBLISH_HELD,		/* after (5): P waits for a person (review.h) */
	PUBLISH_REJECTED,	/* the validator: nothing was changed */
	PUBLISH_FAILED		/* workspace_fail() */
};

struct publish_result {
	git_oid		 commit;	/* P */
	size_t		 files;		/* in its tree */
	size_t		 count[3];	/* by enum change_kind */
	json_object	*conflicts;	/* paths kept on the user's side */
	json_object	*violations;	/* of REJECTED */
};

/*
 * Publish the staging folder of the agent `thread_id', prepared on the
 * commit `base' (hexadecimal).  publish_result_release() in every case.
 */
enum publish_status publish_run(struct workspace *, const char *thread_id,
    const char *base, struct publish_result *);

/*
 * Publish the kept staging folder of an agent that the validator refused,
 * with the violations of one rule let pass by a person; any other refuses it
 * again.  publish_result_release() in every case.
 */
enum publish_status publish_despite(struct workspace *,
    const char *thread_id, const char *rule, struct publish_result *);

/*
 * Finish what `next' says.  To be called only where `next' exists.
 */
enum publish_status publish_resume(struct workspace *,
    struct publish_result *);

void publish_result_release(struct publish_result *);

#endif
