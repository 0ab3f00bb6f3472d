#ifndef MNEMOD_REACH_H
#define MNEMOD_REACH_H

#include <git2.h>
#include <stddef.h>
#include "worker/workspace/history.h"

/*
 * The commits that some others reach, each once, in no particular order; a
 * history that was cut ends where it was.  (A git_revwalk would stop there
 * with an error.)
 */
struct reach {
	struct history	*history;
	void		*seen;		/* tsearch(3) */
	git_oid		*open;		/* a stack */
	size_t		 n, room;
};

void reach_init(struct reach *, struct history *);
void reach_release(struct reach *);

/* Begin here, too. */
void reach_push(struct reach *, const git_oid *commit);
/* The same with what a reference points to, if it is a commit.  0 or -1. */
int reach_push_ref(struct reach *, const char *ref);

/* 1: one that was pushed and not taken yet, whatever it is; 0: there is none. */
int reach_pop(struct reach *, git_oid *out);

/* 1: the next one; 0: that was all; -1 with history_error(). */
int reach_next(struct reach *, git_oid *out);

#endif
