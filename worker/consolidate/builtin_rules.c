#include <stdlib.h>
#include <string.h>

#include "builtin_items.h"
#include "builtin_rules.h"
#include "json.h"
#include "mem.h"
#include "worker/text.h"

#define QUOTE		200	/* bytes of a rule */

/* One preference as the summary quotes it: the rule alone. */
struct rule {
	char		*text;
	char		*where;		/* names of groups, comma-separated */
	const char	*scope;
	size_t		 places;
	size_t		 confirmed;
	int64_t		 time;
};

struct rules {
	struct rule	*v;
	size_t		 n;
};

/* "webapi", or "mono/pkg-a" for a folder below the group's own. */
static char *
place(const struct group *g, const struct row *r)
{
	size_t n = strlen(g->cwd);

	if (strncmp(r->cwd, g->cwd, n) == 0 && r->cwd[n] == '/')
		return xasprintf("%s%s", g->name, r->cwd + n);
	return xstrdup(g->name);
}

static void
add_rule(struct rules *rs, const struct group *g, const struct item *it)
{
	const char *kind = json_str(it->fact, "kind");
	const char *text = json_str(it->fact, "rule");
	char *where, *old;
	struct rule *r;
	size_t i;

	if (kind == NULL || (strcmp(kind, "request") == 0 &&
	    it->ntopics < 2) || (strcmp(kind, "correction") == 0 &&
	    text == NULL) || (strcmp(kind, "interrupt") == 0 && text == NULL))
		return;
	if (text == NULL)
		text = json_str(it->fact, "text");
	for (i = 0; i < rs->n && strcmp(rs->v[i].text, text) != 0; i++)
		continue;
	where = place(g, it->row);
	if (i == rs->n) {
		rs->v = xreallocarray(rs->v, rs->n + 1, sizeof(*rs->v));
		memset(&rs->v[rs->n++], 0, sizeof(*rs->v));
		rs->v[i].text = xstrdup(text);
		rs->v[i].where = where;
	} else {
		old = rs->v[i].where;
		rs->v[i].where = xasprintf("%s, %s", old, where);
		free(old);
		free(where);
	}
	r = &rs->v[i];
	r->places++;
	r->confirmed += it->confirmed;
	r->scope = json_str(it->fact, "scope");
	r->time = it->time > r->time ? it->time : r->time;
}

static int
is_global(const struct rule *r)
{
	return r->places > 1 || (r->scope != NULL &&
	    strcmp(r->scope, "all") == 0);
}

/* Rules for everywhere first, then the most confirmed, then the newest. */
static int
by_reach(const void *a, const void *b)
{
	const struct rule *x = a, *y = b;

	if (is_global(x) != is_global(y))
		return is_global(y) - is_global(x);
	if (x->confirmed != y->confirmed)
		return x->confirmed > y->confirmed ? -1 : 1;
	if (x->time != y->time)
		return x->time > y->time ? -1 : 1;
	return strcmp(x->text, y->text);
}

static void
write_rule(struct buf *b, const struct rule *r)
{
	char *line = text_line(r->text, QUOTE), *p;

	for (p = line; (p = strchr(p, '"')) != NULL; p++)
		*p = '\'';
	buf_addf(b, "- \"%s\" (%s%s%s)\n", line, is_global(r) ?
	    "all projects, " : "", r->where, !is_global(r) &&
	    r->scope != NULL && strcmp(r->scope, "here") == 0 ? " only" : "");
	free(line);
}

void
rules_write(struct buf *b, const struct groups *gs, size_t max)
{
	struct rules rs = { NULL, 0 };
	struct items items;
	size_t i, j;

	for (i = 0; i < gs->n; i++) {
		items.v = NULL;
		items.n = 0;
		items_prefs(&items, &gs->group[i]);
		for (j = 0; j < items.n; j++)
			add_rule(&rs, &gs->group[i], &items.v[j]);
		items_clear(&items);
	}
	if (rs.n > 1)
		qsort(rs.v, rs.n, sizeof(*rs.v), by_reach);
	buf_addstr(b, "## User preferences\n");
	for (i = 0; i < rs.n && i < max; i++)
		write_rule(b, &rs.v[i]);
	if (rs.n == 0)
		buf_addstr(b, "None was told yet.\n");
	buf_addch(b, '\n');
	for (i = 0; i < rs.n; i++) {
		free(rs.v[i].text);
		free(rs.v[i].where);
	}
	free(rs.v);
}
