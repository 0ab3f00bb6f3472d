#ifndef MNEMOD_LIVE_H
#define MNEMOD_LIVE_H

#include "worker/workspace/folder_scan.h"
#include "worker/workspace/workspace.h"

#define LIVE_EDITED	"Edited by hand"	/* subject of such a commit */

/*
 * Bring `live' up to what the folder says.  `next' is the commit that the
 * folder is being moved to, NULL if none: what equals it already is no hand
 * edit.  An empty history begins with an empty tree.
 */
struct live {
	git_oid			 commit;	/* where `live' is now */
	git_index		*tree;		/* its tree */
	struct folder_scan	 scan;		/* what else is in the folder */
	int			 edited;	/* a commit was made */
};

/* Returns 0 or -1 with workspace_fail(); live_release() either way. */
int live_read(struct workspace *, const git_oid *next, struct live *);
void live_release(struct live *);

/*
 * A version of `path' that a user saved and that is about to be moved, or
 * was replaced already: make it the newest commit by hand, so that it can be
 * found whatever comes next.  Nothing is done if `live' has it.  Returns 0 or
 * -1 with workspace_fail().
 */
int live_keep(struct workspace *, const char *path, uint32_t mode,
    const git_oid *blob);

#endif
