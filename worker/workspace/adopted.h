#ifndef MNEMOD_ADOPTED_H
#define MNEMOD_ADOPTED_H

#include <git2.h>
#include "worker/workspace/workspace.h"

/*
 * What an adopted folder held when it was adopted (refs/mnemod/adopted) and
 * was not ours even then: another program's files, which nothing but the user
 * and a tombstone takes away.
 */

/* Its tree without our own summaries; *out is NULL if there is none. */
int adopted_load(struct workspace *, git_index **out);

/*
 * Set for each row of the inputs how its rollout summary is named: "stem"
 * where it has another name than its own, "kept" where the summary that is
 * there is the adopted one and none is to be written.  0, or -1 with
 * workspace_fail().
 */
int adopted_name_rows(struct workspace *);

#endif
