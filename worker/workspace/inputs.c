#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bsd/string.h>

#include "common/json.h"
#include "common/mem.h"
#include "common/uuid.h"
#include "worker/stem.h"
#include "worker/text.h"
#include "worker/workspace/inputs.h"
#include "worker/workspace/lines.h"

/* Keys of a row that .inputs.json has too. */
static const char *const	described[] = {
	"thread_id", "session_id", "source_updated_at", "cwd", "git_branch",
	"rollout_path", "repository_url", "group", "generator", "title",
	"rollout_slug", "facts", NULL
};

void
inputs_init(struct inputs *in)
{
	memset(in, 0, sizeof(*in));
}

void
inputs_clear(struct inputs *in)
{
	size_t	i;

	for (i = 0; i < in->nrows; i++)
		json_object_put(in->rows[i]);
	for (i = 0; i < in->ntombstones; i++)
		free(in->tombstones[i]);
	free(in->rows);
	free(in->tombstones);
	inputs_init(in);
}

/*
 * Facts come as the text that stage one wrote, which the supervisor does not
 * read.  What makes no sense is none.
 */
static void
read_facts(json_object *row)
{
	const char	*text = json_str(row, "facts");
	json_object	*facts;

	if (text == NULL)
		return;
	facts = json_parse(text, strlen(text), JSON_DEPTH - 4, NULL);
	if (!json_object_is_type(facts, json_type_object) ||
	    json_has_nul(facts)) {
		json_object_put(facts);
		facts = NULL;
	}
	json_set(row, "facts", facts);
}

static int
add_entry(struct inputs *in, json_object *entry, char *why, size_t whysize)
{
	const char	*kind = json_str(entry, "kind");
	const char	*id = json_str(entry, "thread_id");

	if (id == NULL || !uuid_valid(id)) {
		snprintf(why, whysize, "an entry has no thread_id");
		return -1;
	}
	if (kind != NULL && strcmp(kind, "row") == 0) {
		read_facts(entry);
		in->rows = xreallocarray(in->rows, in->nrows + 1,
		    sizeof(json_object *));
		in->rows[in->nrows++] = json_object_get(entry);
		return 0;
	}
	if (kind != NULL && strcmp(kind, "tombstone") == 0) {
		in->tombstones = xreallocarray(in->tombstones,
		    in->ntombstones + 1, sizeof(*in->tombstones));
		in->tombstones[in->ntombstones++] = xstrdup(id);
		return 0;
	}
	snprintf(why, whysize, "thread %s: the kind is neither row nor "
	    "tombstone", id);
	return -1;
}

int
inputs_add(struct inputs *in, json_object *entries, char *why,
    size_t whysize)
{
	size_t	i, n = json_object_array_length(entries);

	for (i = 0; i < n; i++)
		if (add_entry(in, json_object_array_get_idx(entries, i), why,
		    whysize) < 0)
			return -1;
	return 0;
}

/* By thread, then the newest first. */
static int
by_thread(const void *a, const void *b)
{
	json_object	*x = *(json_object *const *)a;
	json_object	*y = *(json_object *const *)b;
	int64_t		 tx, ty;
	int		 d;

	d = strcmp(json_str(x, "thread_id"), json_str(y, "thread_id"));
	if (d != 0)
		return d;
	tx = json_int(x, "source_updated_at", 0);
	ty = json_int(y, "source_updated_at", 0);
	return (tx < ty) - (tx > ty);
}

static int
blank(json_object *row, const char *key)
{
	const char	*s = json_str(row, key);
	size_t		 len;

	if (s == NULL)
		return 1;
	len = strlen(s);
	text_trim(&s, &len);
	return len == 0;
}

static int
wanted(const struct inputs *in, json_object *row, json_object *before)
{
	const char	*id = json_str(row, "thread_id");

	if (inputs_buried(in, id) ||
	    (blank(row, "raw_memory") && blank(row, "rollout_summary")))
		return 0;
	return before == NULL || strcmp(id, json_str(before, "thread_id")) != 0;
}

