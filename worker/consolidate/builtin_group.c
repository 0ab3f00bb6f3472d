#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "builtin_group.h"
#include "json.h"
#include "log.h"
#include "mem.h"
#include "worker/text.h"

#define NAME_BYTES	80

static size_t
length(json_object *arr)
{
	return arr == NULL ? 0 : json_object_array_length(arr);
}

static int
is_below(const char *path, const char *dir)
{
	size_t n = strlen(dir);

	return n > 1 && strncmp(path, dir, n) == 0 && path[n] == '/';
}

/* 1 if a thread of each group saw one commit. */
static int
share_commit(const struct inputs *in, const char *a, const char *b)
{
	const char *x, *y;
	size_t i, j;

	for (i = 0; i < in->n; i++) {
		x = json_str(in->row[i].facts, "commit");
		if (x == NULL || strcmp(in->row[i].group, a) != 0)
			continue;
		for (j = 0; j < in->n; j++) {
			y = json_str(in->row[j].facts, "commit");
			if (y != NULL && strcmp(in->row[j].group, b) == 0 &&
			    strcmp(x, y) == 0)
				return 1;
		}
	}
	return 0;
}

/* The keys of the rows' groups, and of the groups that these are part of. */
struct homes {
	const char	**key;
	const char	**home;
	size_t		 n;
};

static size_t
home_index(const struct homes *h, const char *key)
{
	size_t i;

	for (i = 0; i < h->n && strcmp(h->key[i], key) != 0; i++)
		continue;
	return i;
}

/*
 * A session that told no repository has its folder as a key: it belongs to
 * the repository that others told there.
 */
static const char *
repository_in(const struct inputs *in, const char *key)
{
	size_t i;

	for (i = 0; i < in->n; i++)
		if (in->row[i].repository != NULL &&
		    strcmp(in->row[i].cwd, key) == 0)
			return in->row[i].group;
	return key;
}

static void
homes_make(struct homes *h, const struct inputs *in)
{
	size_t i, j;

	h->n = 0;
	h->key = xcalloc(in->n + 1, sizeof(*h->key));
	h->home = xcalloc(in->n + 1, sizeof(*h->home));
	for (i = 0; i < in->n; i++) {
		j = home_index(h, in->row[i].group);
		h->key[j] = in->row[i].group;
		h->n += j == h->n;
	}
	/* Its own, or that of a folder above. */
	for (i = 0; i < h->n; i++) {
		h->home[i] = repository_in(in, h->key[i]);
		for (j = 0; j < h->n; j++)
			if (is_below(h->home[i], h->key[j]) &&
			    share_commit(in, h->key[i], h->key[j]))
				h->home[i] = h->key[j];
	}
}

static void
homes_clear(struct homes *h)
{
	free(h->key);
	free(h->home);
}

static struct group *
find_group(struct groups *gs, const char *key)
{
	size_t i;

	for (i = 0; i < gs->n; i++)
		if (strcmp(gs->group[i].key, key) == 0)
			return &gs->group[i];
	gs->group = xreallocarray(gs->group, gs->n + 1, sizeof(*gs->group));
	memset(&gs->group[gs->n], 0, sizeof(*gs->group));
	gs->group[gs->n].key = key;
	return &gs->group[gs->n++];
}

/* Where the topic of a request is. */
struct topic_key {
	const char	*key;
	size_t		 topic;
};

static int
compare_keys(const void *a, const void *b)
{
	const struct topic_key *x = a, *y = b;

	return strcmp(x->key, y->key);
}

/* The index of the topic with this key; it is g->n if there is none yet. */
static size_t
topic_index(struct group *g, const char *key)
{
	struct topic_key *k = xcalloc(1, sizeof(*k)), **found;

	k->key = key;
	k->topic = g->n;
	found = tsearch(k, &g->by_key, compare_keys);
	if (found == NULL)
		log_fatalx("out of memory");
	if (*found != k)
		free(k);
	return (*found)->topic;
}

/* What has no key is a topic of its own. */
static struct topic *
find_topic(struct group *g, const char *key)
{
	size_t i = key == NULL ? g->n : topic_index(g, key);

	if (i < g->n)
		return &g->topic[i];
	g->topic = xreallocarray(g->topic, g->n + 1, sizeof(*g->topic));
	memset(&g->topic[g->n], 0, sizeof(*g->topic));
	return &g->topic[g->n++];
}

