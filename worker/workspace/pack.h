#ifndef MNEMOD_PACK_H
#define MNEMOD_PACK_H

#include <stddef.h>
#include "worker/workspace/workspace.h"

/*
 * The history grows by loose objects, of which nothing is ever shared:
 * raw_memories.md of 1 MB, changed a little in each publication, fills
 * megabytes in a month that packed are some hundred kilobytes.
 */

/* As many loose objects are left alone.  About fifty publications. */
#define PACK_LOOSE_MAX	1024
/* Pack whatever there is: something was made unreachable. */
#define PACK_ALWAYS	0

/*
 * If the history holds more than `max' loose objects (from PACK_LOOSE_MAX
 * on: by an estimate), write all that its references reach into one pack and
 * remove what that makes needless: loose objects, older packs, and what
 * nothing refers to.  To be called when no publication is under way.  A crash
 * leaves objects twice, until next time.  Returns 1 if it packed, 0 if there
 * was no need, -1 with workspace_fail(); then the history is as it was.
 */
int pack_history(struct workspace *, size_t max);

#endif
