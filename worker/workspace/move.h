#ifndef MNEMOD_MOVE_H
#define MNEMOD_MOVE_H

#include <git2.h>
#include <stddef.h>
#include "worker/workspace/workspace.h"

/*
 * Putting files in place while others may write them.
 *
 * A new file NAME is written and synchronised as .mnemod-tmp-new-NAME beside
 * its target, renamed to .mnemod-tmp-out-NAME, and exchanged with the target
 * in one step; .mnemod-tmp-out-NAME then is what came out.  If that is not
 * what was expected, an editor saved in between: the exchange is undone.  A
 * deletion is a rename of NAME to .mnemod-tmp-out-NAME and the same look.
 *
 * So at any moment, crash or not, a "new" file is worth nothing, and an "out"
 * file is worth nothing if `from' or `to' has its content at that path; else
 * it is a user's and goes back.  move_settle() decides by that rule alone.
 */

enum move_result {
	MOVE_DONE,
	MOVE_EDITED,	/* somebody else wrote the file; it is theirs */
	MOVE_FAILED	/* workspace_fail() says why */
};

struct move {
	struct workspace	*ws;
	git_index		*from;	/* what the folder should hold */
	git_index		*to;	/* what it will hold */
	char			**out;	/* targets with an "out" file */
	size_t			 nout;
};

void move_init(struct move *, struct workspace *, git_index *from,
    git_index *to);
void move_release(struct move *);

/*
 * Before anything is moved: does the root's file system have the rename
 * flags, and can `plain' be replaced by move_replace()?  Returns 0 or -1.
 */
int move_probe(struct workspace *, const char *plain);

/*
 * Bring `path' from `from' to `to'.  Already there: done.  Crash points
 * publish.move.before, publish.exchange.after, publish.move.after.
 */
enum move_result move_path(struct move *, const char *path);

/* Settle every "out" file of this move.  Returns 0 or -1. */
int move_settle(struct move *);

/*
 * Settle the temporary files that a scan of the root found, after a crash.
 * Returns 0 or -1.
 */
int move_sweep(struct move *, char **temporary, size_t n);

/*
 * Replace `path', a file that is nobody's but ours, by `text', unless it has
 * that content.  Returns 0 or -1.
 */
int move_replace(struct workspace *, const char *path, const struct buf *);

/* Remove it, if it is a plain file: 0 or -1.  Absent is well. */
int move_remove(struct workspace *, const char *path);

#endif
