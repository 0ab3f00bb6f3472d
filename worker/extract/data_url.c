#include <string.h>
#include <strings.h>

#include "data_url.h"
#include "log.h"

#define HEAD_MAX	128	/* "data:", type and parameters */
#define LARGE		1024	/* bytes that are worth the trouble */

int
data_url_note(const char *s, size_t len, struct buf *out)
{
	static const char	 mark[] = ";base64,";
	const char		*end;
	size_t			 head = len < HEAD_MAX ? len : HEAD_MAX;
	char			 type[HEAD_MAX];

	if (len < 5 || strncasecmp(s, "data:", 5) != 0 ||
	    (end = memmem(s, head, mark, sizeof(mark) - 1)) == NULL)
		return 0;
	(void)log_printable(type, sizeof(type), s + 5, strcspn(s + 5, ";"));
	len -= (size_t)(end - s) + sizeof(mark) - 1;
	buf_addf(out, "[%s, %zu bytes]", type, len / 4 * 3);
	return 1;
}

/* 1 if the quote at `q' is escaped: it is inside a string. */
static int
is_escaped(const char *json, const char *q)
{
	const char	*p = q;

	while (p > json && p[-1] == '\\')
		p--;
	return (q - p) % 2 != 0;
}

/* 1 if the text means the same inside the quotes of JSON. */
static int
is_plain(const char *s, size_t len)
{
	return memchr(s, '\\', len) == NULL && memchr(s, '"', len) == NULL;
}

/* The note for the string from `s' to `end', if it is large data. */
static int
large_note(const char *s, const char *end, struct buf *note)
{
	size_t	len = (size_t)(end - s);

	buf_reset(note);
	return len >= LARGE && is_plain(s, len) &&
	    data_url_note(s, len, note) && is_plain(note->data, note->len);
}

int
data_url_thin(const char *json, size_t len, struct buf *out)
{
	static const char	 mark[] = "\"data:";
	const char		*p = json, *copied = json, *last = json + len;
	const char		*s, *end;
	struct buf		 note = BUF_INIT;

	while ((p = memmem(p, (size_t)(last - p), mark, sizeof(mark) - 1)) !=
	    NULL) {
		s = p + 1;
		end = memchr(s, '"', (size_t)(last - s));
		if (end == NULL)
			break;
		if (is_escaped(json, p) || !large_note(s, end, &note)) {
			p = s;
			continue;
		}
		buf_add(out, copied, (size_t)(s - copied));
		buf_add(out, note.data, note.len);
		p = copied = end;
	}
	buf_release(&note);
	if (copied == json)
		return 0;
	buf_add(out, copied, (size_t)(last - copied));
	return 1;
}
