#include <stdlib.h>
#include <string.h>

#include "builtin_contents.h"
#include "builtin_items.h"
#include "json.h"
#include "mem.h"
#include "worker/bullet.h"
#include "worker/text.h"

#define DAYS		3	/* newest memory days told in full */
#define LEARNED		200	/* bytes of a learning */
#define TITLE		80	/* bytes of an older task's title */
#define TOPIC_WORDS	5
#define NAMES_MAX	5000	/* bytes of groups that are merely named */
#define SUMMARIES	"rollout_summaries/"
#define OLDER		"### Older Memory Topics\n"

struct contents {
	const struct contents_limits *limits;
	char		 day[DAYS][BULLET_DATE_SIZE];	/* newest first */
	size_t		 ndays;
	const struct items *alive;	/* rules in force in the group */
};

static size_t
length(json_object *arr)
{
	return arr == NULL ? 0 : json_object_array_length(arr);
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
	    "knowledge", NULL };
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
		else if (**l == 'k')
			(void)bullet_told(&text, o);
		else
			(void)bullet_check(&text, o, home);
	}
	if (text.len > 0) {
		line = text_brief(buf_str(&text), LEARNED);
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

/* The group's topics of one day, newest first. */
static void
add_day(struct contents *c, struct buf *b, struct group *g, const char *day)
{
	char date[BULLET_DATE_SIZE];
	size_t i, n = 0;

	for (i = g->n; i > 0 && g->told < c->limits->topics; i--) {
		bullet_date(date, g->topic[i - 1].newest);
		if (strcmp(date, day) != 0)
			continue;
		if (n++ == 0)
			buf_addf(b, "#### %s\n", day);
		add_topic(b, &g->topic[i - 1], c->alive, g->cwd);
		g->topic[i - 1].told = 1;
		g->told++;
	}
}

static void
add_newest(struct contents *c, struct buf *b, struct group *g)
{
	size_t i, before = b->len;

	buf_addf(b, "### %s\n", g->cwd);
	for (i = 0; i < c->ndays; i++)
		add_day(c, b, g, c->day[i]);
	if (g->told == 0)
		buf_truncate(b, before);
}

/* Where the group's tasks stand. */
static void
add_where(struct buf *b, const struct group *g)
{
	if (g->hidden == 0)
		buf_addstr(b, " in MEMORY.md");
	else if (g->hidden == g->n)
		buf_addstr(b, " in " SUMMARIES " only");
	else
		buf_addf(b, ", the oldest %zu in " SUMMARIES " only",
		    g->hidden);
}

/* "- 3 tasks in MEMORY.md, newest: ..." of what was not told yet. */
static void
add_older(struct buf *b, const struct group *g)
{
	size_t n = g->n - g->told, i = g->n;
	char *title;

	while (i > 1 && g->topic[i - 1].told)
		i--;
	title = text_brief(json_str(topic_latest(&g->topic[i - 1])->task,
	    "title"), TITLE);
	buf_addf(b, "#### %s\n- %zu %stask%s", g->cwd, n, g->told > 0 ?
	    "more " : "", n == 1 ? "" : "s");
	add_where(b, g);
	buf_addf(b, ", newest: %s\n", title);
	free(title);
}

static size_t
parent_len(const char *cwd)
{
	const char *slash = strrchr(cwd, '/');

	return slash == NULL || slash[1] == '\0' ? 0 : (size_t)(slash - cwd);
}

static int
is_beside(const struct group *a, const struct group *b)
{
	size_t len = parent_len(a->cwd);

	return parent_len(b->cwd) == len && strncmp(a->cwd, b->cwd, len) == 0;
}

/* All groups below one folder in one line: the names can be searched for. */
static void
add_names(struct buf *b, const struct groups *gs, unsigned char *named)
{
	size_t i, j, len, start = b->len, left = 0;
	const char *cwd;

	for (i = 0; i < gs->n; i++) {
		if (named[i])
			continue;
		cwd = gs->group[i].cwd;
		len = parent_len(cwd);
		if (b->len - start > NAMES_MAX) {
			left++;
			continue;
		}
		buf_addf(b, "- below %.*s/: ", (int)len, cwd);
		for (j = i; j < gs->n && b->len - start <= NAMES_MAX; j++) {
			if (named[j] || !is_beside(&gs->group[i],
			    &gs->group[j]))
				continue;
			named[j] = 1;
			buf_addf(b, "%s%s", j == i ? "" : ", ",
			    gs->group[j].cwd + len + (*cwd == '/'));
		}
		buf_addch(b, '\n');
	}
	if (left > 0)
		buf_addf(b, "- and %zu more: the headings of MEMORY.md, the "
		    "lines \"cwd:\" of " SUMMARIES "\n", left);
}

static void
add_rest(struct contents *c, struct buf *b, const struct groups *gs)
{
	unsigned char *named = xcalloc(gs->n + 1, 1);
	size_t i, left = c->limits->older, unnamed = 0;

	for (i = 0; i < gs->n; i++) {
		named[i] = gs->group[i].told > 0;
		if (gs->group[i].told == gs->group[i].n)
			continue;
		if (left == 0) {
			unnamed += !named[i];
			continue;
		}
		add_older(b, &gs->group[i]);
		named[i] = 1;
		left--;
	}
	if (unnamed > 0) {
		buf_addstr(b, "#### further groups of MEMORY.md and "
		    SUMMARIES "\n");
		add_names(b, gs, named);
	}
	free(named);
}

static void
forget_told(struct groups *gs)
{
	size_t i, j;

	for (i = 0; i < gs->n; i++) {
		gs->group[i].told = 0;
		for (j = 0; j < gs->group[i].n; j++)
			gs->group[i].topic[j].told = 0;
	}
}

void
contents_write(struct buf *b, struct groups *gs, const struct items *prefs,
    const struct contents_limits *limits)
{
	struct contents c = { .limits = limits };
	size_t i, before;

	forget_told(gs);
	c.ndays = memory_days(gs, c.day);
	for (i = 0; i < gs->n && i < limits->groups; i++) {
		c.alive = &prefs[i];
		add_newest(&c, b, &gs->group[i]);
	}
	before = b->len;
	buf_addstr(b, OLDER);
	add_rest(&c, b, gs);
	if (b->len == before + strlen(OLDER))
		buf_truncate(b, before);
}
