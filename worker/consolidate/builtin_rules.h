#ifndef MNEMOD_BUILTIN_RULES_H
#define MNEMOD_BUILTIN_RULES_H

#include <stddef.h>
#include "buf.h"
#include "builtin_group.h"

/*
 * Append the section "## User preferences" of memory_summary.md: the rules of
 * all groups, at most `max', those for everywhere first.  A rule that was
 * told in two groups holds everywhere.
 */
void rules_write(struct buf *, const struct groups *, size_t max);

#endif
