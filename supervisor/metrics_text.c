#include <stdio.h>

#include "supervisor/metrics_text.h"

struct text {
	const struct metrics	*metrics;
	struct buf		*out;
	int			 last;	/* metric that was told, or -1 */
	int			 labels;	/* of the line so far */
};

static void
add_name(struct buf *b, const char *name)
{
	for (; *name != '\0'; name++)
		buf_addch(b, *name == '.' ? '_' : *name);
}

static void
add_value(struct buf *b, const char *value)
{
	for (; *value != '\0'; value++)
		switch (*value) {
		case '\\':
		case '"':
			buf_addch(b, '\\');
			buf_addch(b, *value);
			break;
		case '\n':
			buf_addstr(b, "\\n");
			break;
		default:
			buf_addch(b, *value);
		}
}

static void
add_label(const char *name, const char *value, void *arg)
{
	struct text	*t = arg;

	buf_addch(t->out, t->labels++ == 0 ? '{' : ',');
	add_name(t->out, name);
	buf_addstr(t->out, "=\"");
	add_value(t->out, value);
	buf_addch(t->out, '"');
}

/* One line; `le' is the bound of a bucket, or NULL. */
static void
add_line(struct text *t, const struct metric_series *s, const char *suffix,
    const char *le)
{
	add_name(t->out, metric_info(s->id)->name);
	buf_addstr(t->out, suffix);
	t->labels = 0;
	metrics_tags(t->metrics, s, add_label, t);
	if (le != NULL)
		add_label("le", le, t);
	buf_addstr(t->out, "} ");
}

static void
add_number(struct text *t, int64_t n)
{
	buf_addf(t->out, "%lld\n", (long long)n);
}

static void
add_histogram(struct text *t, const struct metric_series *s)
{
	const int64_t	*bounds = metric_info(s->id)->bounds;
	int64_t		 n = 0;
	char		 le[24];
	size_t		 i;

	for (i = 0; i <= METRIC_BOUNDS; i++) {
		n += s->bucket[i];
		snprintf(le, sizeof(le), "%lld", i == METRIC_BOUNDS ? 0 :
		    (long long)bounds[i]);
		add_line(t, s, "_bucket", i == METRIC_BOUNDS ? "+Inf" : le);
		add_number(t, n);
	}
	add_line(t, s, "_sum", NULL);
	add_number(t, s->value);
	add_line(t, s, "_count", NULL);
	add_number(t, s->count);
}

static void
add_head(struct text *t, const struct metric_info *info)
{
	buf_addstr(t->out, "# HELP ");
	add_name(t->out, info->name);
	buf_addf(t->out, " %s\n# TYPE ", info->help);
	add_name(t->out, info->name);
	buf_addf(t->out, " %s\n", info->kind == METRIC_HISTOGRAM ?
	    "histogram" : info->kind == METRIC_GAUGE ? "gauge" : "counter");
}

static void
add_series(const struct metric_series *s, void *arg)
{
	struct text			*t = arg;
	const struct metric_info	*info = metric_info(s->id);

	if (t->last != (int)s->id)
		add_head(t, info);
	t->last = (int)s->id;
	if (info->kind == METRIC_HISTOGRAM) {
		add_histogram(t, s);
		return;
	}
	add_line(t, s, "", NULL);
	add_number(t, s->value);
}

void
metrics_text(const struct metrics *m, struct buf *out)
{
	struct text	t = { m, out, -1, 0 };

	metrics_each(m, add_series, &t);
}
