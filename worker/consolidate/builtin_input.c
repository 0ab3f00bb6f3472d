#include <stdlib.h>
#include <string.h>

#include "builtin_input.h"
#include "builtin_raw.h"
#include "generator.h"
#include "json.h"
#include "mem.h"
#include "uuid.h"
#include "worker/stem.h"
#include "worker/text.h"

#define STRING_MAX	4096
#define FACTS_VERSION	1	/* worker/extract/builtin.h */

static size_t
length(json_object *arr)
{
	return arr == NULL ? 0 : json_object_array_length(arr);
}

static void flatten(json_object *);

static void
flatten_members(json_object *o)
{
	struct json_object_iterator at = json_object_iter_begin(o);
	struct json_object_iterator end = json_object_iter_end(o);

	for (; !json_object_iter_equal(&at, &end); json_object_iter_next(&at))
		flatten(json_object_iter_peek_value(&at));
}

/*
 * Every string becomes one line without control characters: what comes from
 * a transcript must not begin a heading of its own.
 */
static void
flatten(json_object *o)
{
	size_t i;
	char *line;

	switch (json_object_get_type(o)) {
	case json_type_string:
		line = text_line(json_object_get_string(o), STRING_MAX);
		(void)json_object_set_string(o, line);
		free(line);
		break;
	case json_type_array:
		for (i = 0; i < length(o); i++)
			flatten(json_object_array_get_idx(o, i));
		break;
	case json_type_object:
		flatten_members(o);
		break;
	case json_type_null:
	case json_type_boolean:
	case json_type_double:
	case json_type_int:
		break;
	}
}

static int
by_thread(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	return strcmp(x->thread_id, y->thread_id);
}

static int
is_adopted(json_object *o)
{
	const char *generator = json_str(o, "generator");

	return generator != NULL && strcmp(generator, GENERATOR_ADOPTED) == 0;
}

/* 1 if the row can be used; `r' is then filled. */
static int
row_parse(struct row *r, json_object *o)
{
	memset(r, 0, sizeof(*r));
	r->thread_id = json_str(o, "thread_id");
	r->cwd = json_str(o, "cwd");
	r->path = json_str(o, "rollout_path");
	r->group = json_str(o, "group");
	r->repository = json_str(o, "repository_url");
	r->stem = json_str(o, "stem");
	r->updated_at = json_int(o, "source_updated_at", 0);
	r->facts = json_obj(o, "facts");
	r->adopted = is_adopted(o);
	if (r->cwd == NULL)
		r->cwd = "unknown";
	if (r->path == NULL)
		r->path = "unknown";
	if (r->group == NULL)
		r->group = r->cwd;
	return r->thread_id != NULL && r->stem != NULL &&
	    stem_valid(r->stem) && r->facts != NULL &&
	    json_int(r->facts, "v", 0) == FACTS_VERSION &&
	    length(json_arr(r->facts, "tasks")) > 0;
}

static void
read_tombstones(struct inputs *in)
{
	json_object *arr = json_arr(in->root, "tombstones");
	size_t i, n = length(arr);
	struct tombstone *t;
	const char *s;

	in->tombstone = xcalloc(n + 1, sizeof(*in->tombstone));
	for (i = 0; i < n; i++) {
		s = json_object_get_string(json_object_array_get_idx(arr, i));
		if (s == NULL || s[0] == '\0')
			continue;
		t = &in->tombstone[in->ntombstones++];
		t->thread_id = s;
		/* Without a time of its own the stem begins with the row's. */
		if (uuid_valid(s) && uuid_time_ms(s) > 0)
			stem_make(t->stem, s, 0, NULL);
	}
}

/* What a model told becomes facts. */
static void
read_raw(json_object *rows)
{
	json_object *o, *facts;
	size_t i;

	for (i = 0; i < length(rows); i++) {
		o = json_object_array_get_idx(rows, i);
		if (json_obj(o, "facts") == NULL &&
		    (facts = raw_facts(o)) != NULL)
			json_set(o, "facts", facts);
	}
}

/*
 * Threads that came with an adopted folder, or that a model told of without
 * anything to call them by.
 */
static void
read_adopted(struct inputs *in, json_object *rows)
{
	const char *id;
	json_object *o;
	size_t i;

	in->adopted = xcalloc(length(rows) + 1, sizeof(*in->adopted));
	for (i = 0; i < length(rows); i++) {
		o = json_object_array_get_idx(rows, i);
		id = json_str(o, "thread_id");
		if (id != NULL && id[0] != '\0' && (is_adopted(o) ||
		    json_obj(o, "facts") == NULL))
			in->adopted[in->nadopted++] = id;
	}
}

static int
inputs_is_tombstone(const struct inputs *in, const char *thread_id)
{
	size_t i;

	for (i = 0; i < in->ntombstones; i++)
		if (strcmp(in->tombstone[i].thread_id, thread_id) == 0)
			return 1;
	return 0;
}

int
inputs_parse(struct inputs *in, const struct buf *text, const char **why)
{
	json_object *rows;
	size_t i;

	memset(in, 0, sizeof(*in));
	in->root = json_parse(buf_str(text), text->len, JSON_DEPTH, why);
	if (in->root == NULL)
		return -1;
	if ((rows = json_arr(in->root, "rows")) == NULL) {
		*why = "it has no rows";
		inputs_clear(in);
		return -1;
	}
	flatten(in->root);
	in->now = json_int(in->root, "now", 0);
	read_tombstones(in);
	read_raw(rows);
	read_adopted(in, rows);
	in->row = xcalloc(length(rows) + 1, sizeof(*in->row));
	for (i = 0; i < length(rows); i++)
		if (row_parse(&in->row[in->n],
		    json_object_array_get_idx(rows, i)) &&
		    !inputs_is_tombstone(in, in->row[in->n].thread_id))
			in->n++;
	qsort(in->row, in->n, sizeof(*in->row), by_thread);
	return 0;
}

void
inputs_choose(struct inputs *in, int (*wanted)(const struct row *, void *),
    void *arg)
{
	size_t i, n = 0;

	for (i = 0; i < in->n; i++)
		if (wanted(&in->row[i], arg))
			in->row[n++] = in->row[i];
	in->n = n;
}

void
inputs_clear(struct inputs *in)
{
	if (in->root != NULL)
		json_object_put(in->root);
	free(in->row);
	free(in->adopted);
	free(in->tombstone);
	memset(in, 0, sizeof(*in));
}
