#ifndef MNEMOD_REFS_H
#define MNEMOD_REFS_H

#include <stddef.h>
#include "worker/workspace/history.h"

/* The names of all references of a history, sorted, each once. */
struct refs {
	char	**v;
	size_t	 n;
};

/*
 * All of them, or none: git_reference_list() of libgit2 (at least to 1.5)
 * leaves out what comes after a folder that it cannot read, and those of a
 * packed-refs that it cannot look at; and whoever keeps what references reach
 * would remove the rest.  0, or -1 with the reason in
 * history_error().
 */
int refs_read(struct refs *, struct history *);
void refs_release(struct refs *);

/* 1 for a name that git(1) and libgit2 give to their locks. */
int refs_is_lock(const char *name);

#endif
