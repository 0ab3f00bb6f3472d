#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "supervisor/mnemoctl/mcp_text.h"
#include "supervisor/mnemoctl/mcp_tools.h"

#define CURSOR_DIGITS	9

int
mcp_path_tidy(const char *path, char **tidy)
{
	struct buf	 b = BUF_INIT;
	size_t		 len;

	*tidy = NULL;
	if (*path == '/')
		return -1;
	for (; *path != '\0'; path += len + (path[len] == '/')) {
		len = strcspn(path, "/");
		if (len == 2 && path[0] == '.' && path[1] == '.') {
			buf_release(&b);
			return -1;
		}
		if (len == 0 || (len == 1 && path[0] == '.'))
			continue;
		if (b.len > 0)
			buf_addch(&b, '/');
		buf_add(&b, path, len);
	}
	buf_grow(&b, 1);
	b.data[b.len] = '\0';
	*tidy = buf_detach(&b);
	return 0;
}

int
mcp_cursor(const char *s, size_t *index)
{
	size_t	n = strspn(s, "0123456789");

	if (n == 0 || s[n] != '\0' || n > CURSOR_DIGITS)
		return -1;
	*index = (size_t)strtoul(s, NULL, 10);
	return 0;
}

void
mcp_text_trim(const char **s, size_t *len)
{
	while (isspace((unsigned char)**s))
		(*s)++;
	*len = strlen(*s);
	while (*len > 0 && isspace((unsigned char)(*s)[*len - 1]))
		(*len)--;
}

/* Back to the start of the character that `n' is within. */
static size_t
boundary(const char *s, size_t n)
{
	size_t	i;

	for (i = n; i > 0 && n - i < 3; i--)
		if (((unsigned char)s[i] & 0xc0) != 0x80)
			return i;
	return n;
}

void
mcp_text_cut(struct buf *out, const char *s, size_t len, size_t max)
{
	size_t	n = len <= max ? len : boundary(s, max);

	buf_add(out, s, n);
	if (n < len)
		buf_addf(out, "\xe2\x80\xa6%zu tokens truncated\xe2\x80\xa6",
		    (len - n + 3) / 4);
}

/* The byte behind the newline that ends the line at `s', or the end. */
static const char *
line_end(const char *s, const char *end)
{
	const char	*nl = memchr(s, '\n', (size_t)(end - s));

	return nl == NULL ? end : nl + 1;
}

/*
 * A newline begins a line, so one at the end of a file begins an empty one;
 * that one may be asked for, too.
 */
int
mcp_lines_cut(const struct buf *text, struct mcp_lines *l, struct buf *out)
{
	const char	*s = buf_str(text), *end = s + text->len, *next;
	int64_t		 n = 1;

	for (; n < l->first; n++, s = next) {
		next = line_end(s, end);
		if (next == end && (next == s || next[-1] != '\n'))
			break;
	}
	l->total = s == end && n > 1 ? n - 1 : n;
	if (n < l->first)
		return -1;
	for (l->last = n - 1; s < end && l->last - n + 1 < l->max; s = next) {
		next = line_end(s, end);
		if (out->len + (size_t)(next - s) > MCP_CONTENT_MAX &&
		    out->len > 0)
			break;
		mcp_text_cut(out, s, (size_t)(next - s), MCP_CONTENT_MAX);
		l->cut |= (size_t)(next - s) > MCP_CONTENT_MAX;
		l->last++;
	}
	l->cut |= s < end;
	return 0;
}

/* So many lines back from `s', the start of one. */
static const char *
lines_back(const char *s, const char *begin, int64_t n, int64_t *line)
{
	while (n-- > 0 && s > begin) {
		s--;
		while (s > begin && s[-1] != '\n')
			s--;
		(*line)--;
	}
	return s;
}

int
mcp_match_next(const struct buf *text, const char *query, size_t len,
    struct mcp_match *m)
{
	const char	*begin = buf_str(text), *end = begin + text->len;
	const char	*s = begin + m->offset, *next, *p;
	const char	*hit = memmem(s, (size_t)(end - s), query, len);
	int64_t		 n;

	if (hit == NULL)
		return 0;
	for (;; s = next) {
		m->line++;
		next = line_end(s, end);
		if (hit < next)
			break;
	}
	/* A query with a newline in it is in no line. */
	if (hit + len > next || memchr(hit, '\n', len) != NULL)
		return 0;
	m->offset = (size_t)(next - begin);
	m->first = m->line;
	m->text = lines_back(s, begin, m->context, &m->first);
	for (n = m->context, p = next; n > 0 && p < end; n--)
		p = line_end(p, end);
	m->len = (size_t)(p - m->text);
	if (m->len > 0 && m->text[m->len - 1] == '\n')
		m->len--;
	return 1;
}
