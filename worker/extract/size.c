#include <string.h>

#include "json_text.h"
#include "size.h"

/* Bytes that escaping adds. */
static const unsigned char escape[256] = {
	5, 5, 5, 5, 5, 5, 5, 5, 1, 1, 1, 5, 1, 1, 5, 5,
	5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5,
	['"'] = 1, ['\\'] = 1
};

size_t
size_escaped(const char *s, size_t len)
{
	size_t	i = 0, n = len;

	while ((i += json_text_run(s + i, len - i)) < len)
		n += escape[(unsigned char)s[i++]];
	return n;
}

static size_t
size_string(json_object *o, size_t large, size_t *text)
{
	size_t	n = size_escaped(json_object_get_string(o),
		    (size_t)json_object_get_string_len(o));

	if (n > large)
		*text += n;
	return n + strlen("\"\"");
}

static size_t
size_array(json_object *o, size_t large, size_t *text)
{
	size_t	i, n = json_object_array_length(o), sum = strlen("[]");

	for (i = 0; i < n; i++)
		sum += size_json(json_object_array_get_idx(o, i), large,
		    text) + (i > 0);
	return sum;
}

static size_t
size_object(json_object *o, size_t large, size_t *text)
{
	size_t	sum = strlen("{}"), n = 0;

	json_object_object_foreach(o, key, val)
		sum += size_escaped(key, strlen(key)) + strlen("\"\":") +
		    size_json(val, large, text) + (n++ > 0);
	return sum;
}

size_t
size_json(json_object *o, size_t large, size_t *text)
{
	switch (json_object_get_type(o)) {
	case json_type_string:
		return size_string(o, large, text);
	case json_type_array:
		return size_array(o, large, text);
	case json_type_object:
		return size_object(o, large, text);
	case json_type_null:
	case json_type_boolean:
	case json_type_double:
	case json_type_int:
		break;
	}
	return strlen(json_object_to_json_string_ext(o,
	    JSON_C_TO_STRING_PLAIN));
}