void
inputs_finish(struct inputs *in)
{
	json_object	*before = NULL;
	size_t		 i, n = 0;

	if (in->nrows > 1)
		qsort(in->rows, in->nrows, sizeof(json_object *),
		    by_thread);
	for (i = 0; i < in->nrows; i++) {
		if (wanted(in, in->rows[i], before))
			before = in->rows[n++] = in->rows[i];
		else
			json_object_put(in->rows[i]);
	}
	in->nrows = n;
}

int
inputs_buried(const struct inputs *in, const char *thread_id)
{
	size_t	i;

	for (i = 0; i < in->ntombstones; i++)
		if (strcmp(in->tombstones[i], thread_id) == 0)
			return 1;
	return 0;
}

int
inputs_buried_name(const struct inputs *in, const char *name)
{
	const char	*id;
	char		 stem[STEM_SIZE];
	size_t		 i, n;

	for (i = 0; i < in->ntombstones; i++) {
		id = in->tombstones[i];
		if (uuid_time_ms(id) <= 0)	/* begins with the row's */
			continue;
		stem_make(stem, id, 0, NULL);
		n = strlen(stem);
		if (strncmp(name, stem, n) == 0 &&
		    (name[n] == '-' || name[n] == '.'))
			return 1;
	}
	return 0;
}

void
inputs_stem(json_object *row, char *out)
{
	const char	*given = json_str(row, "stem");

	if (given != NULL && strlcpy(out, given, STEM_SIZE) < STEM_SIZE)
		return;
	stem_make(out, json_str(row, "thread_id"),
	    json_int(row, "source_updated_at", 0),
	    json_str(row, "rollout_slug"));
}

/* The summary's first heading, or NULL. */
static json_object *
headline_of(struct redact *redact, const char *summary)
{
	const char	*p = summary;
	size_t		 len;

	for (; *p != '\0'; p += p[len] == '\n' ? len + 1 : len) {
		len = strcspn(p, "\n");
		if (p[0] == '#' && p[strspn(p, "#")] == ' ')
			return lines_redacted(redact, p, len);
	}
	return NULL;
}

/* What a row tells that has no facts. */
static void
describe_texts(json_object *o, json_object *row, struct redact *redact)
{
	const char	*raw = json_str(row, "raw_memory");
	const char	*summary = json_str(row, "rollout_summary");

	if (json_obj(row, "facts") != NULL)
		return;
	if (raw == NULL)
		raw = "";
	json_set(o, "raw_memory", lines_redacted(redact, raw, text_cut(raw,
	    strlen(raw), INPUTS_RAW_MAX)));
	if (summary != NULL)
		json_set(o, "headline", headline_of(redact, summary));
}

static json_object *
describe_row(json_object *row, struct redact *redact)
{
	json_object	*o = json_object_new_object(), *v;
	char		 stem[STEM_SIZE];
	size_t		 i;

	for (i = 0; described[i] != NULL; i++)
		if (json_object_object_get_ex(row, described[i], &v))
			json_set(o, described[i], json_object_get(v));
		else
			json_set(o, described[i], NULL);
	inputs_stem(row, stem);
	json_set_str(o, "stem", stem);
	describe_texts(o, row, redact);
	return o;
}

json_object *
inputs_describe(const struct inputs *in, const char *memory,
    const char *generator, struct redact *redact)
{
	json_object	*o = json_object_new_object();
	json_object	*rows = json_object_new_array();
	json_object	*tombstones = json_object_new_array();
	size_t		 i;

	for (i = 0; i < in->nrows; i++)
		json_push(rows, describe_row(in->rows[i],
		    redact));
	for (i = 0; i < in->ntombstones; i++)
		json_push_str(tombstones, in->tombstones[i]);
	json_set_str(o, "memory", memory);
	json_set_str(o, "generator", generator);
	json_set(o, "rows", rows);
	json_set(o, "tombstones", tombstones);
	return o;
}
