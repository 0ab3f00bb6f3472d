#ifndef MNEMOD_BUILTIN_RULES_H
#define MNEMOD_BUILTIN_RULES_H

#include <stddef.h>
#include "buf.h"
#include "builtin_group.h"

/*
 * Append the rules of all groups as bullets of memory_summary.md, at most
 * `max', those for everywhere first.  What one request asked for is a rule
 * once another, also in another group, asked for it; of two rules for everywhere on one
 * thing the newer is told.  Returns the number of bullets.
 */
size_t rules_write(struct buf *, const struct groups *, size_t max);

#endif
