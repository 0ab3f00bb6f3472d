#ifndef MNEMOD_PACK_H
#define MNEMOD_PACK_H

#include <stddef.h>
#include "worker/workspace/workspace.h"

/*
 * The history grows by a small pack or two with each publication (batch.h),
 * and by loose objects where one is large.  Nothing is shared between packs:
 * raw_memories.md of 1 MB, changed a little in each publication, fills
 * megabytes in a month that as one pack are some hundred kilobytes.
 */

/* As many packs are left alone. */
#define PACK_MAX	32
/* As many loose objects are; about, since they are estimated. */
#define PACK_LOOSE_MAX	1024
/* One pack of all whatever there is: something was made unreachable. */
#define PACK_ALWAYS	0

/*
 * If the history holds more than `max' packs, make one of the smallest
 * (packs_to_merge()).  If those are all, if `max' is PACK_ALWAYS or if there
 * are many loose objects, write all that its references reach into one pack
 * and remove what that makes needless: loose objects, older packs, and what
 * nothing refers to.  To be called when no publication is under way.  A crash
 * leaves objects twice, until next time.  Returns 1 if it packed, 0 if there
 * was no need, -1 with workspace_fail(); then the history is as it was.
 */
int pack_history(struct workspace *, size_t max);

#endif
