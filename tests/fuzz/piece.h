#ifndef MNEMOD_FUZZ_PIECE_H
#define MNEMOD_FUZZ_PIECE_H

#include <string.h>

#include "common/buf.h"

/* The piece up to the next form feed; *s goes behind it. */
static inline void
piece(struct buf *b, const char **s, size_t *len)
{
	const char	*cut = *len == 0 ? NULL : memchr(*s, '\f', *len);
	size_t		 n = cut == NULL ? *len : (size_t)(cut - *s);

	buf_add(b, *s, n);
	n += cut != NULL;
	*s += n;
	*len -= n;
}

#endif
