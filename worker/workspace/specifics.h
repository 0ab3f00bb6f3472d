#ifndef MNEMOD_SPECIFICS_H
#define MNEMOD_SPECIFICS_H

#include <stddef.h>
#include "common/buf.h"

/*
 * What of an entry must survive when it is said in other words: numbers,
 * paths, code, quotations, identifiers and names.  In the form of
 * evidence_plain(), lower case.  Dates are left out: they tell when a thing
 * was seen, and that moves.
 */
struct specifics {
	char	**v;
	size_t	  n;
};

void specifics_find(struct specifics *, const char *s, size_t len);
void specifics_release(struct specifics *);

/* Append `s' in the form in which specifics are compared. */
void specifics_plain(struct buf *, const char *s, size_t len);

#endif
