#ifndef MNEMOD_WORKSPACE_ADOPT_H
#define MNEMOD_WORKSPACE_ADOPT_H

#include <git2.h>
#include "worker/workspace/adopt_read.h"
#include "worker/workspace/workspace.h"

/*
 * Take a folder of another program into the history as it is found:
 *
 *	refs/mnemod/adopted	its tracked files and raw_memories.md, for ever
 *	refs/mnemod/live	a child of it, without raw_memories.md, which
 *				is written anew by each publication
 *
 * A second adoption (given back in between, or cut off) goes on from what is
 * there: every commit that a reference ever had stays reachable from them.
 * Nothing in the folder is written.  Crash points, .before and .after each:
 * adopt.commit, adopt.ref, adopt.live, adopt.next.
 */
struct adopt_result {
	git_oid			commit;
	git_oid			live;
	size_t			files;	/* in the tree of `live' */
	struct adopt_threads	threads;	/* inputs of `ws' included */
};

/* 0, or -1 with workspace_fail().  adopt_result_release() either way. */
int adopt_run(struct workspace *, struct adopt_result *);
void adopt_result_release(struct adopt_result *);

#endif
