/* mnemoctl -j: the document as a program reads it. */

#include <string.h>
#include <wchar.h>

#include "common/buf.h"
#include "common/json.h"
#include "common/monotime.h"
#include "supervisor/mnemoctl/output.h"

/* mnemoctl(1), JSON: which members are times. */
static int
is_time(const char *key)
{
	static const char *const names[] = { "at", "now", "since", "time",
	    "until", "week", "when" };
	static const char *const ends[] = { "_at", "_since", "_until" };
	size_t	i, len = strlen(key), n;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(key, names[i]) == 0)
			return 1;
	for (i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		n = strlen(ends[i]);
		if (len > n && strcmp(key + len - n, ends[i]) == 0)
			return 1;
	}
	return 0;
}

static json_object *copy_of(json_object *);

static json_object *
member_of(const char *key, json_object *v)
{
	char	text[RFC3339_SIZE];

	if (!json_object_is_type(v, json_type_int) || !is_time(key))
		return copy_of(v);
	rfc3339_format_s(text, json_object_get_int64(v));
	memcpy(strchr(text, '+'), "Z", 2);	/* as jq(1) reads it */
	return json_object_new_string(text);
}

/* The same document with its times as text. */
static json_object *
copy_of(json_object *v)
{
	json_object	*copy;
	size_t		 i;

	if (json_object_is_type(v, json_type_object)) {
		copy = json_object_new_object();
		json_object_object_foreach(v, key, value) {
			json_set(copy, key, member_of(key, value));
		}
		return copy;
	}
	if (!json_object_is_type(v, json_type_array))
		return json_object_get(v);
	copy = json_object_new_array();
	for (i = 0; i < json_object_array_length(v); i++)
		json_push(copy,
		    copy_of(json_object_array_get_idx(v, i)));
	return copy;
}

/* One code point as JSON escapes. */
static void
add_escape(struct buf *out, uint32_t c)
{
	if (c < 0x10000) {
		buf_addf(out, "\\u%04x", (unsigned)c);
		return;
	}
	c -= 0x10000;
	buf_addf(out, "\\u%04x\\u%04x", (unsigned)(0xd800 + (c >> 10)),
	    (unsigned)(0xdc00 + (c & 0x3ff)));
}

/* The C.UTF-8 locale of main() decodes; wchar_t is a code point there. */
void
output_json_add(struct buf *out, json_object *o)
{
	struct buf	 text = BUF_INIT;
	const char	*p, *end;
	mbstate_t	 state;
	wchar_t		 wc;
	size_t		 n;

	json_write(&text, o);
	end = buf_str(&text) + text.len;
	for (p = buf_str(&text); p < end; p += n) {
		for (n = 0; p + n < end && p[n] >= ' ' && p[n] < 0x7f; n++)
			;
		buf_add(out, p, n);
		if (n > 0)
			continue;
		memset(&state, 0, sizeof(state));
		n = mbrtowc(&wc, p, (size_t)(end - p), &state);
		if (n == 0 || n > (size_t)(end - p)) {
			n = 1;
			wc = 0xfffd;
		}
		add_escape(out, (uint32_t)wc);
	}
	buf_release(&text);
}

void
output_json(FILE *fp, json_object *doc)
{
	struct buf	 text = BUF_INIT;
	json_object	*copy = copy_of(doc);

	output_json_add(&text, copy);
	json_object_put(copy);
	fprintf(fp, "%s\n", buf_str(&text));
	buf_release(&text);
}
