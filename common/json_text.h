#ifndef MNEMOD_JSON_TEXT_H
#define MNEMOD_JSON_TEXT_H

#include <stddef.h>
#include "buf.h"

/*
 * What stands between the quotes of a string of JSON (RFC 8259, section 7).
 * Transcripts are long strings and little else; json-c looks at each byte of
 * them by itself.
 */

/* Bytes at the front of `s' that stand for themselves. */
size_t json_text_run(const char *s, size_t len);

/* Append `s', escaped as json-c escapes, slashes not. */
void json_text_write(struct buf *b, const char *s, size_t len);

/*
 * Append what the text between two quotes means; 1.  0: it holds what is
 * rare or wrong, which json-c is to judge (control bytes, halves of surrogate
 * pairs, escapes that there are none of); `b' is as it was then.
 */
int json_text_read(struct buf *b, const char *s, size_t len);

#endif
