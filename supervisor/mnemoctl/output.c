/* Lines and tables for people, JSON for programs. */

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

#include "common/buf.h"
#include "common/json.h"
#include "common/log.h"
#include "common/mem.h"
#include "supervisor/mnemoctl/output.h"

#define GAP		2	/* columns between cells */
#define ID_MIN		8
#define LINE_BYTES	4096	/* a cell or a line is cut to this */

void
output_init(struct output *o, FILE *fp, int64_t now)
{
	const char	*term = getenv("TERM"), *no = getenv("NO_COLOR");
	struct winsize	 ws;
	int		 fd = fileno(fp), tty = isatty(fd);

	memset(o, 0, sizeof(*o));
	o->fp = fp;
	o->now = now;
	if (tty && ioctl(fd, TIOCGWINSZ, &ws) == 0)
		o->width = ws.ws_col;
	o->colour = tty && (no == NULL || *no == '\0') && term != NULL &&
	    strcmp(term, "dumb") != 0;
}

static const char *
escape_of(enum style style)
{
	switch (style) {
	case STYLE_PLAIN:
		return "";
	case STYLE_HEAD:
		return "\033[1m";
	case STYLE_GOOD:
		return "\033[32m";
	case STYLE_BAD:
		return "\033[31m";
	case STYLE_DIM:
		return "\033[2m";
	}
	BUG("style %d", (int)style);
}

/* Columns of the character at `s'; its bytes in *len.  Never 0 bytes. */
static size_t
char_columns(const char *s, size_t *len)
{
	mbstate_t	 state;
	wchar_t		 wc;
	size_t		 n;
	int		 columns;

	memset(&state, 0, sizeof(state));
	n = mbrtowc(&wc, s, strlen(s), &state);
	if (n == 0 || n > strlen(s)) {
		*len = 1;
		return 1;
	}
	*len = n;
	columns = wcwidth(wc);
	return columns < 0 ? 1 : (size_t)columns;
}

static size_t
text_columns(const char *s)
{
	size_t	 n = 0, len;

	for (; *s != '\0'; s += len)
		n += char_columns(s, &len);
	return n;
}

/* Bytes of `s' that fit into so many columns. */
static size_t
fitting(const char *s, size_t columns)
{
	const char	*p = s;
	size_t		 n, len;

	for (; *p != '\0'; p += len) {
		n = char_columns(p, &len);
		if (n > columns)
			break;
		columns -= n;
	}
	return (size_t)(p - s);
}

/* Text that is printable already; what does not fit ends in an ellipsis. */
static void
put(const struct output *o, enum style style, const char *text, size_t room)
{
	const char	*escape = o->colour ? escape_of(style) : "";
	int		 whole = text_columns(text) <= room;

	fputs(escape, o->fp);
	if (whole)
		fputs(text, o->fp);
	else if (room > 0)
		fprintf(o->fp, "%.*s\xe2\x80\xa6", (int)fitting(text,
		    room - 1), text);
	if (*escape != '\0')
		fputs("\033[0m", o->fp);
}

void
output_line(const struct output *o, enum style style, const char *fmt, ...)
{
	char		 text[LINE_BYTES], *line;
	va_list		 ap;

	va_start(ap, fmt);
	if (vasprintf(&line, fmt, ap) == -1)
		log_fatal("a line of output");
	va_end(ap);
	log_printable(text, sizeof(text), line, strlen(line));
	put(o, style, text, o->width > 0 ? (size_t)o->width : SIZE_MAX);
	fputc('\n', o->fp);
	free(line);
}

struct cell {
	char		*text;		/* printable */
	enum style	 style;
};

struct table {
	size_t		 columns;
	struct cell	*cells;
	size_t		 n;
};

struct table *
table_new(size_t columns)
{
	struct table	*t = xcalloc(1, sizeof(*t));

	t->columns = columns;
	return t;
}

void
table_add(struct table *t, enum style style, const char *text)
{
	char	 safe[LINE_BYTES];

	if (text == NULL || *text == '\0')
		text = "-";
	log_printable(safe, sizeof(safe), text, strlen(text));
	t->cells = xreallocarray(t->cells, t->n + 1, sizeof(*t->cells));
	t->cells[t->n].text = xstrdup(safe);
	t->cells[t->n++].style = style;
}

void
table_addf(struct table *t, const char *fmt, ...)
{
	va_list	 ap;
	char	*text;

	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) == -1)
		log_fatal("a cell of output");
	va_end(ap);
	table_add(t, STYLE_PLAIN, text);
	free(text);
}

