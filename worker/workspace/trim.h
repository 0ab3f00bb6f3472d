#ifndef MNEMOD_TRIM_H
#define MNEMOD_TRIM_H

#include <git2.h>
#include <stddef.h>
#include "worker/workspace/workspace.h"

/*
 * The history loses what is older than its newest commits, retention.
 * history_commits of mnemod.conf(5): it is cut (cut.h), and what no reference
 * reaches any more is removed from the disk.  Ids stay as they are.  Kept
 * beyond the limit are the adopted commit, what waits for review or for an
 * agent with what it was made from, and the last publication of an agent,
 * which the next one is compared with.
 *
 * Crash points: cut.write, and those of pack.h; the same again completes what
 * was killed.
 */
struct trimmed {
	git_oid	live;
	size_t	kept;		/* commits on the main line */
	size_t	dropped;	/* from it */
};

/*
 * Returns 0, or -1 with workspace_fail().  A history that is short enough, or
 * whose last publication is not complete, is left alone.
 */
int trim_run(struct workspace *, size_t limit, struct trimmed *);

#endif
