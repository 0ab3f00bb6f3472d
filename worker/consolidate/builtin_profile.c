#include <stdio.h>
#include <string.h>

#include "builtin_profile.h"
#include "builtin_tally.h"
#include "json.h"
#include "worker/bullet.h"

#define SUFFIXES	5	/* kinds of files that are named */
#define PROGRAMS	12	/* in one line of the tips */

static size_t
length(json_object *arr)
{
	return arr == NULL ? 0 : json_object_array_length(arr);
}

static const char *
language_name(const char *code)
{
	static const char *const names[][2] = { { "de", "German" },
	    { "en", "English" }, { "es", "Spanish" }, { "fr", "French" },
	    { "ja", "Japanese" }, { "ko", "Korean" }, { "pt", "Portuguese" },
	    { "ru", "Russian" }, { "zh", "Chinese" } };
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(names[i][0], code) == 0)
			return names[i][1];
	return code;
}

/* The folder that all lie under, as a length of the first one's path. */
static size_t
common_dir(const struct tally *t)
{
	size_t i, n, len = t->n == 0 ? 0 : strlen(t->v[0].name);

	for (i = 0; i < t->n; i++) {
		for (n = 0; n < len && t->v[i].name[n] == t->v[0].name[n];
		    n++)
			continue;
		len = n;
	}
	while (len > 0 && t->v[0].name[len - 1] != '/')
		len--;
	return len > 1 ? len - 1 : 0;
}

/* "value" of a language: it was answered in. */
static void
add_languages(struct buf *b, const struct inputs *in)
{
	struct tally langs = { NULL, 0 };
	const struct count *c;
	const char *answer;
	size_t i;

	for (i = 0; i < in->n; i++) {
		json_object *o = json_obj(in->row[i].facts, "langs");

		if (o == NULL)
			continue;
		answer = json_str(in->row[i].facts, "answers");
		json_object_object_foreach(o, code, n) {
			struct count *l = tally_add(&langs, code,
			    json_object_get_int64(n), 0);

			if (answer != NULL && strcmp(answer, code) == 0 &&
			    strcmp(code, "en") != 0)
				l->value = code;
		}
	}
	tally_sort(&langs);
	for (i = 0; i < langs.n; i++) {
		c = &langs.v[i];
		buf_addf(b, "%s%s (%lld%s%s)", i == 0 ? " Requests in " :
		    ", ", language_name(c->name), (long long)c->n,
		    c->value != NULL ? ", answered in " : "",
		    c->value != NULL ? language_name(c->name) : "");
	}
	if (langs.n > 0)
		buf_addch(b, '.');
	tally_clear(&langs);
}

void
profile_write(struct buf *b, const struct inputs *in)
{
	struct tally dirs = { NULL, 0 }, suffixes = { NULL, 0 };
	json_object *arr;
	size_t i, j, n;

	for (i = 0; i < in->n; i++) {
		(void)tally_add(&dirs, in->row[i].cwd, 1, 0);
		arr = json_arr(in->row[i].facts, "edited");
		for (j = 0; j < length(arr); j++)
			(void)tally_add(&suffixes, json_object_get_string(
			    json_object_array_get_idx(arr, j)), 1, 0);
	}
	tally_sort(&suffixes);
	buf_addstr(b, "## User Profile\n");
	n = common_dir(&dirs);
	buf_addf(b, "Folders seen: %zu", dirs.n);
	if (n > 0 && dirs.n > 1)
		buf_addf(b, " under %.*s", (int)n, dirs.v[0].name);
	for (i = 0; i < suffixes.n && i < SUFFIXES; i++)
		buf_addf(b, "%s%s", i == 0 ? "; files edited most: " : ", ",
		    suffixes.v[i].name);
	buf_addch(b, '.');
	add_languages(b, in);
	buf_addstr(b, "\n\n");
	tally_clear(&dirs);
	tally_clear(&suffixes);
}

/* The newest word of a kind on each program or folder. */
static void
read_machine(const struct inputs *in, const char *kind, struct tally *out)
{
	json_object *arr, *o;
	const char *k, *name;
	struct count *c;
	int64_t time;
	size_t i, j;

	for (i = 0; i < in->n; i++) {
		arr = json_arr(in->row[i].facts, "machine");
		for (j = 0; j < length(arr); j++) {
			o = json_object_array_get_idx(arr, j);
			k = json_str(o, "kind");
			name = json_str(o, "name");
			if (k == NULL || name == NULL || strcmp(k, kind) != 0)
				continue;
			time = json_int(o, "time", 0);
			c = tally_add(out, name, 1, time);
			if (c->time == time)
				c->value = json_str(o, "value");
		}
	}
}

/* A kind of fact, and what says later that it is so no more. */
struct machine_kind {
	const char	*name;
	const char	*against;	/* kind, or NULL: a commit there */
	const char	*head;
};

static const struct machine_kind kinds[] = {
	{ "missing", "present", "- Not installed on this machine: " },
	{ "version", "missing", "- Versions on this machine: " },
	{ "nogit", NULL, "- Not a git repository: " },
};

static int64_t
last_commit_in(const struct inputs *in, const char *dir)
{
	int64_t time = 0;
	size_t i;

	for (i = 0; i < in->n; i++)
		if (strcmp(in->row[i].cwd, dir) == 0 &&
		    in->row[i].updated_at > time &&
		    json_str(in->row[i].facts, "commit") != NULL)
			time = in->row[i].updated_at;
	return time;
}

static int
is_disproved(const struct inputs *in, const struct count *c,
    const struct machine_kind *kind, const struct tally *against)
{
	const struct count *later;

	if (kind->against == NULL)
		return last_commit_in(in, c->name) > c->time;
	later = tally_find(against, c->name);
	return later != NULL && later->time > c->time;
}

/* "NAME VALUE" where there is a value; the most seen, with a date. */
static void
add_machine(struct buf *b, const struct inputs *in,
    const struct machine_kind *kind)
{
	struct tally seen = { NULL, 0 }, against = { NULL, 0 };
	const struct count *c;
	char date[BULLET_DATE_SIZE];
	int64_t newest = 0;
	size_t i, n = 0;

	read_machine(in, kind->name, &seen);
	if (kind->against != NULL)
		read_machine(in, kind->against, &against);
	tally_sort(&seen);
	for (i = 0; i < seen.n && n < PROGRAMS; i++) {
		c = &seen.v[i];
		if (is_disproved(in, c, kind, &against))
			continue;
		buf_addf(b, "%s%s", n++ == 0 ? kind->head : ", ", c->name);
		if (c->value != NULL)
			buf_addf(b, " %s", c->value);
		newest = c->time > newest ? c->time : newest;
	}
	if (n > 0) {
		bullet_date(date, newest);
		buf_addf(b, " (%s).\n", date);
	}
	tally_clear(&seen);
	tally_clear(&against);
}

void
tips_write(struct buf *b, const struct inputs *in)
{
	size_t before, i;

	buf_addstr(b, "## General Tips\n");
	before = b->len;
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		add_machine(b, in, &kinds[i]);
	if (b->len == before)
		buf_addstr(b, "None yet.\n");
	buf_addch(b, '\n');
}
