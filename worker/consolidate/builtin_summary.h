#ifndef MNEMOD_BUILTIN_SUMMARY_H
#define MNEMOD_BUILTIN_SUMMARY_H

#include "buf.h"
#include "builtin_group.h"
#include "builtin_input.h"

/* The whole file: 2,500 tokens of four bytes. */
#define SUMMARY_MAX	10000

/*
 * The new text of memory_summary.md.  What stands outside our two marker
 * lines in `old' is kept byte for byte, and so is what stands between them
 * once a person edited it; lines that stand there are not said again.  `gs'
 * are the groups of every row, ours or not.
 */
void summary_make(struct buf *out, const struct buf *old,
    const struct inputs *in, struct groups *gs);

#endif
