#include <stdlib.h>
#include <string.h>

#include "line.h"
#include "mem.h"
#include "utf8.h"

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

const char *
line_flaw(const struct line *line)
{
	if (line->len > 0 && memchr(line->text, '\0', line->len) != NULL)
		return "NUL byte";
	if (utf8_run(line->text, line->len) < line->len)
		return "not UTF-8";
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
