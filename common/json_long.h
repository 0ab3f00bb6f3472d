#ifndef MNEMOD_JSON_LONG_H
#define MNEMOD_JSON_LONG_H

#include <json-c/json.h>
#include <stddef.h>
#include "buf.h"

/*
 * The long strings of a JSON text, read beside json-c: it gets the text with
 * a short mark for each, and what it made of that gets them back.  All the
 * rest, and every string with anything rare in it, json-c reads itself.
 */
struct json_long {
	struct buf	 text;		/* what they mean, one behind another */
	size_t		*ends;		/* of each in it */
	size_t		 n;
};

void json_long_init(struct json_long *);

/* They may be secrets: wiped. */
void json_long_release(struct json_long *);

/* Put into `thin' what is left of the text.  0: nothing is taken out of it,
 * and `thin' is not touched. */
int json_long_take(struct json_long *, const char *text, size_t len,
    struct buf *thin);

/* Give back what was taken; returns what `o', which may be NULL, is then. */
json_object *json_long_put(const struct json_long *, json_object *o);

#endif
