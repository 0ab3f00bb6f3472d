#ifndef MNEMOD_BUF_H
#define MNEMOD_BUF_H

#include <stddef.h>

/*
 * A growing byte buffer.  `data' is NULL while nothing was ever added and
 * otherwise always followed by a NUL that `len' does not count, so that a
 * buffer of text can be read as a string.  The buffer owns `data'.
 */
struct buf {
	char	*data;
	size_t	 len;
	size_t	 cap;
};

#define BUF_INIT { NULL, 0, 0 }

void buf_init(struct buf *);

/* Free the contents; the buffer may be used again. */
void buf_release(struct buf *);

/* Like buf_release(), but overwrite the contents first: for secrets. */
void buf_wipe(struct buf *);

/* Forget the contents, keep the memory. */
void buf_reset(struct buf *);

/* Give back what is beyond len: for contents that stay. */
void buf_trim(struct buf *);

/* Make room for `more' bytes beyond len.  Ends the process on overflow. */
void buf_grow(struct buf *, size_t more);

/* Append bytes, a string, a byte, formatted text.  None can fail. */
void buf_add(struct buf *, const void *data, size_t len);
void buf_addstr(struct buf *, const char *s);
void buf_addch(struct buf *, char c);
void buf_addf(struct buf *, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Cut to `len' bytes; `len' must not exceed the present length. */
void buf_truncate(struct buf *, size_t len);

/* Remove `n' bytes from the front. */
void buf_consume(struct buf *, size_t n);

/* The contents as a string, "" when empty; valid until the next change. */
const char *buf_str(const struct buf *);

/* Hand the memory to the caller (free(3)); the buffer is empty after. */
char *buf_detach(struct buf *);

#endif
