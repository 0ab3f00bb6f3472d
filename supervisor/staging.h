#ifndef MNEMOD_STAGING_H
#define MNEMOD_STAGING_H

#include <stdint.h>
#include "supervisor/state_dir.h"
#include "supervisor/store.h"

/*
 * The agents' staging folders, staging/THREAD_ID in the state directory.
 * The supervisor measures and removes them; it reads no file in them.
 */

/* Remove one, whatever is in it; links are not followed.  0 or -1, logged. */
int staging_remove(const struct state_dir *, const char *thread_id);

/* 1 if the agent's folder is there. */
int staging_exists(const struct state_dir *, const char *thread_id);

/*
 * After recovery: remove every folder but those of agents that are not done,
 * or were rejected, which a person may look at; neither from before `until'
 * (INT64_MIN: whatever their age).  Returns how many went.
 */
int64_t staging_sweep(const struct state_dir *, struct store *,
    int64_t until);

#endif
