#ifndef MNEMOD_STAGING_H
#define MNEMOD_STAGING_H

#include <git2.h>
#include "worker/workspace/workspace.h"

#define STAGING_INPUTS ".inputs.json"

/* What `prepared' tells. */
struct prepared {
	int	 changed;	/* 0: nothing to do, no folder was made */
	int	 hand_edited;	/* edits were committed first */
	git_oid	 base;
	size_t	 count[3];	/* since the last publication, by kind */
	size_t	 again;		/* sessions that the last agent was given
				 * too, and did not come to */
};

/*
 * Make the private copy of the agent `thread_id': staging/<thread_id> with
 * the tracked files, raw_memories.md and rollout summaries as of the inputs,
 * the diff since the last publication, and .inputs.json.  Hand edits in the
 * root are committed first; that commit is the base.  Returns 0, or -1 with
 * workspace_fail().
 */
int staging_prepare(struct workspace *, const char *thread_id,
    struct prepared *);

/*
 * What a publication depends on, in one digest: the workspace's rows, facts
 * and tombstones, raw_memories.md, and what people put into extensions/ of
 * `tree'.  Returns 0 or -1.
 */
int staging_digest(struct workspace *, const struct buf *raw,
    git_index *tree, char out[HISTORY_TRAILER_MAX]);

#endif
