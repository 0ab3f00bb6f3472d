#ifndef MNEMOD_MERGE_H
#define MNEMOD_MERGE_H

#include <git2.h>
#include <stddef.h>
#include "worker/workspace/history.h"

/* The trees of a merge.  A base of NULL is an empty tree. */
struct merge_sides {
	const git_oid	*base;
	const git_oid	*user;
	const git_oid	*agent;
};

struct merge {
	git_index	*tree;
	char		**conflicts;	/* paths kept on the user's side */
	size_t		 nconflicts;
};

/*
 * Merge without ever asking: where both sides changed the same lines, where
 * one changed what the other deleted, and where both added a file, the
 * user's side stays.  Returns 0, or -1 with history_error().
 * merge_release() frees it either way.
 */
int merge_trees(struct history *, const struct merge_sides *,
    struct merge *);
void merge_release(struct merge *);

#endif
