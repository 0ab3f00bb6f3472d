#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "json.h"
#include "json_text.h"
#include "log.h"

/* As json-c writes it, in one pass and with no copy left in the object. */

static void
write_string(struct buf *b, const char *s, size_t len)
{
	buf_addch(b, '"');
	json_text_write(b, s, len);
	buf_addch(b, '"');
}

static void
write_array(struct buf *b, json_object *o)
{
	size_t	i, n = json_object_array_length(o);

	buf_addch(b, '[');
	for (i = 0; i < n; i++) {
		if (i > 0)
			buf_addch(b, ',');
		json_write(b, json_object_array_get_idx(o, i));
	}
	buf_addch(b, ']');
}

static void
write_object(struct buf *b, json_object *o)
{
	int	first = 1;

	buf_addch(b, '{');
	json_object_object_foreach(o, key, val) {
		if (!first)
			buf_addch(b, ',');
		first = 0;
		write_string(b, key, strlen(key));
		buf_addch(b, ':');
		json_write(b, val);
	}
	buf_addch(b, '}');
}

/* A large unsigned number too; one with a fraction as it was read. */
static void
write_scalar(struct buf *b, json_object *o)
{
	const char	*s;
	size_t		 len;

	s = json_object_to_json_string_length(o, JSON_C_TO_STRING_PLAIN,
	    &len);
	if (s == NULL)
		log_fatalx("cannot write JSON");
	buf_add(b, s, len);
}

static void
write_int(struct buf *b, json_object *o)
{
	int64_t	n = json_object_get_int64(o);

	if (n == INT64_MAX)
		write_scalar(b, o);
	else
		buf_addf(b, "%" PRId64, n);
}

void
json_write(struct buf *b, json_object *o)
{
	switch (json_object_get_type(o)) {
	case json_type_string:
		write_string(b, json_object_get_string(o),
		    (size_t)json_object_get_string_len(o));
		break;
	case json_type_array:
		write_array(b, o);
		break;
	case json_type_object:
		write_object(b, o);
		break;
	case json_type_int:
		write_int(b, o);
		break;
	case json_type_null:
	case json_type_boolean:
	case json_type_double:
		write_scalar(b, o);
		break;
	}
}
