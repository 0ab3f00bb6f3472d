#ifndef MNEMOD_CUT_H
#define MNEMOD_CUT_H

#include <git2.h>
#include <stddef.h>

/*
 * Where a history was cut: commits whose parents are named but gone, in the
 * file `shallow' of gitrepository-layout(5), so that git(1) reads such a
 * history as well.  libgit2 1.5 does not look at it: whoever goes from a
 * commit to its parents asks history_parents().
 */
struct cut {
	git_oid	*ids;		/* sorted */
	size_t	 n, room;
};

/* Read it; absent: nothing was cut.  0, or -1 with history_error(). */
int cut_read(struct cut *, const char *history_path);
void cut_release(struct cut *);

int cut_has(const struct cut *, const git_oid *);
/* Sorted and without repetitions only after cut_sort(). */
void cut_add(struct cut *, const git_oid *);
void cut_sort(struct cut *);

/*
 * Write it in place of the one that is there, durably.  0 or -1 (errno).
 * Crash points: cut.write, before and after.
 */
int cut_write(const struct cut *, const char *history_path);

#endif
