#ifndef MNEMOD_GLANCE_H
#define MNEMOD_GLANCE_H

#include <stddef.h>
#include <stdint.h>
#include "common/buf.h"

/*
 * A glance at a JSON object: the members that are wanted, and nothing built.
 * Nearly all events of a stream bring a few letters each; to parse them into
 * objects costs more than to receive them.  A glance takes what is certain
 * and leaves everything else to json_parse().
 */
enum glance_kind {
	GLANCE_NONE,		/* there is none */
	GLANCE_NULL,
	GLANCE_STRING,
	GLANCE_OTHER		/* a number, truth, array or object */
};

struct glance {
	const char	*path;	/* "choices/0/delta/content"; of arrays, 0 */
	enum glance_kind kind;
	const char	*at;	/* within the quotes of a string */
	size_t		 len;
};
#define GLANCE_WANTED	16	/* at most, in one look */

/*
 * Look through `len' bytes, followed by a NUL, for n members.  0, and `kind'
 * of each is set; or -1 where json_parse() must look: the text is no JSON
 * object, is not UTF-8, is nested deeply, has a member twice or an escape in
 * a key.
 */
int glance(const char *text, size_t len, struct glance *, size_t n);

/* 1 if it is a string and reads so, without escapes. */
int glance_is(const struct glance *, const char *s);

/* 1 if it is not there, or null. */
int glance_is_void(const struct glance *);

/* A count from 0 to 999999999, or `def' where it is none. */
int64_t glance_count(const struct glance *, int64_t def);

/*
 * Append a string without its escapes.  -1, and nothing is appended, if one
 * of them is no plain character: NUL, half of a surrogate pair.
 */
int glance_text(const struct glance *, struct buf *);

#endif
