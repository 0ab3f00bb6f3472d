#include <stdlib.h>
#include <string.h>

#include "builtin_items.h"
#include "builtin_rules.h"
#include "json.h"
#include "mem.h"
#include "worker/text.h"

#define QUOTE		200	/* bytes of a rule */
#define PLACES		4	/* groups that are named */

/* One preference as the summary quotes it: the rule alone. */
struct rule {
	const char	*text;		/* borrowed, as is `fact' */
	json_object	*fact;
	const char	*scope;
	struct buf	 where;		/* names of groups, comma-separated */
	const struct group *last;	/* that was named */
	size_t		 places;
	size_t		 confirmed;
	const char	*first;		/* words that a session began with */
	int		 wish;		/* of one session, or of its copies */
	int64_t		 time;
};

struct rules {
	struct rule	*v;
	size_t		 n;
};

/* The rule in it, or NULL: a correction may be of one delivery alone. */
static const char *
rule_text(json_object *pref)
{
	const char *kind = json_str(pref, "kind");
	const char *rule = json_str(pref, "rule");

	if (kind == NULL || rule != NULL)
		return rule;
	if (strcmp(kind, "correction") == 0 || strcmp(kind, "interrupt") == 0)
		return NULL;
	return json_str(pref, "text");
}

/* The same words, or the same wish in other words. */
static struct rule *
find_rule(struct rules *rs, const char *text, json_object *fact)
{
	struct rule *r;
	size_t i;

	for (i = 0; i < rs->n; i++) {
		r = &rs->v[i];
		if (strcmp(r->text, text) == 0 ||
		    (items_is_request(r->fact) && items_is_request(fact) &&
		    items_same_topic(r->fact, fact)))
			return r;
	}
	rs->v = xreallocarray(rs->v, rs->n + 1, sizeof(*rs->v));
	r = &rs->v[rs->n++];
	memset(r, 0, sizeof(*r));
	r->wish = 1;
	return r;
}

/* "webapi", or "mono/pkg-a" for a folder below the group's own. */
static void
add_place(struct rule *r, const struct group *g, const struct row *row)
{
	size_t n = strlen(g->cwd);

	if (r->last == g)
		return;
	r->last = g;
	if (r->places++ < PLACES) {
		buf_addf(&r->where, "%s%s", r->places > 1 ? ", " : "",
		    g->name);
		if (strncmp(row->cwd, g->cwd, n) == 0 && row->cwd[n] == '/')
			buf_addstr(&r->where, row->cwd + n);
	}
}

static void
add_rule(struct rules *rs, const struct group *g, const struct item *it)
{
	const char *text = rule_text(it->fact);
	struct rule *r;

	if (text == NULL)
		return;
	r = find_rule(rs, text, it->fact);
	add_place(r, g, it->row);
	r->confirmed += it->confirmed;
	if (r->first == NULL)
		r->first = it->first[0];
	r->wish &= items_is_request(it->fact) && it->confirmed < 2 &&
	    strcmp(r->first, it->first[0]) == 0;
	if (r->text != NULL && it->time < r->time)
		return;
	r->text = text;
	r->fact = it->fact;
	r->scope = json_str(it->fact, "scope");
	r->time = it->time;
}

static int
is_everywhere(const struct rule *r)
{
	return r->scope != NULL && strcmp(r->scope, "all") == 0;
}

/* Beyond one project: said so, or seen so. */
static int
is_global(const struct rule *r)
{
	return r->places > 1 || is_everywhere(r);
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

/* Another rule for everywhere came later and speaks of the same. */
static int
is_superseded(const struct rules *rs, const struct rule *r)
{
	const struct rule *o;
	size_t i;

	for (i = 0; i < rs->n; i++) {
		o = &rs->v[i];
		if (o != r && is_everywhere(r) && is_everywhere(o) &&
		    o->time > r->time && items_same_topic(o->fact, r->fact))
			return 1;
	}
	return 0;
}

static void
write_rule(struct buf *b, const struct rule *r)
{
	char *line = text_brief(r->text, QUOTE), *p;

	for (p = line; (p = strchr(p, '"')) != NULL; p++)
		*p = '\'';
	buf_addf(b, "- \"%s\" (", line);
	if (is_everywhere(r))
		buf_addstr(b, "all projects, ");
	else if (r->places > 1)
		buf_addf(b, "in %zu projects: ", r->places);
	buf_add(b, r->where.data, r->where.len);
	if (r->places > PLACES)
		buf_addf(b, " and %zu more", r->places - PLACES);
	if (!is_global(r) && r->scope != NULL &&
	    strcmp(r->scope, "here") == 0)
		buf_addstr(b, " only");
	buf_addstr(b, ")\n");
	free(line);
}

static void
collect(struct rules *rs, const struct groups *gs)
{
	struct items items;
	size_t i, j;

	for (i = 0; i < gs->n; i++) {
		items.v = NULL;
		items.n = 0;
		items_prefs(&items, &gs->group[i]);
		for (j = 0; j < items.n; j++)
			add_rule(rs, &gs->group[i], &items.v[j]);
		items_clear(&items);
	}
	if (rs->n > 1)
		qsort(rs->v, rs->n, sizeof(*rs->v), by_reach);
}

size_t
rules_write(struct buf *b, const struct groups *gs, size_t max)
{
	struct rules rs = { NULL, 0 };
	struct rule *r;
	size_t i, n = 0;

	collect(&rs, gs);
	for (i = 0; i < rs.n; i++) {
		r = &rs.v[i];
		if (n < max && !r->wish && !is_superseded(&rs, r)) {
			write_rule(b, r);
			n++;
		}
		buf_release(&r->where);
	}
	free(rs.v);
	return n;
}
