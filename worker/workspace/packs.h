#ifndef MNEMOD_PACKS_H
#define MNEMOD_PACKS_H

#include <git2.h>
#include <stddef.h>
#include <sys/types.h>

/* The packs of a history, the smallest first. */
struct packs {
	struct packs_entry {
		char	*name;		/* 40 digits */
		off_t	 size;		/* bytes */
	}	*list;
	size_t	 n;
};

/* Those in the folder objects/pack.  Returns 0, or -1 with errno. */
int packs_list(struct packs *, int dir);
void packs_release(struct packs *);

/*
 * How many of the smallest to make one of, so that each that is left is
 * twice what all smaller ones are together: an object is written anew as
 * often as the history doubles, not with every pack.
 */
size_t packs_to_merge(const struct packs *);

/* Add what the pack `name' holds.  Returns 0, or libgit2's error. */
int packs_insert(git_packbuilder *, const char *history, const char *name);

/* Remove the first `n' but the one of this name.  0, or -1 with errno. */
int packs_remove(const struct packs *, size_t n, int dir, const char *but);

#endif
