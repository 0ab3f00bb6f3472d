#ifndef MNEMOD_GATEWAY_HEADERS_H
#define MNEMOD_GATEWAY_HEADERS_H

#include <json-c/json.h>
#include <stddef.h>

/*
 * The header lines of a request.  Some hold the key: headers_release() wipes.
 */
#define HEADERS_MAX	32
#define HEADER_MAX	(16u * 1024)	/* one line */

struct headers {
	char	*line[HEADERS_MAX];
	size_t	 n;
};

void headers_init(struct headers *);
void headers_release(struct headers *);

/*
 * Add "name: value".  A value that is NULL or empty, has a control character
 * or is too long is left out: returns 0 then, else 1.
 */
int headers_add(struct headers *, const char *name, const char *value);

/* The same with the JSON text of `o' (NULL: left out), in ASCII. */
int headers_add_json(struct headers *, const char *name, json_object *o);

/* "authorization: Bearer KEY"; nothing without a key. */
void headers_add_bearer(struct headers *, const char *key);

#endif
