#ifndef MNEMOD_LIVE_H
#define MNEMOD_LIVE_H

#include "worker/workspace/folder.h"
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
	struct folder_scan	 scan;		/* the folder as it was */
	int			 edited;	/* a commit was made */
};

/* Returns 0 or -1 with workspace_fail(); live_release() either way. */
int live_read(struct workspace *, const git_oid *next, struct live *);
void live_release(struct live *);

#endif