static size_t
column_width(const struct table *t, size_t column)
{
	size_t	 i, n, max = 0;

	for (i = column; i < t->n; i += t->columns) {
		n = text_columns(t->cells[i].text);
		if (n > max)
			max = n;
	}
	return max;
}

static void
put_row(const struct table *t, const struct output *o, size_t first,
    const size_t *widths)
{
	size_t			 i, n, room;
	const struct cell	*c;

	room = o->width > 0 ? (size_t)o->width : SIZE_MAX;
	for (i = 0; i < t->columns && room > 0; i++) {
		c = &t->cells[first + i];
		put(o, c->style, c->text, room);
		n = text_columns(c->text);
		if (i + 1 == t->columns || widths[i] + GAP >= room)
			break;
		fprintf(o->fp, "%*s", (int)(widths[i] + GAP - n), "");
		room -= widths[i] + GAP;
	}
	fputc('\n', o->fp);
}

void
table_print(struct table *t, const struct output *o)
{
	size_t	*widths = xcalloc(t->columns, sizeof(*widths));
	size_t	 i;

	if (t->n % t->columns != 0)
		BUG("a table of %zu cells in %zu columns", t->n, t->columns);
	for (i = 0; i < t->columns; i++)
		widths[i] = column_width(t, i);
	for (i = 0; i < t->n; i += t->columns)
		put_row(t, o, i, widths);
	while (t->n > 0)
		free(t->cells[--t->n].text);
	free(t->cells);
	free(t);
	free(widths);
}

const char *
span_text(char buf[TIME_TEXT], int64_t seconds)
{
	static const struct {
		int64_t		 seconds;
		const char	*name;
	} units[] = {
		{ 365 * 86400LL, "year" }, { 86400, "day" },
		{ 3600, "hour" }, { 60, "minute" }, { 1, "second" }
	};
	size_t	 i = 0;
	int64_t	 n;

	while (i < 4 && seconds < 2 * units[i].seconds)
		i++;
	n = seconds / units[i].seconds;
	snprintf(buf, TIME_TEXT, "%lld %s%s", (long long)n, units[i].name,
	    n == 1 ? "" : "s");
	return buf;
}

const char *
time_text(char buf[TIME_TEXT], int64_t when, int64_t now)
{
	char	 span[TIME_TEXT];

	if (when == 0)
		snprintf(buf, TIME_TEXT, "-");
	else if (when == now)
		snprintf(buf, TIME_TEXT, "now");
	else if (when > now)
		snprintf(buf, TIME_TEXT, "in %.40s",
		    span_text(span, when - now));
	else
		snprintf(buf, TIME_TEXT, "%.40s ago",
		    span_text(span, now - when));
	return buf;
}

/* One code point as JSON escapes. */
static void
put_escape(FILE *fp, uint32_t c)
{
	if (c < 0x10000) {
		fprintf(fp, "\\u%04x", (unsigned)c);
		return;
	}
	c -= 0x10000;
	fprintf(fp, "\\u%04x\\u%04x", (unsigned)(0xd800 + (c >> 10)),
	    (unsigned)(0xdc00 + (c & 0x3ff)));
}

/* The C.UTF-8 locale of main() decodes; wchar_t is a code point there. */
void
output_json(FILE *fp, json_object *doc)
{
	struct buf	 text = BUF_INIT;
	const char	*p, *end;
	mbstate_t	 state;
	wchar_t		 wc;
	size_t		 n;

	json_write(&text, doc);
	end = buf_str(&text) + text.len;
	for (p = buf_str(&text); p < end; p += n) {
		n = 1;
		if (*p >= ' ' && *p < 0x7f) {
			fputc(*p, fp);
			continue;
		}
		memset(&state, 0, sizeof(state));
		n = mbrtowc(&wc, p, (size_t)(end - p), &state);
		if (n == 0 || n > (size_t)(end - p)) {
			n = 1;
			wc = 0xfffd;
		}
		put_escape(fp, (uint32_t)wc);
	}
	fputc('\n', fp);
	buf_release(&text);
}

static int
by_text(const void *a, const void *b)
{
	const char	*const *x = a, *const *y = b;

	return strcmp(*x, *y);
}

size_t
output_id_length(const char **ids, size_t n)
{
	size_t	 i, same, length = ID_MIN;

	if (n > 0)
		qsort(ids, n, sizeof(*ids), by_text);
	for (i = 1; i < n; i++) {
		same = 0;
		while (ids[i][same] != '\0' &&
		    ids[i - 1][same] == ids[i][same])
			same++;
		if (same + 1 > length)
			length = same + 1;
	}
	return length;
}
