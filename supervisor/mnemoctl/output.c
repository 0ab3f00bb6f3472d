/* What goes to the terminal: how wide it is, colours, lines. */

#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>
#include <bsd/stdlib.h>

#include "common/log.h"
#include "common/mem.h"
#include "supervisor/mnemoctl/output.h"

#define WIDTH_MAX	10000	/* columns of a terminal */
#define LINE_BYTES	4096	/* of one line that may fill a terminal */
#define ESCAPED_MAX	4	/* bytes for one: "\x1b"; "\u{00ad}" for two */

/* POSIX: COLUMNS is what the person prefers; 0 if neither is known. */
static int
terminal_width(int fd)
{
	const char	*columns = getenv("COLUMNS");
	struct winsize	 ws;
	int		 n;

	n = columns == NULL ? 0 : (int)strtonum(columns, 1, WIDTH_MAX, NULL);
	if (n == 0 && ioctl(fd, TIOCGWINSZ, &ws) == 0)
		n = ws.ws_col;
	return n;
}

void
output_init(struct output *o, FILE *fp, int64_t now)
{
	const char	*term = getenv("TERM"), *no = getenv("NO_COLOR");
	int		 fd = fileno(fp), tty = isatty(fd);

	memset(o, 0, sizeof(*o));
	o->fp = fp;
	o->now = now;
	if (tty)
		o->width = terminal_width(fd);
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
	size_t		 n, max = strnlen(s, MB_LEN_MAX);
	mbstate_t	 state;
	wchar_t		 wc;
	int		 columns;

	memset(&state, 0, sizeof(state));
	n = mbrtowc(&wc, s, max, &state);
	if (n == 0 || n > max) {
		*len = 1;
		return 1;
	}
	*len = n;
	columns = wcwidth(wc);
	return columns < 0 ? 1 : (size_t)columns;
}

size_t
output_columns(const char *s)
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

void
output_put(const struct output *o, enum style style, const char *text,
    size_t room)
{
	const char	*escape = o->colour ? escape_of(style) : "";
	int		 whole = output_columns(text) <= room;

	fputs(escape, o->fp);
	if (whole)
		fputs(text, o->fp);
	else if (room > 0)
		fprintf(o->fp, "%.*s\xe2\x80\xa6", (int)fitting(text,
		    room - 1), text);
	if (*escape != '\0')
		fputs("\033[0m", o->fp);
}

struct output
output_whole(const struct output *out)
{
	struct output	whole = *out;

	whole.width = 0;
	return whole;
}

void
output_each(const struct output *out, json_object *list,
    void (*show)(json_object *, const struct output *))
{
	size_t	i, n = list == NULL ? 0 : json_object_array_length(list);

	for (i = 0; i < n; i++)
		show(json_object_array_get_idx(list, i), out);
}

char *
output_printable(const struct output *o, const char *text)
{
	size_t	 n = strlen(text), size;
	char	*safe;

	if (o->width > 0 && n > LINE_BYTES)
		n = LINE_BYTES;
	size = n * ESCAPED_MAX + 1;
	safe = xcalloc(1, size);
	log_printable(safe, size, text, n);
	return safe;
}

void
output_line(const struct output *o, enum style style, const char *fmt, ...)
{
	va_list		 ap;
	char		*line, *safe;

	va_start(ap, fmt);
	if (vasprintf(&line, fmt, ap) == -1)
		log_fatal("a line of output");
	va_end(ap);
	safe = output_printable(o, line);
	output_put(o, style, safe, o->width > 0 ? (size_t)o->width :
	    SIZE_MAX);
	fputc('\n', o->fp);
	free(safe);
	free(line);
}
