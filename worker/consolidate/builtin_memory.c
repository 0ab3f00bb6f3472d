#include <stdlib.h>
#include <string.h>

#include "builtin_blocks.h"
#include "builtin_items.h"
#include "builtin_memory.h"
#include "json.h"
#include "monotime.h"
#include "worker/bullet.h"
#include "worker/text.h"

#define SCOPE_FILES	4
#define SCOPE_WORDS	3
#define KEYWORDS	14

static size_t
length(json_object *arr)
{
	return arr == NULL ? 0 : json_object_array_length(arr);
}

/* A value between ';' and ',' marks: those characters would end it. */
static void
add_value(struct buf *b, const char *s)
{
	char *line = text_line(s, 1024), *p;

	for (p = line; *p != '\0'; p++)
		if (*p == ';' || *p == '(' || *p == ')')
			*p = '_';
	buf_addstr(b, line);
	free(line);
}

/* Strings of one array of all the group's tasks, each once. */
static void
add_distinct(struct buf *b, const struct group *g, const char *key,
    size_t max)
{
	struct buf seen = BUF_INIT, probe = BUF_INIT;
	json_object *arr;
	const char *s;
	size_t i, j, n = 0;

	buf_addch(&seen, '\n');
	for (i = g->n; i > 0; i--) {
		arr = json_arr(topic_latest(&g->topic[i - 1])->task, key);
		for (j = 0; j < length(arr) && n < max; j++) {
			s = json_object_get_string(
			    json_object_array_get_idx(arr, j));
			if (max == SCOPE_WORDS && strpbrk(s, "./()") != NULL)
				continue;	/* files stand before them */
			buf_reset(&probe);
			buf_addf(&probe, "\n%s\n", s);
			if (strstr(buf_str(&seen), buf_str(&probe)) != NULL)
				continue;
			buf_addf(&seen, "%s\n", s);
			buf_addf(b, "%s%s", n++ > 0 ? ", " : "", s);
		}
	}
	buf_release(&probe);
	buf_release(&seen);
}

/* Of a model's tasks it is not known which files were edited. */
static int
any_told(const struct group *g)
{
	size_t i;

	for (i = 0; i < g->n; i++)
		if (json_flag(topic_latest(&g->topic[i])->task, "told", 0))
			return 1;
	return 0;
}

static void
add_scope(struct buf *b, const struct group *g)
{
	struct buf files = BUF_INIT, words = BUF_INIT;

	add_distinct(&files, g, "files", SCOPE_FILES);
	add_distinct(&words, g, "keywords", SCOPE_WORDS);
	if (files.len == 0)
		buf_addstr(&files, any_told(g) ? "told by a model" :
		    "no files edited");
	buf_addf(b, "scope: %s%s%s\n", buf_str(&files), words.len > 0 ?
	    "; " : "", buf_str(&words));
	buf_release(&files);
	buf_release(&words);
}

static int
any_fact(const struct group *g, const char *list, const char *key,
    const char *val)
{
	json_object *arr;
	const char *s;
	size_t i, j;

	for (i = 0; i < g->n; i++) {
		arr = json_arr(topic_latest(&g->topic[i])->task, list);
		for (j = 0; j < length(arr); j++) {
			s = json_str(json_object_array_get_idx(arr, j), key);
			if (s != NULL && strstr(s, val) != NULL)
				return 1;
		}
	}
	return 0;
}

static void
add_applies(struct buf *b, const struct group *g)
{
	size_t i;

	buf_addstr(b, "applies_to: cwd=");
	add_value(b, g->cwd);
	buf_addstr(b, "; reuse_rule=");
	if (any_fact(g, "prefs", "scope", "all"))
		buf_addstr(b, "preferences marked \"all projects\" hold "
		    "everywhere, the rest only here");
	else
		buf_addstr(b, "this folder and its repository");
	for (i = 0; i < g->ndirs; i++) {
		buf_addstr(b, i == 0 ? ", also " : " and ");
		add_value(b, g->dirs[i]);
	}
	if (g->ndirs > 0)
		buf_addstr(b, " [same repository]");
	if (any_fact(g, "failures", "error", "command not found"))
		buf_addstr(b, ", missing programs are of this machine and "
		    "dated");
	buf_addstr(b, BLOCK_MARKER "\n");
}

static void
add_ref(struct buf *b, const struct ref *r, int latest)
{
	const char *note = json_str(r->task, "note");
	char when[RFC3339_SIZE];

	rfc3339_format_s(when, r->row->updated_at);
	buf_addf(b, "- %s.md (cwd=", r->row->stem);
	add_value(b, r->row->cwd);
	buf_addstr(b, ", rollout_path=");
	add_value(b, r->row->path);
	buf_addf(b, ", updated_at=%s, thread_id=%s, %s)\n", when,
	    r->row->thread_id, latest && note != NULL ? note :
	    "same request");
}

static void
add_topic(struct buf *b, const struct topic *t, size_t number)
{
	const struct ref *latest = topic_latest(t);
	const char *how = json_str(latest->task, "how");
	const char *outcome = json_str(latest->task, "outcome");
	size_t i;

	buf_addf(b, "\n## Task %zu: %s, %s%s%s", number,
	    json_str(latest->task, "title"),
	    outcome == NULL ? "uncertain" : outcome, how == NULL ? "" : " ",
	    how == NULL ? "" : how);
	if (t->n > 1)
		buf_addf(b, " (same request in %zu sessions, counted once)",
		    t->n);
	buf_addstr(b, "\n### rollout_summary_files\n");
	add_ref(b, latest, 1);
	for (i = t->n; i > 0; i--)
		if (&t->ref[i - 1] != latest)
			add_ref(b, &t->ref[i - 1], 0);
	buf_addstr(b, "### keywords\n");
	bullet_join(b, json_arr(latest->task, "keywords"), ", ", KEYWORDS);
	buf_addch(b, '\n');
}

