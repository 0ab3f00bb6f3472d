#ifndef MNEMOD_PURGE_H
#define MNEMOD_PURGE_H

#include <git2.h>
#include <json-c/json.h>
#include <stddef.h>
#include "worker/workspace/workspace.h"

/*
 * Threads that are to be forgotten in the history too.  What of a memory came
 * from one thread cannot be told word by word, but while a thread was part of
 * a memory, some file of that commit holds its id.  So every commit that does
 * is taken out of the history, and those before and after are joined; the
 * adopted commit, which is kept for ever, loses the thread's own files and
 * the lines that name it and stands alone then, and the summaries that the
 * next ones are compared with lose the thread's.  A reference of another
 * program's that leads to one still is a failure.  Whatever is not reachable
 * then is removed from the disk.
 *
 * Names of crash points: purge.adopted, purge.live, purge.pack (before and
 * after each); the same purge again completes what was killed.
 */
struct purge {
	struct workspace	*ws;
	json_object		*threads;	/* array of thread ids */
	void			*seen;		/* blobs looked at; tsearch(3) */

	/* Results. */
	git_oid			 live;
	size_t			 files;		/* of it */
	size_t			 kept;		/* commits on the main line */
	size_t			 dropped;
	int			 adopted;	/* 1: it was rewritten */
};

/*
 * Returns 0, or -1 with workspace_fail(): REASON_PUBLISHED if the live commit
 * still holds one of the threads.  purge_release() in both cases.
 */
int purge_run(struct purge *);
void purge_release(struct purge *);

/*
 * purge_trace.c: 1 if some file of the tree, or of the commit's, holds one of
 * the ids, 0 if none does, -1 with history_error().
 */
int purge_tree_traced(struct purge *, const git_oid *tree);
int purge_commit_traced(struct purge *, const git_oid *commit);

/*
 * 1 if the raw_memories.md that is in the root has a part of one of them; -1
 * with errno.
 */
int purge_raw_traced(struct purge *);

/*
 * purge_rest.c: 0 if no reference leads to what names a thread any more; else
 * -1 with workspace_fail().
 */
int purge_rest(struct purge *);

/*
 * purge_tree.c: the tree without summaries of the threads, their blocks of
 * raw_memories.md, and the lines of other texts that name a thread or such a
 * summary.  0 or -1 with history_error().
 */
int purge_tree(struct purge *, const git_oid *tree, git_oid *out);

#endif
