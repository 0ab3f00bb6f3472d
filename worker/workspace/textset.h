#ifndef MNEMOD_TEXTSET_H
#define MNEMOD_TEXTSET_H

#include <stddef.h>
#include "common/buf.h"

/* A set of texts: sorted, each once.  Owns them. */
struct textset {
	char	**v;
	size_t	 n;
};

/* The entries of a MEMORY.md, without their references. */
void textset_entries(struct textset *, const struct buf *handbook);

/* The specifics of all of it (specifics.h). */
void textset_specifics(struct textset *, const struct buf *handbook);

void textset_release(struct textset *);

/* How many of `a' are not in `b'; each is handed to `each' (may be NULL). */
size_t textset_missing(const struct textset *a, const struct textset *b,
    void (*each)(const char *text, void *arg), void *arg);

#endif