/*
 * What is told of a fact: its bullet, and its key where that is not the
 * bullet itself.  0: nothing is.
 */
struct telling {
	const char	*list;		/* of a task's facts */
	int		(*tell)(struct buf *text, struct buf *key,
			    const struct said *, const char *home);
};

/* The same command in another folder is another check. */
static int
tell_check(struct buf *text, struct buf *key, const struct said *s,
    const char *home)
{
	const char *dir = json_str(s->fact, "dir");

	if (!bullet_check(text, s->fact, home))
		return 0;
	buf_addf(key, "%s\n%s", json_str(s->fact, "command"),
	    dir == NULL ? s->row->cwd : dir);
	return 1;
}

static int
tell_diagnosis(struct buf *text, struct buf *key, const struct said *s,
    const char *home)
{
	const char *command = json_str(s->fact, "command");

	(void)home;
	if (command == NULL)
		return 0;
	buf_addstr(key, command);
	return bullet_diagnosis(text, s->fact);
}

static int
tell_knowledge(struct buf *text, struct buf *key, const struct said *s,
    const char *home)
{
	(void)key;
	(void)home;
	return bullet_told(text, s->fact);
}

/* A command may fail for several reasons, each of which is told. */
static int
tell_failure(struct buf *text, struct buf *key, const struct said *s,
    const char *home)
{
	const char *command = json_str(s->fact, "command");
	const char *error = json_str(s->fact, "error");

	(void)home;
	if (command != NULL)
		buf_addf(key, "%s\n%s", command, error == NULL ? "" : error);
	return bullet_failure(text, s->fact);
}

static const struct telling	checks = { "checks", tell_check };
static const struct telling	diagnoses = { "diagnoses", tell_diagnosis };
static const struct telling	told = { "knowledge", tell_knowledge };
static const struct telling	failed = { "failures", tell_failure };

static void
add_each(struct items *l, const struct said *of, const struct telling *t,
    const char *home)
{
	json_object *arr = json_arr(of->fact, t->list);
	struct buf text = BUF_INIT, key = BUF_INIT;
	struct said s = *of;
	size_t i;

	for (i = 0; i < length(arr); i++) {
		buf_reset(&text);
		buf_reset(&key);
		s.fact = json_object_array_get_idx(arr, i);
		if (!t->tell(&text, &key, &s, home))
			continue;
		s.text = buf_str(&text);
		s.key = key.len > 0 ? buf_str(&key) : s.text;
		items_add(l, &s);
	}
	buf_release(&text);
	buf_release(&key);
}

static void
add_files(struct items *l, const struct said *of)
{
	struct buf text = BUF_INIT;
	struct said s = *of;

	if (bullet_files(&text, of->fact)) {
		s.key = s.text = buf_str(&text);
		items_add(l, &s);
	}
	buf_release(&text);
}

static void
collect(struct items *knowledge, struct items *failures,
    const struct group *g)
{
	struct said s = { NULL, NULL, NULL, NULL, 0 };
	size_t i, j;

	for (i = 0; i < g->n; i++)
		for (j = 0; j < g->topic[i].n; j++) {
			s.fact = g->topic[i].ref[j].task;
			s.row = g->topic[i].ref[j].row;
			s.topic = (unsigned)i + 1;
			add_each(knowledge, &s, &checks, g->cwd);
			add_each(knowledge, &s, &diagnoses, g->cwd);
			add_files(knowledge, &s);
			add_each(knowledge, &s, &told, g->cwd);
			add_each(failures, &s, &failed, g->cwd);
		}
	items_sort(knowledge);
	items_sort(failures);
}

static int
by_age(const void *a, const void *b)
{
	const struct topic *x = a, *y = b;

	return strcmp(x->ref[0].row->thread_id, y->ref[0].row->thread_id);
}

static int
by_newest(const void *a, const void *b)
{
	const struct topic *x = a, *y = b;

	if (x->newest != y->newest)
		return x->newest > y->newest ? -1 : 1;
	return by_age(a, b);
}

/* The newest remain, in the order that keeps their numbers. */
static void
limit_topics(struct group *g, size_t max)
{
	if (g->n > max) {
		g->hidden = g->n - max;
		qsort(g->topic, g->n, sizeof(*g->topic), by_newest);
		g->n = max;
		qsort(g->topic, g->n, sizeof(*g->topic), by_age);
	}
}

void
memory_block(struct buf *out, struct group *g,
    const struct memory_limits *limits)
{
	struct items prefs = { NULL, 0 }, knowledge = { NULL, 0 };
	struct items failures = { NULL, 0 };
	struct buf b = BUF_INIT;
	size_t i;

	limit_topics(g, limits->topics);
	buf_addf(&b, "# Task Group: %s\n", g->name);
	add_scope(&b, g);
	add_applies(&b, g);
	for (i = 0; i < g->n; i++)
		add_topic(&b, &g->topic[i], i + 1);
	items_prefs(&prefs, g);
	collect(&knowledge, &failures, g);
	items_write(&prefs, &b, "User preferences", limits->prefs);
	items_write(&knowledge, &b, "Reusable knowledge", limits->knowledge);
	items_write(&failures, &b, "Failures and how to do differently",
	    limits->failures);
	block_seal(&b);
	buf_add(out, b.data, b.len);
	items_clear(&prefs);
	items_clear(&knowledge);
	items_clear(&failures);
	buf_release(&b);
}
