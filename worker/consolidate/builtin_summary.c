#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "builtin_items.h"
#include "builtin_region.h"
#include "builtin_rules.h"
#include "builtin_summary.h"
#include "json.h"
#include "mem.h"
#include "worker/bullet.h"
#include "worker/text.h"

#define DAYS		3	/* newest memory days told in full */
#define FOLDERS		6
#define LEARNED		200	/* bytes of a learning */
#define TOPIC_WORDS	5

/* How much is said; shrunk until the file fits. */
struct summary_limits {
	size_t	 prefs;
	size_t	 topics;	/* per group */
	size_t	 groups;	/* told with their topics */
	size_t	 older;		/* named in one line each */
};

static const struct summary_limits levels[] = { { 24, 6, 12, 40 },
	{ 16, 4, 8, 30 }, { 12, 3, 5, 24 }, { 8, 2, 3, 16 }, { 4, 1, 1, 8 },
	{ 2, 0, 0, 2 } };

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

/* Counts of strings, for "most" and "seen": small, in order of arrival. */
struct tally {
	const char	*v[32];
	int64_t		 count[32];
	int64_t		 time[32];
	size_t		 n;
};

static size_t
tally_add(struct tally *t, const char *s, int64_t count, int64_t time)
{
	size_t i;

	for (i = 0; i < t->n; i++)
		if (strcmp(t->v[i], s) == 0)
			break;
	if (i == sizeof(t->v) / sizeof(t->v[0]))
		return i - 1;
	if (i == t->n) {
		t->v[t->n++] = s;
		t->count[i] = t->time[i] = 0;
	}
	t->count[i] += count;
	if (time > t->time[i])
		t->time[i] = time;
	return i;
}

/* The most counted at the front; equal ones by name. */
static void
tally_sort(struct tally *t)
{
	const char *s;
	int64_t c, w;
	size_t i, j;

	for (i = 1; i < t->n; i++)
		for (j = i; j > 0 && (t->count[j] > t->count[j - 1] ||
		    (t->count[j] == t->count[j - 1] &&
		    strcmp(t->v[j], t->v[j - 1]) < 0)); j--) {
			s = t->v[j];
			c = t->count[j];
			w = t->time[j];
			t->v[j] = t->v[j - 1];
			t->count[j] = t->count[j - 1];
			t->time[j] = t->time[j - 1];
			t->v[j - 1] = s;
			t->count[j - 1] = c;
			t->time[j - 1] = w;
		}
}

/* The folder that all lie under, as a length of the first one's path. */
static size_t
common_dir(const struct tally *t)
{
	size_t i, n, len = t->n == 0 ? 0 : strlen(t->v[0]);

	for (i = 0; i < t->n; i++) {
		for (n = 0; n < len && t->v[i][n] == t->v[0][n]; n++)
			continue;
		len = n;
	}
	while (len > 0 && t->v[0][len - 1] != '/')
		len--;
	return len > 1 ? len - 1 : 0;
}

static void
add_languages(struct buf *b, const struct inputs *in)
{
	struct tally langs = { .n = 0 };
	const char *answer = NULL;
	size_t i;

	for (i = 0; i < in->n; i++) {
		json_object *o = json_obj(in->row[i].facts, "langs");

		if (o == NULL)
			continue;
		json_object_object_foreach(o, code, n) {
			(void)tally_add(&langs, code,
			    json_object_get_int64(n), 0);
			answer = json_str(in->row[i].facts, "answers");
			if (answer != NULL && strcmp(answer, code) == 0 &&
			    strcmp(code, "en") != 0)
				langs.time[tally_add(&langs, code, 0, 0)] = 1;
		}
	}
	tally_sort(&langs);
	for (i = 0; i < langs.n; i++)
		buf_addf(b, "%s%s (%lld%s%s)", i == 0 ? " Requests in " :
		    ", ", language_name(langs.v[i]), (long long)langs.count[i],
		    langs.time[i] ? ", answered in " : "",
		    langs.time[i] ? language_name(langs.v[i]) : "");
	if (langs.n > 0)
		buf_addch(b, '.');
}

static void
add_profile(struct buf *b, const struct inputs *in)
{
	struct tally dirs = { .n = 0 }, suffixes = { .n = 0 };
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
		buf_addf(b, " under %.*s", (int)n, dirs.v[0]);
	for (i = 0; i < suffixes.n && i < 5; i++)
		buf_addf(b, "%s%s", i == 0 ? "; files edited most: " : ", ",
		    suffixes.v[i]);
	buf_addch(b, '.');
	add_languages(b, in);
	buf_addstr(b, "\n\n");
}

