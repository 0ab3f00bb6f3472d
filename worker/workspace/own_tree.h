#ifndef MNEMOD_OWN_TREE_H
#define MNEMOD_OWN_TREE_H

#include <git2.h>
#include "worker/workspace/own.h"
#include "worker/workspace/workspace.h"

/* What own.h publishes. */
struct own_tree {
	git_index	*tree;
	char		 subject[HISTORY_TRAILER_MAX];
	char		 inputs[HISTORY_TRAILER_MAX];
	git_oid		 raw;		/* raw_memories.md */
	int		 no_raw;	/* as in staged.h */
};

/* As it was at a commit.  Returns 0, or -1 with workspace_fail(). */
int own_tree_of_commit(struct workspace *, const char *commit,
    struct own_tree *);

/* The commit `live' with a note added, whose path is set.  0 or -1. */
int own_tree_with_note(struct workspace *, const git_oid *live,
    struct own_note *, struct own_tree *);

/* Both leave something to free, failed or not. */
void own_tree_release(struct own_tree *);

#endif
