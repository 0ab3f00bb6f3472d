#ifndef MNEMOD_BUILTIN_MEMORY_H
#define MNEMOD_BUILTIN_MEMORY_H

#include <stddef.h>
#include "buf.h"
#include "builtin_group.h"

/* How much a group may say; shrunk together if MEMORY.md grows too large. */
struct memory_limits {
	size_t	 topics;	/* newest */
	size_t	 prefs;
	size_t	 knowledge;
	size_t	 failures;
};

/*
 * Append the group's block of MEMORY.md, from "# Task Group: " on, sealed
 * with our marker (builtin_blocks.h) and ending in one newline.  Drops the
 * topics beyond the limit from `g' and counts them in g->hidden.
 */
void memory_block(struct buf *, struct group *g, const struct memory_limits *);

#endif
