/* Tables: what a person reads in columns. */

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "common/json.h"
#include "common/log.h"
#include "common/mem.h"
#include "supervisor/mnemoctl/table.h"
#include "supervisor/mnemoctl/when.h"

#define GAP		2	/* columns between cells */
#define TEXT_MIN	10	/* columns that a text keeps */
#define ALIGN_MAX	160	/* a wider cell moves the rest of its row */

struct cell {
	char		*text;		/* printable */
	size_t		 columns;
	enum style	 style;
};

struct table {
	const struct output		*out;
	const struct table_column	*columns;
	size_t				 ncolumns;
	int				 id_length;
	struct cell			*cells;
	size_t				 n;
};

struct table *
table_new(const struct output *out, const struct table_column *columns)
{
	struct table	*t = xcalloc(1, sizeof(*t));

	t->out = out;
	t->columns = columns;
	for (; columns->name != NULL; columns++, t->ncolumns++)
		;
	for (columns = t->columns; columns->name != NULL; columns++)
		table_add(t, STYLE_HEAD, columns->name);
	return t;
}

void
table_add(struct table *t, enum style style, const char *text)
{
	struct cell	*c;

	if (text == NULL || *text == '\0')
		text = "-";
	t->cells = xreallocarray(t->cells, t->n + 1, sizeof(*t->cells));
	c = &t->cells[t->n++];
	c->text = output_printable(t->out, text);
	c->columns = output_columns(c->text);
	c->style = style;
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

void
table_number(struct table *t, int64_t n)
{
	table_addf(t, "%lld", (long long)n);
}

void
table_ids(struct table *t, int64_t length)
{
	t->id_length = (int)length;
}

void
table_id(struct table *t, const char *id)
{
	table_addf(t, "%.*s", t->id_length, id == NULL ? "" : id);
}

void
table_time(struct table *t, int64_t when)
{
	char	text[TIME_TEXT];

	table_add(t, STYLE_PLAIN, time_text(text, when, t->out->now));
}

void
table_span(struct table *t, int64_t from, int64_t to)
{
	char	text[TIME_TEXT];

	if (to == 0)
		to = t->out->now;
	table_add(t, STYLE_PLAIN, span_text(text, to > from ? to - from : 0));
}

void
table_rows(struct table *t, json_object *list,
    void (*row)(struct table *, json_object *))
{
	size_t	i, n = json_count(list);

	for (i = 0; i < n; i++)
		row(t, json_object_array_get_idx(list, i));
}

static size_t
widest_cell(const struct table *t, size_t column)
{
	size_t	 i, max = 0;

	for (i = column; i < t->n; i += t->ncolumns)
		if (t->cells[i].columns > max)
			max = t->cells[i].columns;
	return t->out->width == 0 && max > ALIGN_MAX ? ALIGN_MAX : max;
}

/* The widest column that may still give; ncolumns if there is none. */
static size_t
widest_text(const struct table *t, const size_t *widths)
{
	size_t	 i, best = t->ncolumns, width = TEXT_MIN;

	for (i = 0; i < t->ncolumns; i++)
		if (t->columns[i].kind == TABLE_TEXT && widths[i] > width) {
			best = i;
			width = widths[i];
		}
	return best;
}

static void
make_room(const struct table *t, size_t *widths)
{
	size_t	 i, sum = 0, room = (size_t)t->out->width;

	for (i = 0; i < t->ncolumns; i++)
		sum += widths[i] + (i > 0 ? GAP : 0);
	for (; sum > room; sum--) {
		i = widest_text(t, widths);
		if (i == t->ncolumns)
			return;
		widths[i]--;
	}
}

static void
put_spaces(const struct output *o, size_t n)
{
	fprintf(o->fp, "%*s", (int)n, "");
}

/* One cell; returns the spaces that are owed before the next one. */
static size_t
put_cell(const struct table *t, const struct cell *c, size_t width)
{
	size_t	 pad = c->columns < width ? width - c->columns : 0;
	size_t	 column = (size_t)(c - t->cells) % t->ncolumns;

	if (t->columns[column].kind == TABLE_NUMBER) {
		put_spaces(t->out, pad);
		pad = 0;
	}
	output_put(t->out, c->style, c->text, t->out->width > 0 ? width :
	    SIZE_MAX);
	return pad + GAP;
}

static void
put_row(const struct table *t, size_t first, const size_t *widths)
{
	size_t	 i, width, owed = 0, room = SIZE_MAX;

	if (t->out->width > 0)
		room = (size_t)t->out->width;
	for (i = 0; i < t->ncolumns && room > 0; i++) {
		put_spaces(t->out, owed);
		width = widths[i] < room ? widths[i] : room;
		owed = put_cell(t, &t->cells[first + i], width);
		room -= width;
		room -= room > GAP ? GAP : room;
	}
	fputc('\n', t->out->fp);
}

void
table_print(struct table *t)
{
	size_t	*widths = xcalloc(t->ncolumns, sizeof(*widths)), i;

	if (t->n % t->ncolumns != 0)
		BUG("a table of %zu cells in %zu columns", t->n,
		    t->ncolumns);
	for (i = 0; i < t->ncolumns; i++)
		widths[i] = widest_cell(t, i);
	if (t->out->width > 0)
		make_room(t, widths);
	for (i = 0; i < t->n; i += t->ncolumns)
		put_row(t, i, widths);
	while (t->n > 0)
		free(t->cells[--t->n].text);
	free(t->cells);
	free(t);
	free(widths);
}
