#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "line.h"
#include "mem.h"

#define LINE_CHUNK ((size_t)256 << 10)

void
line_reader_init(struct line_reader *r, struct stream *stream)
{
	memset(r, 0, sizeof(*r));
	r->stream = stream;
	r->limit = LINE_LIMIT;
	r->cap = LINE_CHUNK;
	r->whole = 1;
	r->buf = xreallocarray(NULL, r->cap, 1);
}

void
line_reader_release(struct line_reader *r)
{
	free(r->buf);
	r->buf = NULL;
}

void
line_reader_seek(struct line_reader *r, uint64_t offset, uint64_t number)
{
	r->start = r->end = 0;
	r->offset = offset;
	r->number = number;
	r->failure = STREAM_OK;
	r->at_end = 0;
	r->whole = 1;
}

/* Free space behind `end', by moving what is held to the front first. */
static void
make_room(struct line_reader *r)
{
	if (r->start > 0) {
		memmove(r->buf, r->buf + r->start, r->end - r->start);
		r->end -= r->start;
		r->start = 0;
	}
	if (r->end == r->cap) {
		r->buf = xreallocarray(r->buf, r->cap, 2);
		r->cap *= 2;
	}
}

/* Read more.  Returns 1 if bytes came. */
static int
fill(struct line_reader *r)
{
	enum stream_status	st;
	size_t			n = 0;

	if (r->at_end)
		return 0;
	if (r->end == r->cap)
		make_room(r);
	st = stream_read(r->stream, r->buf + r->end, r->cap - r->end, &n);
	if (st == STREAM_OK) {
		r->end += n;
		return 1;
	}
	r->at_end = 1;
	if (st != STREAM_END)
		r->failure = st;
	return 0;
}

/* The line at `start' passed the limit: read to its newline, keep nothing. */
static enum line_status
pass_over(struct line_reader *r, struct line *line)
{
	char	*nl = NULL;

	line->text = NULL;
	line->len = r->end - r->start;
	r->start = r->end = 0;
	while (nl == NULL && fill(r)) {
		nl = memchr(r->buf, '\n', r->end);
		if (nl == NULL) {
			line->len += r->end;
			r->end = 0;
		} else {
			r->start = (size_t)(nl - r->buf) + 1;
			line->len += r->start - 1;
		}
	}
	r->offset += line->len + (nl != NULL);
	r->whole = nl != NULL;
	return LINE_TOO_LONG;
}

/* Hand out `len' bytes; `used' with the newline. */
static enum line_status
give(struct line_reader *r, struct line *line, size_t len, size_t used)
{
	line->text = r->buf + r->start;
	line->len = len;
	r->start += used;
	r->offset += used;
	r->whole = used > len;
	if (len > r->limit) {
		line->text = NULL;
		return LINE_TOO_LONG;
	}
	if (len > 0 && line->text[len - 1] == '\r')
		line->len--;
	return LINE_OK;
}

enum line_status
line_next(struct line_reader *r, struct line *line)
{
	size_t	 seen = 0, have;
	char	*nl;

	line->number = r->number + 1;
	line->offset = r->offset;
	if (r->start == r->end)
		r->start = r->end = 0;
	for (;;) {
		have = r->end - r->start;
		nl = have == seen ? NULL :
		    memchr(r->buf + r->start + seen, '\n', have - seen);
		if (nl != NULL || have > r->limit || !fill(r))
			break;
		seen = have;
	}
	if (nl == NULL && have == 0)
		return r->failure == STREAM_OK ? LINE_END : LINE_FAILED;
	r->number++;
	if (nl != NULL) {
		have = (size_t)(nl - (r->buf + r->start));
		return give(r, line, have, have + 1);
	}
	if (have > r->limit)
		return pass_over(r, line);
	return give(r, line, have, have);
}

/* Bytes at the front of `s' that are ASCII, eight at a time. */
static size_t
ascii_run(const unsigned char *s, size_t len)
{
	uint64_t	word;
	size_t		i;

	for (i = 0; i + sizeof(word) <= len; i += sizeof(word)) {
		memcpy(&word, s + i, sizeof(word));
		if (word & 0x8080808080808080u)
			break;
	}
	while (i < len && s[i] < 0x80)
		i++;
	return i;
}

/* Bytes of the one character at `s', 0 if it is none (RFC 3629). */
static size_t
utf8_char(const unsigned char *s, size_t len)
{
	size_t		n = s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4, i;
	unsigned	low = 0x80, high = 0xbf;

	if (s[0] < 0xc2 || s[0] > 0xf4 || n > len)
		return 0;
	if (s[0] == 0xe0)
		low = 0xa0;
	else if (s[0] == 0xed)
		high = 0x9f;
	else if (s[0] == 0xf0)
		low = 0x90;
	else if (s[0] == 0xf4)
		high = 0x8f;
	if (s[1] < low || s[1] > high)
		return 0;
	for (i = 2; i < n; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	return n;
}

const char *
line_flaw(const struct line *line)
{
	const unsigned char	*s = (const unsigned char *)line->text;
	size_t			 i = 0, n;

	if (line->len > 0 && memchr(s, '\0', line->len) != NULL)
		return "NUL byte";
	while ((i += ascii_run(s + i, line->len - i)) < line->len) {
		n = utf8_char(s + i, line->len - i);
		if (n == 0)
			return "not UTF-8";
		i += n;
	}
	return NULL;
}

int
line_blank(const char *text, size_t len)
{
	size_t	i;

	for (i = 0; i < len; i++)
		if (text[i] != ' ' && text[i] != '\t' && text[i] != '\r')
			return 0;
	return 1;
}
