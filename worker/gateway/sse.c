#include <sys/types.h>
#include <string.h>

#include "sse.h"

/* Give the memory of a large event back when it is over. */
#define SSE_KEEP	((size_t)64 * 1024)

void
sse_init(struct sse *s, size_t max)
{
	memset(s, 0, sizeof(*s));
	s->max = max;
}

void
sse_release(struct sse *s)
{
	buf_release(&s->line);
	buf_release(&s->name);
	buf_release(&s->data);
}

void
sse_feed(struct sse *s, const char *data, size_t len)
{
	s->in = data;
	s->left = len;
}

static void
buf_again(struct buf *b)
{
	if (b->cap > SSE_KEEP)
		buf_release(b);
	else
		buf_reset(b);
}

static void
event_clear(struct sse *s)
{
	buf_again(&s->name);
	buf_again(&s->data);
	s->some = s->given = 0;
}

/* The length of the line that begins at `in', or -1 if its end is not here. */
static ssize_t
line_length(const char *in, size_t len)
{
	const char	*lf = memchr(in, '\n', len), *cr;

	cr = memchr(in, '\r', lf == NULL ? len : (size_t)(lf - in));
	if (cr != NULL)
		return cr - in;
	return lf == NULL ? -1 : lf - in;
}

/* The value of a field: one space after the colon does not belong to it. */
static void
field(struct sse *s, const char *line, size_t len)
{
	const char	*colon = memchr(line, ':', len), *value = "";
	size_t		 name = len, n = 0;

	if (colon != NULL) {
		name = (size_t)(colon - line);
		value = colon + 1;
		n = len - name - 1;
		if (n > 0 && *value == ' ') {
			value++;
			n--;
		}
	}
	if (name == 4 && memcmp(line, "data", 4) == 0) {
		if (s->some)
			buf_addch(&s->data, '\n');
		buf_add(&s->data, value, n);
		s->some = 1;
	} else if (name == 5 && memcmp(line, "event", 5) == 0) {
		buf_reset(&s->name);
		buf_add(&s->name, value, n);
	}
}

static enum sse_status
line_take(struct sse *s, const char *line, size_t len)
{
	static const char	bom[] = "\xef\xbb\xbf";

	if (!s->begun && len >= 3 && memcmp(line, bom, 3) == 0) {
		line += 3;
		len -= 3;
	}
	s->begun = 1;
	if (len == 0) {
		if (s->some)
			return SSE_EVENT;
		event_clear(s);
		return SSE_MORE;
	}
	if (*line == ':')
		return SSE_COMMENT;
	field(s, line, len);
	return SSE_MORE;
}

/* Use up `n' bytes of the input, and a line's end behind them. */
static void
advance(struct sse *s, size_t n)
{
	s->cr = s->in[n] == '\r';
	s->in += n + 1;
	s->left -= n + 1;
}

/* 1 if `more' bytes of a line do not fit beside what is held. */
static int
over(const struct sse *s, size_t more)
{
	return s->line.len + s->data.len + s->name.len + more > s->max;
}

/* One line, or the part of it that is here. */
static enum sse_status
step(struct sse *s)
{
	const char	*at = s->in;
	ssize_t		 n = line_length(s->in, s->left);
	size_t		 len = n == -1 ? s->left : (size_t)n;
	enum sse_status	 st;

	if (over(s, len)) {
		s->toobig = 1;
		return SSE_TOOBIG;
	}
	if (n == -1) {
		buf_add(&s->line, at, len);
		s->left = 0;
		return SSE_MORE;
	}
	advance(s, len);
	if (s->line.len == 0)
		return line_take(s, at, len);
	buf_add(&s->line, at, len);
	st = line_take(s, s->line.data, s->line.len);
	buf_again(&s->line);
	return st;
}

enum sse_status
sse_next(struct sse *s, struct sse_event *ev)
{
	enum sse_status	st = s->toobig ? SSE_TOOBIG : SSE_MORE;

	if (s->given)
		event_clear(s);
	while (st == SSE_MORE && s->left > 0) {
		/* CR LF is one end, also where a read came between. */
		if (s->cr && *s->in == '\n') {
			s->in++;
			s->left--;
			s->cr = 0;
			continue;
		}
		s->cr = 0;
		st = step(s);
	}
	if (st == SSE_EVENT) {
		s->given = 1;
		ev->name = buf_str(&s->name);
		ev->data = buf_str(&s->data);
		ev->len = s->data.len;
	}
	return st;
}
