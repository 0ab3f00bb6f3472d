#ifndef MNEMOD_KEPT_OUT_H
#define MNEMOD_KEPT_OUT_H

#include <git2.h>
#include "worker/workspace/workspace.h"

/*
 * What an edit by hand kept out of the last publication: where both changed
 * the same, the user's stands (merge.h), and the next agent is told first
 * what the one before had wanted.
 *
 * Append a section for the head of phase2_workspace_diff.md about the
 * publication `commit': the paths, and a diff from what was published to what
 * the agent wrote.  Returns how many paths there are, or -1 with
 * workspace_fail().
 */
int kept_out_write(struct workspace *, const git_oid *commit,
    struct buf *out);

#endif
