#include <string.h>

#include "common/json.h"
#include "worker/text.h"
#include "worker/workspace/lines.h"

json_object *
lines_of(const char *s, size_t len)
{
	json_object	*lines = json_object_new_array();
	const char	*end = s + len, *nl;
	struct buf	 line = BUF_INIT;
	size_t		 n;

	for (n = 0; s < end && n < LINES_MAX; n++) {
		nl = memchr(s, '\n', (size_t)(end - s));
		if (nl == NULL)
			nl = end;
		buf_reset(&line);
		text_oneline(&line, s, (size_t)(nl - s), LINES_BYTES);
		json_push_str(lines, buf_str(&line));
		s = nl + 1;
	}
	buf_release(&line);
	return lines;
}

static int
holds_secret(struct redact *r, const char *s, size_t len)
{
	struct buf	out = BUF_INIT;
	int		holds;

	redact_text(r, s, len, &out);
	holds = out.len != len || (len > 0 && memcmp(out.data, s, len) != 0);
	buf_wipe(&out);
	return holds;
}

json_object *
lines_redacted(struct redact *r, const char *s, size_t len)
{
	json_object	*lines, *line;
	struct buf	 b = BUF_INIT;
	size_t		 i;

	if (r != NULL && holds_secret(r, s, len))
		return json_object_new_array();
	lines = lines_of(s, len);
	for (i = 0; r != NULL && i < json_object_array_length(lines); i++) {
		line = json_object_array_get_idx(lines, i);
		buf_reset(&b);
		buf_addf(&b, "%s [Task 1]", json_object_get_string(line));
		if (holds_secret(r, b.data, b.len))
			(void)json_object_set_string(line, "");
	}
	buf_wipe(&b);
	return lines;
}
