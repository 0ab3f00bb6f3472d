#include <limits.h>
#include <string.h>
#include <strings.h>

#include "buf.h"
#include "data_url.h"
#include "json.h"
#include "leaf.h"
#include "log.h"

static void
in_array(json_object *a, leaf_fn *fn, void *arg)
{
	json_object	*v, *leaf;
	size_t		 i, n = json_object_array_length(a);

	for (i = 0; i < n; i++) {
		v = json_object_array_get_idx(a, i);
		if (!json_object_is_type(v, json_type_string))
			leaf_each(v, fn, arg);
		else if ((leaf = fn(v, arg)) != NULL &&
		    json_object_array_put_idx(a, i, leaf) != 0)
			log_fatalx("cannot allocate JSON");
	}
}

static void
in_object(json_object *o, leaf_fn *fn, void *arg)
{
	json_object	*leaf;

	json_object_object_foreach(o, key, v) {
		if (!json_object_is_type(v, json_type_string))
			leaf_each(v, fn, arg);
		else if ((leaf = fn(v, arg)) != NULL)
			json_set(o, key, leaf);
	}
}

void
leaf_each(json_object *o, leaf_fn *fn, void *arg)
{
	if (json_object_is_type(o, json_type_array))
		in_array(o, fn, arg);
	else if (json_object_is_type(o, json_type_object))
		in_object(o, fn, arg);
}

json_object *
leaf_new(const char *text, size_t len)
{
	json_object	*leaf = NULL;

	if (len <= INT_MAX)
		leaf = json_object_new_string_len(text == NULL ? "" : text,
		    (int)len);
	if (leaf == NULL)
		log_fatalx("cannot allocate JSON");
	return leaf;
}

json_object *
leaf_tidy(json_object *leaf, void *arg)
{
	json_object	*tidy;
	const char	*s = json_object_get_string(leaf);
	size_t		 len = (size_t)json_object_get_string_len(leaf), i;
	struct buf	 out = BUF_INIT;

	(void)arg;
	if (data_url_note(s, len, &out)) {
		tidy = leaf_new(out.data, out.len);
		buf_release(&out);
		return tidy;
	}
	if (memchr(s, '\0', len) == NULL)
		return NULL;
	for (i = 0; i < len; i++)
		if (s[i] == '\0')
			buf_addstr(&out, "\xef\xbf\xbd");
		else
			buf_addch(&out, s[i]);
	tidy = leaf_new(out.data, out.len);
	buf_wipe(&out);
	return tidy;
}
