#ifndef MNEMOD_SIZE_H
#define MNEMOD_SIZE_H

#include <json-c/json.h>
#include <stddef.h>

/* What an item is as JSON text, in the form of json_write(), unwritten. */

/* Bytes of `s' as the inside of a JSON string. */
size_t size_escaped(const char *s, size_t len);

/*
 * Bytes of the whole; strings of more than `large' bytes (escaped, without
 * their quotes) are added up in *text as well.
 */
size_t size_json(json_object *, size_t large, size_t *text);

#endif
