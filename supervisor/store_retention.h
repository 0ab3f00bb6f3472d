#ifndef MNEMOD_STORE_RETENTION_H
#define MNEMOD_STORE_RETENTION_H

#include <stdint.h>
#include "supervisor/store_base.h"

/*
 * Agents that ended before `until' and that nobody needs any more: neither
 * the last that published into its memory, nor one whose work waits for
 * review.  `cb' may forget them; it returns non-zero to stop the list.
 */
enum store_status store_agents_old_each(struct store *, int64_t until,
    int (*cb)(const char *id, void *), void *arg);

/* The agent's row and what it was given go.  STORE_NONE: there is none. */
enum store_status store_agent_forget(struct store *, const char *id);

#endif
