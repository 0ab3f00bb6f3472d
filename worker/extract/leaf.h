#ifndef MNEMOD_LEAF_H
#define MNEMOD_LEAF_H

#include <json-c/json.h>
#include <stddef.h>

/* The string values of an item, changed in place. */

/* Call `fn' for each string value at and below `o', in order. */
void leaf_each(json_object *o, void (*fn)(json_object *, void *), void *arg);

/* Give a string value a new text. */
void leaf_set(json_object *leaf, const char *text, size_t len);

/*
 * For leaf_each(): data in base64 become "[image/png, 60750 bytes]", NUL
 * bytes U+FFFD, so that the text may be read as a C string.
 */
void leaf_tidy(json_object *leaf, void *);

#endif
