#include <stdlib.h>
#include <string.h>

#include "builtin_items.h"
#include "builtin_rules.h"
#include "json.h"
#include "mem.h"
#include "worker/text.h"

#define QUOTE		200	/* bytes of a rule */
#define PLACES		4	/* groups that are named */

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
find_rule(struct rules *rs, const char *text, const struct item *it)
{
	uint64_t hash = text_hash(text, strlen(text));
	struct rule *r;
	size_t i;

	for (i = 0; i < rs->n; i++) {
		r = &rs->v[i];
		if ((r->hash == hash && strcmp(r->text, text) == 0) ||
		    (r->item->request && it->request &&
		    items_same_topic(r->item, it)))
			return r;
	}
	rs->v = xreallocarray(rs->v, rs->n + 1, sizeof(*rs->v));
	r = &rs->v[rs->n++];
	memset(r, 0, sizeof(*r));
	r->first = it->first[0];
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
	r = find_rule(rs, text, it);
	add_place(r, g, it->row);
	r->confirmed += it->confirmed;
	r->wish &= it->request && it->confirmed < 2 &&
	    strcmp(r->first, it->first[0]) == 0;
	if (r->item != NULL && it->time < r->item->time)
		return;
	r->text = text;
	r->hash = text_hash(text, strlen(text));
	r->item = it;
	r->scope = json_str(it->fact, "scope");
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
	if (x->item->time != y->item->time)
		return x->item->time > y->item->time ? -1 : 1;
	return strcmp(x->text, y->text);
}

/* Another rule for everywhere came later and speaks of the same. */
static int
is_superseded(const struct rules *rs, const struct rule *r)
{
	const struct rule *o;
	size_t i;

	if (!is_everywhere(r))
		return 0;
	for (i = 0; i < rs->n; i++) {
		o = &rs->v[i];
		if (o != r && is_everywhere(o) &&
		    o->item->time > r->item->time &&
		    items_same_topic(o->item, r->item))
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

/* What is no rule after all goes. */
static void
drop_others(struct rules *rs)
{
	struct rules all = *rs;
	unsigned char *gone = xcalloc(rs->n + 1, 1);
	size_t i;

	for (i = 0; i < all.n; i++)
		gone[i] = all.v[i].wish || is_superseded(&all, &all.v[i]);
	rs->n = 0;
	for (i = 0; i < all.n; i++)
		if (gone[i])
			buf_release(&all.v[i].where);
		else
			rs->v[rs->n++] = all.v[i];
	free(gone);
}

void
rules_make(struct rules *rs, const struct groups *gs,
    const struct items *prefs)
{
	size_t i, j;

	memset(rs, 0, sizeof(*rs));
	for (i = 0; i < gs->n; i++)
		for (j = 0; j < prefs[i].n; j++)
			add_rule(rs, &gs->group[i], &prefs[i].v[j]);
	drop_others(rs);
	if (rs->n > 1)
		qsort(rs->v, rs->n, sizeof(*rs->v), by_reach);
}

void
rules_clear(struct rules *rs)
{
	while (rs->n > 0)
		buf_release(&rs->v[--rs->n].where);
	free(rs->v);
	memset(rs, 0, sizeof(*rs));
}

void
rules_write(const struct rules *rs, struct buf *b, size_t max)
{
	size_t i;

	for (i = 0; i < rs->n && i < max; i++)
		write_rule(b, &rs->v[i]);
}