static void
add_dir(struct group *g, const char *cwd)
{
	size_t i, max = sizeof(g->dirs) / sizeof(g->dirs[0]);
	const char *other = cwd;

	if (g->cwd == NULL || strcmp(g->cwd, cwd) == 0) {
		g->cwd = cwd;
		return;
	}
	if (strlen(cwd) < strlen(g->cwd)) {
		other = g->cwd;
		g->cwd = cwd;
	}
	for (i = 0; i < g->ndirs; i++)
		if (strcmp(g->dirs[i], other) == 0)
			return;
	if (g->ndirs < max)
		g->dirs[g->ndirs++] = other;
}

static void
add_row(struct groups *gs, const struct homes *h, const struct row *r)
{
	struct group *g = find_group(gs, h->home[home_index(h, r->group)]);
	json_object *tasks = json_arr(r->facts, "tasks"), *task;
	struct topic *t;
	size_t i;

	add_dir(g, r->cwd);
	if (r->updated_at > g->newest)
		g->newest = r->updated_at;
	for (i = 0; i < length(tasks); i++) {
		task = json_object_array_get_idx(tasks, i);
		if (json_str(task, "title") == NULL)
			continue;
		t = find_topic(g, json_str(task, "key"));
		if (t->n == TOPIC_REFS) {	/* the newest are of use */
			memmove(&t->ref[0], &t->ref[1],
			    (TOPIC_REFS - 1) * sizeof(t->ref[0]));
			t->n--;
		}
		t->ref[t->n].row = r;
		t->ref[t->n++].task = task;
		if (r->updated_at > t->newest)
			t->newest = r->updated_at;
	}
}

static const char *
last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL || slash[1] == '\0' ? path : slash + 1;
}

/* The folder's name; with the one above it where two groups share it. */
static void
name_groups(struct groups *gs)
{
	const char *base, *p;
	size_t i, j;
	int shared;

	for (i = 0; i < gs->n; i++) {
		base = last_part(gs->group[i].cwd);
		shared = 0;
		for (j = 0; j < gs->n; j++)
			shared |= j != i && strcmp(base,
			    last_part(gs->group[j].cwd)) == 0;
		p = base;
		if (shared)
			for (p = base - 1; p > gs->group[i].cwd &&
			    p[-1] != '/'; p--)
				continue;
		gs->group[i].name = text_line(p < gs->group[i].cwd ? base : p,
		    NAME_BYTES);
	}
}

/* Number of standing preferences, corrections and the like in the group. */
static size_t
group_signals(const struct group *g)
{
	json_object *prefs;
	const char *kind;
	size_t i, j, n = 0;

	for (i = 0; i < g->n; i++) {
		prefs = json_arr(topic_latest(&g->topic[i])->task, "prefs");
		for (j = 0; j < length(prefs); j++) {
			kind = json_str(json_object_array_get_idx(prefs, j),
			    "kind");
			n += kind != NULL && strcmp(kind, "request") != 0;
		}
	}
	return n;
}

static int
by_use(const void *a, const void *b)
{
	const struct group *x = a, *y = b;
	size_t sx = group_signals(x), sy = group_signals(y);

	if (sx != sy)
		return sx > sy ? -1 : 1;
	if (x->newest != y->newest)
		return x->newest > y->newest ? -1 : 1;
	return strcmp(x->key, y->key);
}

void
groups_make(struct groups *gs, const struct inputs *in, group_skip *skip,
    void *arg)
{
	struct homes homes;
	size_t i, n = 0;

	memset(gs, 0, sizeof(*gs));
	homes_make(&homes, in);
	for (i = 0; i < in->n; i++)
		if (skip == NULL || !skip(in->row[i].thread_id, arg))
			add_row(gs, &homes, &in->row[i]);
	homes_clear(&homes);
	for (i = 0; i < gs->n; i++) {
		tdestroy(gs->group[i].by_key, free);
		gs->group[i].by_key = NULL;
		if (gs->group[i].n > 0)
			gs->group[n++] = gs->group[i];
	}
	gs->n = n;
	if (n == 0)
		return;
	name_groups(gs);
	qsort(gs->group, gs->n, sizeof(*gs->group), by_use);
}

void
groups_clear(struct groups *gs)
{
	size_t i;

	for (i = 0; i < gs->n; i++) {
		free(gs->group[i].name);
		free(gs->group[i].topic);
	}
	free(gs->group);
	memset(gs, 0, sizeof(*gs));
}

const struct ref *
topic_latest(const struct topic *t)
{
	size_t i, best = 0;

	for (i = 1; i < t->n; i++)
		if (t->ref[i].row->updated_at >= t->ref[best].row->updated_at)
			best = i;
	return &t->ref[best];
}

int
group_is_in(const struct group *g, const char *cwd)
{
	size_t i;

	for (i = 0; i < g->ndirs; i++)
		if (strcmp(g->dirs[i], cwd) == 0)
			return 1;
	return strcmp(g->cwd, cwd) == 0;
}
