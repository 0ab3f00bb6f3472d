#ifndef MNEMOD_ROOT_H
#define MNEMOD_ROOT_H

#include "worker/workspace/workspace.h"

/* Whose a memory root is; mnemod(8), MEMORY ROOTS. */
enum root_state {
	ROOT_OURS,	/* `live' exists and the state database names it */
	ROOT_EMPTY,	/* absent or empty, and never was ours */
	ROOT_VANISHED,	/* ours, but absent or empty while `live' is not */
	ROOT_FOREIGN,	/* anything else */
	ROOT__ERROR
};

/* "ours", "empty", "vanished", "foreign". */
const char *root_state_name(enum root_state);

#define ROOT_FOUND_MAX 5

struct root_look {
	unsigned	 entries;	/* without our temporary files */
	char		*found[ROOT_FOUND_MAX];	/* the first names, sorted */
	int		 has_live;
	git_oid		 live;
};

/*
 * Look at the root and decide.  `claimed': the state database records it.
 * ROOT__ERROR with workspace_fail() set.  root_look_release() either way.
 */
enum root_state root_look(struct workspace *, int claimed,
    struct root_look *);
void root_look_release(struct root_look *);

/*
 * Refuse to work on a root that is absent, vanished or not ours, with what
 * was found and the ways on.  Returns 0, or -1 with workspace_fail().
 */
int root_require(struct workspace *);

#endif
