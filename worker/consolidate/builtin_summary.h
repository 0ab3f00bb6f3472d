#ifndef MNEMOD_BUILTIN_SUMMARY_H
#define MNEMOD_BUILTIN_SUMMARY_H

#include "buf.h"
#include "builtin_blocks.h"
#include "builtin_group.h"
#include "builtin_input.h"
#include "builtin_notes.h"

/* The whole file: 2,500 tokens of four bytes. */
#define SUMMARY_MAX	10000

/* What it is made of; all borrowed. */
struct summary_input {
	const struct inputs	*inputs;
	struct groups		*groups;	/* of every row, ours or not */
	const struct notes	*notes;
	const struct blocks	*blocks;	/* of MEMORY.md */
};

/*
 * The new text of memory_summary.md.  What stands outside our two marker
 * lines in `old' is kept byte for byte, and so is what stands between them
 * once a person edited it; lines that stand there are not said again.
 */
void summary_make(struct buf *out, const struct buf *old,
    const struct summary_input *);

#endif
