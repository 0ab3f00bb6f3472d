#include <limits.h>
#include <string.h>
#include <strings.h>

#include "buf.h"
#include "data_url.h"
#include "leaf.h"
#include "log.h"

void
leaf_each(json_object *o, void (*fn)(json_object *, void *), void *arg)
{
	size_t	i, n;

	if (json_object_is_type(o, json_type_string))
		fn(o, arg);
	else if (json_object_is_type(o, json_type_array)) {
		n = json_object_array_length(o);
		for (i = 0; i < n; i++)
			leaf_each(json_object_array_get_idx(o, i), fn, arg);
	} else if (json_object_is_type(o, json_type_object)) {
		json_object_object_foreach(o, key, val) {
			(void)key;
			leaf_each(val, fn, arg);
		}
	}
}

void
leaf_set(json_object *leaf, const char *text, size_t len)
{
	if (len > INT_MAX ||
	    !json_object_set_string_len(leaf, text == NULL ? "" : text,
	    (int)len))
		log_fatalx("cannot allocate JSON");
}

void
leaf_tidy(json_object *leaf, void *arg)
{
	const char	*s = json_object_get_string(leaf);
	size_t		 len = (size_t)json_object_get_string_len(leaf), i;
	struct buf	 out = BUF_INIT;

	(void)arg;
	if (data_url_note(s, len, &out)) {
		leaf_set(leaf, out.data, out.len);
		buf_release(&out);
		return;
	}
	if (memchr(s, '\0', len) == NULL)
		return;
	for (i = 0; i < len; i++)
		if (s[i] == '\0')
			buf_addstr(&out, "\xef\xbf\xbd");
		else
			buf_addch(&out, s[i]);
	leaf_set(leaf, out.data, out.len);
	buf_wipe(&out);
}
