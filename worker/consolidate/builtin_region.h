#ifndef MNEMOD_BUILTIN_REGION_H
#define MNEMOD_BUILTIN_REGION_H

#include "buf.h"

/*
 * Our part of memory_summary.md, between two lines:
 *
 *	<!-- generator=builtin/1 3f2a9c11 -->
 *	<!-- end of builtin/1 -->
 *
 * The number is the sum of what stands between them.  If it does not fit, a
 * person edited it: the lines become theirs and stay, without the markers.
 */
struct region {
	struct buf	 before;	/* kept byte for byte */
	struct buf	 after;
};

/* A file without such a part is all `before'; so is a part that was edited. */
void region_parse(struct region *, const struct buf *file);
void region_clear(struct region *);

/*
 * The file with `body' (NULL: without our part), beginning with "v1".  Lines
 * of lists that stand outside already are left out of `body'.
 */
void region_write(const struct region *, const struct buf *body,
    struct buf *out);

#endif
