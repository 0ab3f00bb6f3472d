#ifndef MNEMOD_BUILTIN_CONTENTS_H
#define MNEMOD_BUILTIN_CONTENTS_H

#include <stddef.h>
#include "buf.h"
#include "builtin_group.h"
#include "builtin_items.h"

struct contents_limits {
	size_t	 topics;	/* per group */
	size_t	 groups;	/* told with their topics */
	size_t	 older;		/* told in one line each */
};

/*
 * Append what memory_summary.md says of the groups: those with topics of the
 * three newest memory days, then "Older Memory Topics", where every group is
 * at least named, so that each can be found in MEMORY.md or, where that was
 * too full, in rollout_summaries/.  `prefs'
 * are the groups' (items_of_groups()).  Notes in the groups what was told.
 */
void contents_write(struct buf *, struct groups *, const struct items *prefs,
    const struct contents_limits *);

#endif
