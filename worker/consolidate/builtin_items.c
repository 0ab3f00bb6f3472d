#include <stdlib.h>
#include <string.h>

#include "builtin_items.h"
#include "json.h"
#include "mem.h"
#include "worker/bullet.h"

static size_t
length(json_object *arr)
{
	return arr == NULL ? 0 : json_object_array_length(arr);
}

static void
add_topic(struct item *it, unsigned topic)
{
	size_t i;

	for (i = 0; i < it->ntopics; i++)
		if (it->topic[i] == topic)
			return;
	if (it->ntopics < ITEM_TOPICS)
		it->topic[it->ntopics++] = topic;
}

void
items_add(struct items *l, const struct said *s)
{
	int64_t time = json_int(s->fact, "time", s->row->updated_at);
	struct item *it;
	size_t i;

	for (i = 0; i < l->n; i++)
		if (strcmp(l->v[i].key, s->key) == 0)
			break;
	if (i == l->n) {
		l->v = xreallocarray(l->v, l->n + 1, sizeof(*l->v));
		memset(&l->v[l->n++], 0, sizeof(*l->v));
		l->v[i].key = xstrdup(s->key);
		l->v[i].seq = i;
	}
	it = &l->v[i];
	it->confirmed++;
	add_topic(it, s->topic);
	if (it->text != NULL && time < it->time)
		return;
	free(it->text);
	it->text = xstrdup(s->text);
	it->fact = s->fact;
	it->row = s->row;
	it->time = time;
}

static void
item_clear(struct item *it)
{
	free(it->key);
	free(it->text);
	free(it->replaces);
}

void
items_remove(struct items *l, size_t i)
{
	item_clear(&l->v[i]);
	memmove(&l->v[i], &l->v[i + 1], (l->n - i - 1) * sizeof(*l->v));
	l->n--;
}

void
items_clear(struct items *l)
{
	while (l->n > 0)
		item_clear(&l->v[--l->n]);
	free(l->v);
	l->v = NULL;
}

static int
is_request(json_object *pref)
{
	const char *kind = json_str(pref, "kind");

	return kind != NULL && strcmp(kind, "request") == 0;
}

static int
by_weight(const void *a, const void *b)
{
	const struct item *x = a, *y = b;

	if (is_request(x->fact) != is_request(y->fact))
		return is_request(x->fact) - is_request(y->fact);
	if (x->confirmed != y->confirmed)
		return x->confirmed > y->confirmed ? -1 : 1;
	if (x->row->updated_at != y->row->updated_at)
		return x->row->updated_at > y->row->updated_at ? -1 : 1;
	return x->seq < y->seq ? -1 : x->seq > y->seq;
}

void
items_sort(struct items *l)
{
	if (l->n > 1)
		qsort(l->v, l->n, sizeof(*l->v), by_weight);
}

void
items_write(const struct items *l, struct buf *b, const char *heading,
    size_t max)
{
	const struct item *it;
	size_t i, j;

	if (l->n == 0 || max == 0)
		return;
	buf_addf(b, "\n## %s\n", heading);
	for (i = 0; i < l->n && i < max; i++) {
		it = &l->v[i];
		buf_addf(b, "- %s", it->text);
		if (it->replaces != NULL)
			buf_addf(b, " (replaces the earlier \"%s\")",
			    it->replaces);
		for (j = 0; j < it->ntopics; j++)
			buf_addf(b, "%s[Task %u]", j == 0 ? " " : "",
			    it->topic[j]);
		buf_addch(b, '\n');
	}
}

static int
holds(json_object *arr, const char *word)
{
	size_t i;

	for (i = 0; i < length(arr); i++)
		if (strcmp(json_object_get_string(json_object_array_get_idx(
		    arr, i)), word) == 0)
			return 1;
	return 0;
}

/* At least half of all topic words of the two are common to both. */
static int
same_topic(json_object *a, json_object *b)
{
	json_object *x = json_arr(a, "topic"), *y = json_arr(b, "topic");
	size_t i, common = 0, all;

	for (i = 0; i < length(x); i++)
		common += (size_t)holds(y, json_object_get_string(
		    json_object_array_get_idx(x, i)));
	all = length(x) + length(y) - common;
	return common > 0 && common * 2 >= all;
}

/* The words that may be replaced: the rule, not the story around it. */
static const char *
rule_of(json_object *pref)
{
	const char *rule = json_str(pref, "rule");

	return rule != NULL ? rule : json_str(pref, "text");
}

static void
supersede(struct item *newer, const struct item *older)
{
	char *p;

	if (newer->replaces != NULL)
		return;
	newer->replaces = xstrdup(rule_of(older->fact));
	for (p = newer->replaces; (p = strchr(p, '"')) != NULL; p++)
		*p = '\'';
}

/* Two rules on one thing: the newer stands.  A correction's story stays. */
static void
supersede_all(struct items *l)
{
	size_t i, j, older;

	for (i = 0; i < l->n; i++)
		for (j = i + 1; j < l->n; ) {
			if (is_request(l->v[i].fact) ||
			    is_request(l->v[j].fact) ||
			    !same_topic(l->v[i].fact, l->v[j].fact)) {
				j++;
				continue;
			}
			older = l->v[i].time <= l->v[j].time ? i : j;
			supersede(&l->v[older == i ? j : i], &l->v[older]);
			items_remove(l, older);
			j = i + 1;
		}
}

/* The same constraint on two different requests is a habit. */
static void
promote(struct items *l)
{
	struct item *a, *b;
	size_t i, j, k;
	char *text;

	for (i = 0; i < l->n; i++) {
		for (j = i + 1; j < l->n; ) {
			a = &l->v[i];
			b = &l->v[j];
			if (!is_request(a->fact) || !is_request(b->fact) ||
			    !same_topic(a->fact, b->fact)) {
				j++;
				continue;
			}
			a->confirmed += b->confirmed;
			for (k = 0; k < b->ntopics; k++)
				add_topic(a, b->topic[k]);
			items_remove(l, j);
		}
		if (!is_request(l->v[i].fact) || l->v[i].ntopics < 2)
			continue;
		text = xasprintf("With %zu requests: \"%s\"",
		    l->v[i].ntopics, json_str(l->v[i].fact, "text"));
		free(l->v[i].text);
		l->v[i].text = text;
	}
}

static void
add_prefs(struct items *l, const struct ref *r, unsigned topic)
{
	json_object *prefs = json_arr(r->task, "prefs"), *pref;
	struct buf text = BUF_INIT;
	struct said s;
	size_t i;

	for (i = 0; i < length(prefs); i++) {
		pref = json_object_array_get_idx(prefs, i);
		buf_reset(&text);
		if (!bullet_pref(&text, pref))
			continue;
		s.key = json_str(pref, "text");
		s.text = buf_str(&text);
		s.fact = pref;
		s.row = r->row;
		s.topic = topic;
		items_add(l, &s);
	}
	buf_release(&text);
}

void
items_prefs(struct items *l, const struct group *g)
{
	size_t i, j;

	for (i = 0; i < g->n; i++)
		for (j = 0; j < g->topic[i].n; j++)
			add_prefs(l, &g->topic[i].ref[j], (unsigned)i + 1);
	items_sort(l);
	supersede_all(l);
	promote(l);
}