/* The newest word on each program and folder counts. */
static void
read_machine(const struct inputs *in, const char *kind, struct tally *out,
    struct tally *against)
{
	json_object *arr, *o;
	const char *k, *name;
	size_t i, j;

	for (i = 0; i < in->n; i++) {
		arr = json_arr(in->row[i].facts, "machine");
		for (j = 0; j < length(arr); j++) {
			o = json_object_array_get_idx(arr, j);
			k = json_str(o, "kind");
			name = json_str(o, "name");
			if (k == NULL || name == NULL)
				continue;
			if (strcmp(k, kind) == 0)
				(void)tally_add(out, name, 1,
				    json_int(o, "time", 0));
			else if (strcmp(k, "present") == 0)
				(void)tally_add(against, name, 1,
				    json_int(o, "time", 0));
		}
	}
}

static void
add_machine(struct buf *b, const struct inputs *in, const char *kind,
    const char *head)
{
	struct tally seen = { .n = 0 }, present = { .n = 0 };
	char date[BULLET_DATE_SIZE];
	int64_t newest = 0;
	size_t i, j, n = 0;

	read_machine(in, kind, &seen, &present);
	tally_sort(&seen);
	for (i = 0; i < seen.n; i++) {
		for (j = 0; j < present.n; j++)
			if (strcmp(present.v[j], seen.v[i]) == 0 &&
			    present.time[j] > seen.time[i])
				break;
		if (j < present.n)
			continue;
		buf_addf(b, "%s%s", n++ == 0 ? head : ", ", seen.v[i]);
		if (seen.time[i] > newest)
			newest = seen.time[i];
	}
	if (n == 0)
		return;
	bullet_date(date, newest);
	buf_addf(b, " (%s).\n", date);
}

static void
add_tips(struct buf *b, const struct inputs *in)
{
	size_t before;

	buf_addstr(b, "## General Tips\n");
	before = b->len;
	add_machine(b, in, "missing", "- Not installed on this machine: ");
	add_machine(b, in, "nogit", "- Not a git repository: ");
	if (b->len == before)
		buf_addstr(b, "None yet.\n");
	buf_addch(b, '\n');
}

/* The first preference that stands and is more than one request's wish. */
static json_object *
first_rule(json_object *prefs, const struct items *alive)
{
	json_object *o;
	const char *kind, *text;
	size_t i, j;

	for (i = 0; i < length(prefs); i++) {
		o = json_object_array_get_idx(prefs, i);
		kind = json_str(o, "kind");
		text = json_str(o, "text");
		if (kind == NULL || text == NULL ||
		    strcmp(kind, "request") == 0)
			continue;
		for (j = 0; j < alive->n; j++)
			if (strcmp(alive->v[j].key, text) == 0)
				return o;
	}
	return NULL;
}

/* The first thing that the topic taught, in its own words. */
static void
add_learning(struct buf *b, json_object *task, const struct items *alive,
    const char *home)
{
	static const char *const lists[] = { "prefs", "failures", "checks",
	    NULL };
	const char *const *l;
	json_object *o;
	struct buf text = BUF_INIT;
	char *line;

	for (l = lists; *l != NULL && text.len == 0; l++) {
		if (length(json_arr(task, *l)) == 0)
			continue;
		o = json_object_array_get_idx(json_arr(task, *l), 0);
		if (**l == 'p' &&
		    (o = first_rule(json_arr(task, *l), alive)) == NULL)
			continue;
		if (**l == 'p')
			(void)bullet_pref(&text, o);
		else if (**l == 'f')
			(void)bullet_failure(&text, o);
		else
			(void)bullet_check(&text, o, home);
	}
	if (text.len > 0) {
		line = text_line(buf_str(&text), LEARNED);
		buf_addf(b, "  learnings: %s\n", line);
		free(line);
	}
	buf_release(&text);
}

