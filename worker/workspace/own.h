#ifndef MNEMOD_OWN_H
#define MNEMOD_OWN_H

#include "worker/workspace/publish.h"

/*
 * Publications that a person asked for and no agent made: the steps of
 * publish.h, with the wanted tree in place of an agent's and without a
 * validator.  Hand edits are committed first.  `thread_id' is new and only
 * names the publication.
 */

/* Subjects of their commits begin so. */
#define OWN_REVERT	"Revert to "
#define OWN_NOTE	"Remember "

/*
 * Make the memory what it was at `commit' (commits_find()).  raw_memories.md
 * is written from the workspace's rows, but for the adopted commit as it was
 * found.  The rows count as dealt with: nothing is consolidated again before
 * there is something new.
 */
enum publish_status own_revert(struct workspace *, const char *thread_id,
    const char *commit, struct publish_result *);

struct publication;

/*
 * Recovery found `next', but nothing that was prepared: what a note needs is
 * in A, which is set.  Fills what would have been prepared.  Returns 0, or -1
 * with workspace_fail() if A is not a note's.
 */
int own_restore(struct publication *);

#define OWN_NOTE_PATH 256

struct own_note {
	const char	*thread_id;
	const char	*text;
	char		 path[OWN_NOTE_PATH];	/* becomes the file's */
};

/*
 * Add a note, redacted, to extensions/ad_hoc/notes/, and instructions.md
 * there unless it exists.  Needs no rows: raw_memories.md stays as it is.
 */
enum publish_status own_note(struct workspace *, struct own_note *,
    struct publish_result *);

#endif
