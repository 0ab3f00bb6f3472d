#ifndef MNEMOD_BUILTIN_FORGET_H
#define MNEMOD_BUILTIN_FORGET_H

#include "buf.h"
#include "builtin_blocks.h"
#include "builtin_input.h"

/*
 * Forget the tombstones in what is not ours; ours is made anew without them.
 * A thread is named by its id or by the name of its rollout summary.
 *
 * In the blocks of MEMORY.md: the citations of such a thread, the tasks that
 * are left without one, the bullets that rest on those tasks alone and the
 * blocks left without a task go.  A bullet that other threads or tasks support
 * too loses that citation only.
 */
void forget_blocks(struct blocks *, const struct inputs *);

/* The same for the lines of a text without tasks: memory_summary.md. */
void forget_lines(struct buf *, const struct inputs *);

#endif