static void
add_topic(struct buf *b, const struct topic *t, const struct items *alive,
    const char *home)
{
	const struct ref *latest = topic_latest(t);
	json_object *words = json_arr(latest->task, "keywords");
	const char *outcome = json_str(latest->task, "outcome");
	struct buf list = BUF_INIT;
	size_t i;

	for (i = 1; i < length(words) && i < TOPIC_WORDS; i++)
		buf_addf(&list, "%s%s", i > 1 ? ", " : ": ",
		    json_object_get_string(json_object_array_get_idx(words,
		    i)));
	buf_addf(b, "- %s%s\n", length(words) == 0 ? "request" :
	    json_object_get_string(json_object_array_get_idx(words, 0)),
	    buf_str(&list));
	buf_addf(b, "  desc: %s (%s)\n", json_str(latest->task, "title"),
	    outcome == NULL ? "uncertain" : outcome);
	add_learning(b, latest->task, alive, home);
	buf_release(&list);
}

/* Put the day among the newest, each once, newest first. */
static size_t
note_day(char days[DAYS][BULLET_DATE_SIZE], size_t n, const char *day)
{
	size_t i, k;

	for (k = 0; k < n && strcmp(days[k], day) > 0; k++)
		continue;
	if (k == DAYS || (k < n && strcmp(days[k], day) == 0))
		return n;
	if (n < DAYS)
		n++;
	for (i = n - 1; i > k; i--)
		memcpy(days[i], days[i - 1], BULLET_DATE_SIZE);
	memcpy(days[k], day, BULLET_DATE_SIZE);
	return n;
}

static size_t
memory_days(const struct groups *gs, char days[DAYS][BULLET_DATE_SIZE])
{
	char day[BULLET_DATE_SIZE];
	size_t i, j, n = 0;

	for (i = 0; i < gs->n; i++)
		for (j = 0; j < gs->group[i].n; j++) {
			bullet_date(day, gs->group[i].topic[j].newest);
			n = note_day(days, n, day);
		}
	return n;
}

static size_t
add_day(struct buf *b, const struct group *g, const char *day, size_t max)
{
	struct items alive = { NULL, 0 };
	char date[BULLET_DATE_SIZE];
	size_t i, n = 0;

	items_prefs(&alive, g);
	for (i = g->n; i > 0 && n < max; i--) {
		bullet_date(date, g->topic[i - 1].newest);
		if (strcmp(date, day) != 0)
			continue;
		if (n++ == 0)
			buf_addf(b, "#### %s\n", day);
		add_topic(b, &g->topic[i - 1], &alive, g->cwd);
	}
	items_clear(&alive);
	return n;
}

static void
add_contents(struct buf *b, const struct groups *gs,
    const struct summary_limits *limits)
{
	char days[DAYS][BULLET_DATE_SIZE];
	size_t i, j, n = memory_days(gs, days), told, before;
	unsigned char *done = xcalloc(gs->n + 1, 1);

	buf_addstr(b, "## What's in Memory\n");
	for (i = 0; i < gs->n && i < limits->groups; i++) {
		before = b->len;
		told = 0;
		buf_addf(b, "### %s\n", gs->group[i].cwd);
		for (j = 0; j < n && told < limits->topics; j++)
			told += add_day(b, &gs->group[i], days[j],
			    limits->topics - told);
		done[i] = told > 0;
		if (told == 0)
			buf_truncate(b, before);
	}
	for (i = 0, told = 0; i < gs->n && told < limits->older; i++) {
		if (done[i])
			continue;
		if (told++ == 0)
			buf_addstr(b, "### Older Memory Topics\n");
		buf_addf(b, "#### %s\n- %zu task%s in MEMORY.md, newest: %s\n",
		    gs->group[i].cwd, gs->group[i].n,
		    gs->group[i].n == 1 ? "" : "s", json_str(topic_latest(
		    &gs->group[i].topic[gs->group[i].n - 1])->task, "title"));
	}
	free(done);
}

void
summary_make(struct buf *out, const struct buf *old, const struct inputs *in,
    struct groups *gs)
{
	struct region region;
	struct buf body = BUF_INIT;
	size_t i, levels_n = sizeof(levels) / sizeof(levels[0]);

	region_parse(&region, old);
	for (i = 0; i < levels_n; i++) {
		buf_reset(&body);
		add_profile(&body, in);
		rules_write(&body, gs, levels[i].prefs);
		add_tips(&body, in);
		add_contents(&body, gs, &levels[i]);
		buf_reset(out);
		region_write(&region, &body, out);
		if (out->len <= SUMMARY_MAX)
			break;
	}
	if (out->len > SUMMARY_MAX) {
		buf_reset(out);
		region_write(&region, NULL, out);
	}
	buf_release(&body);
	region_clear(&region);
}
