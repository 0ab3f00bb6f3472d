#ifndef MNEMOD_LOSSES_H
#define MNEMOD_LOSSES_H

#include <json-c/json.h>
#include "worker/workspace/workspace.h"

/*
 * A memory that is rewritten again and again loses what nobody misses at
 * once.  Week by week, from the history: the entries (bullets) of MEMORY.md
 * that came and went, and its specifics (what stands in `...` or "...", paths,
 * numbers).
 */

/*
 * Set "weeks", newest first, of weeks that have commits, at most `max': the
 * last state of each against the last one before.  Objects with week (Unix
 * time of its Monday, UTC), commits, entries, specifics (how many there are),
 * entries_added, entries_lost, specifics_added, specifics_lost and lost (the
 * first texts that went).  Returns 0, or -1 with workspace_fail().
 */
int losses_weekly(struct workspace *, int64_t max, json_object *out);

#endif
