#ifndef MNEMOD_STAGING_H
#define MNEMOD_STAGING_H

#include "supervisor/state_dir.h"
#include "supervisor/store.h"

/*
 * The agents' staging folders, staging/THREAD_ID in the state directory.
 * The supervisor removes them; it reads nothing in them.
 */

/* Remove one, whatever is in it; links are not followed.  0 or -1, logged. */
int staging_remove(const struct state_dir *, const char *thread_id);

/*
 * After recovery: remove every folder but those of rejected agents, which
 * are kept for a person to look at.
 */
void staging_sweep(const struct state_dir *, struct store *);

#endif
