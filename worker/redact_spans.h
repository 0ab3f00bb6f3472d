#ifndef MNEMOD_REDACT_SPANS_H
#define MNEMOD_REDACT_SPANS_H

#include <stddef.h>

#include "common/buf.h"

/*
 * Private to redact*.c: where secrets stand in a text.  All that look see the
 * same text, so that what one takes is no other's context.
 */
struct spans {
	struct span {
		size_t	start;
		size_t	end;	/* first byte behind it */
	}	*list;
	size_t	 n;
	size_t	 room;
};

#define SPANS_INIT	{ NULL, 0, 0 }

/* Add one that is not empty, in any order. */
void spans_add(struct spans *, size_t start, size_t end);

/*
 * Append the text to `out' with a mark in place of each of them, and of those
 * that overlap one mark; nothing if there are none.  Forgets them.  Returns
 * how many marks that made.
 */
size_t spans_mark(struct spans *, const char *text, size_t len,
    struct buf *out);

void spans_release(struct spans *);

#endif
