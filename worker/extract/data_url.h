#ifndef MNEMOD_DATA_URL_H
#define MNEMOD_DATA_URL_H

#include <stddef.h>
#include "buf.h"

/*
 * Images and other data in base64, as RFC 2397 writes them into a string.
 * They are most of what a rollout of a session with screenshots weighs, and
 * no text.
 */

/*
 * Append what stands for the data, "[image/png, 60750 bytes]".  Returns 0,
 * and nothing is appended, if the string is something else.
 */
int data_url_note(const char *s, size_t len, struct buf *out);

/*
 * Append the JSON text with its large data replaced so, to be parsed in its
 * place.  Returns 0, and nothing is appended, if it has none.  What is not
 * told beyond doubt from other text stays, so the parsed strings are to be
 * looked at all the same.
 */
int data_url_thin(const char *json, size_t len, struct buf *out);

#endif
