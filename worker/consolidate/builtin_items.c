#include <stdlib.h>
#include <string.h>

#include "builtin_items.h"
#include "json.h"
#include "mem.h"
#include "worker/bullet.h"
#include "worker/text.h"

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

/* The words that the session began with. */
static const char *
first_request(const struct row *r)
{
	json_object *tasks = json_arr(r->facts, "tasks");
	const char *key;

	key = json_str(json_object_array_get_idx(tasks, 0), "key");
	return key == NULL ? r->thread_id : key;
}

static void
add_first(struct item *it, const char *first)
{
	size_t i;

	for (i = 0; i < it->confirmed; i++)
		if (strcmp(it->first[i], first) == 0)
			return;
	if (it->confirmed < ITEM_FIRSTS)
		it->first[it->confirmed++] = first;
}

/* What preferences are compared by, read once. */
static void
read_pref(struct item *it)
{
	json_object *topic = json_arr(it->fact, "topic");
	const char *kind = json_str(it->fact, "kind"), *word;
	size_t i;

	it->request = kind != NULL && strcmp(kind, "request") == 0;
	it->nwords = 0;
	for (i = 0; i < length(topic) && it->nwords < ITEM_WORDS; i++) {
		word = json_object_get_string(json_object_array_get_idx(topic,
		    i));
		if (word != NULL)
			it->word[it->nwords++] = text_hash(word,
			    strlen(word));
	}
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
	add_first(it, first_request(s->row));
	add_topic(it, s->topic);
	if (it->text != NULL && time < it->time)
		return;
	free(it->text);
	it->text = xstrdup(s->text);
	it->fact = s->fact;
	it->row = s->row;
	it->time = time;
	read_pref(it);
}

static void
item_clear(struct item *it)
{
	free(it->key);
	free(it->text);
	free(it->replaces);
}

static void
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

/* What one request alone asked for is no rule. */
static int
is_single(const struct item *it)
{
	return it->request && it->confirmed < 2;
}

static int
by_weight(const void *a, const void *b)
{
	const struct item *x = a, *y = b;

	if (is_single(x) != is_single(y))
		return is_single(x) - is_single(y);
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
holds(const struct item *it, uint64_t word)
{
	size_t i;

	for (i = 0; i < it->nwords; i++)
		if (it->word[i] == word)
			return 1;
	return 0;
}

/* At least half of all topic words of the two are common to both. */
int
items_same_topic(const struct item *a, const struct item *b)
{
	size_t i, common = 0;

	for (i = 0; i < a->nwords; i++)
		common += (size_t)holds(b, a->word[i]);
	return common > 0 && common * 2 >= a->nwords + b->nwords - common;
}

/* The words that may be replaced: the rule, not the story around it. */
static const char *
rule_of(json_object *pref)
{
	const char *rule = json_str(pref, "rule");

	return rule != NULL ? rule : json_str(pref, "text");
}

/* One older rule is named, the last that was in force. */
static void
supersede(struct item *newer, const struct item *older)
{
	char *p;

	if (newer->replaces != NULL && newer->replaced >= older->time)
		return;
	free(newer->replaces);
	newer->replaced = older->time;
	newer->replaces = xstrdup(rule_of(older->fact));
	for (p = newer->replaces; (p = strchr(p, '"')) != NULL; p++)
		*p = '\'';
}

static int
are_rivals(const struct item *a, const struct item *b)
{
	return !a->request && !b->request && items_same_topic(a, b);
}

/* Two rules on one thing: the newer stands.  A correction's story stays. */
static void
supersede_all(struct items *l)
{
	struct item older;
	size_t i, j;

	for (i = 0; i < l->n; i++)
		for (j = i + 1; j < l->n; ) {
			if (!are_rivals(&l->v[i], &l->v[j])) {
				j++;
				continue;
			}
			if (l->v[i].time > l->v[j].time) {
				supersede(&l->v[i], &l->v[j]);
				items_remove(l, j);
				continue;
			}
			supersede(&l->v[j], &l->v[i]);
			older = l->v[i];
			l->v[i] = l->v[j];
			l->v[j] = older;
			items_remove(l, j);
			j = i + 1;	/* another topic stands there now */
		}
}

static void
merge(struct item *a, const struct item *b)
{
	size_t i;

	for (i = 0; i < b->confirmed; i++)
		add_first(a, b->first[i]);
	for (i = 0; i < b->ntopics; i++)
		add_topic(a, b->topic[i]);
}

/* The same constraint in two sessions that began differently is a habit. */
static void
promote(struct items *l)
{
	struct item *it;
	size_t i, j;

	for (i = 0; i < l->n; i++) {
		it = &l->v[i];
		if (!it->request)
			continue;
		for (j = i + 1; j < l->n; )
			if (l->v[j].request &&
			    items_same_topic(it, &l->v[j])) {
				merge(it, &l->v[j]);
				items_remove(l, j);
			} else {
				j++;
			}
		if (is_single(it))
			continue;
		free(it->text);
		it->text = xasprintf("With %zu requests: \"%s\"",
		    it->confirmed, json_str(it->fact, "text"));
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
	items_sort(l);
}

struct items *
items_of_groups(const struct groups *gs)
{
	struct items *l = xcalloc(gs->n + 1, sizeof(*l));
	size_t i;

	for (i = 0; i < gs->n; i++)
		items_prefs(&l[i], &gs->group[i]);
	return l;
}

void
items_free(struct items *l, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		items_clear(&l[i]);
	free(l);
}
