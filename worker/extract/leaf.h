#ifndef MNEMOD_LEAF_H
#define MNEMOD_LEAF_H

#include <json-c/json.h>
#include <stddef.h>

/*
 * The string values of an item.  They are replaced, never set: json-c 0.16
 * loses the text of a string that was made longer and then empty, and takes
 * its address for a text.
 */

/* What is to stand in the place of a string value; NULL: it stays. */
typedef json_object *leaf_fn(json_object *leaf, void *arg);

/* Call `fn' for each string value below `o', in order. */
void leaf_each(json_object *o, leaf_fn *fn, void *arg);

/* A string of that text; NULL is the empty one. */
json_object *leaf_new(const char *text, size_t len);

/*
 * For leaf_each(): data in base64 become "[image/png, 60750 bytes]", NUL
 * bytes U+FFFD, so that the text may be read as a C string.
 */
leaf_fn leaf_tidy;

#endif
