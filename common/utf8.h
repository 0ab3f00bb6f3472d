#ifndef MNEMOD_UTF8_H
#define MNEMOD_UTF8_H

#include <stddef.h>

/*
 * How many of the `len' bytes at `s' are UTF-8 (RFC 3629) up to the first
 * byte that belongs to no character; `len' if all of them are.
 */
size_t utf8_run(const char *s, size_t len);

/* 1 if the string is UTF-8 to its end: what JSON may hold. */
int utf8_is(const char *s);

#endif
