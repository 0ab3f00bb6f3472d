#include <limits.h>
#include <string.h>
#include <strings.h>

#include "buf.h"
#include "leaf.h"
#include "log.h"

#define DATA_HEAD 128		/* "data:", type and parameters; RFC 2397 */

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

/* A data URL of base64: say what it was.  Returns 1 if it was one. */
static int
tidy_data(json_object *leaf, const char *s, size_t len)
{
	static const char	 mark[] = ";base64,";
	const char		*end;
	struct buf		 note = BUF_INIT;
	size_t			 head = len < DATA_HEAD ? len : DATA_HEAD, n;
	char			 type[DATA_HEAD];

	if (len < 5 || strncasecmp(s, "data:", 5) != 0 ||
	    (end = memmem(s, head, mark, sizeof(mark) - 1)) == NULL)
		return 0;
	n = strcspn(s + 5, ";");
	(void)log_printable(type, sizeof(type), s + 5, n);
	len -= (size_t)(end - s) + sizeof(mark) - 1;
	buf_addf(&note, "[%s, %zu bytes]", type, len / 4 * 3);
	leaf_set(leaf, note.data, note.len);
	buf_release(&note);
	return 1;
}

void
leaf_tidy(json_object *leaf, void *arg)
{
	const char	*s = json_object_get_string(leaf);
	size_t		 len = (size_t)json_object_get_string_len(leaf), i;
	struct buf	 out = BUF_INIT;

	(void)arg;
	if (tidy_data(leaf, s, len) || memchr(s, '\0', len) == NULL)
		return;
	for (i = 0; i < len; i++)
		if (s[i] == '\0')
			buf_addstr(&out, "\xef\xbf\xbd");
		else
			buf_addch(&out, s[i]);
	leaf_set(leaf, out.data, out.len);
	buf_wipe(&out);
}
