#include <stdlib.h>
#include <string.h>

#include "common/mem.h"
#include "worker/workspace/handbook.h"
#include "worker/workspace/tree.h"

/* A line's kind is decided by how it begins. */
static const struct {
	const char	*begins;
	enum part	 part;
	int		 whole;		/* nothing may follow */
} headings[] = {
	{ "# Task Group: ",				PART_GROUP,	0 },
	{ "## Task ",					PART_TASK,	0 },
	{ "### rollout_summary_files",			PART_FILES,	1 },
	{ "### keywords",				PART_KEYWORDS,	1 },
	{ "## User preferences",			PART_SECTION,	1 },
	{ "## Reusable knowledge",			PART_SECTION,	1 },
	{ "## Failures and how to do differently",	PART_SECTION,	1 },
};

int
line_next(const struct buf *text, struct line *l)
{
	const char	*end = buf_str(text) + text->len, *nl;

	l->s = l->s == NULL ? buf_str(text) : l->s + l->len;
	if (l->no > 0)
		while (l->s < end && (*l->s == '\r' || *l->s == '\n'))
			if (*l->s++ == '\n')
				break;
	if (l->s >= end)
		return 0;
	nl = memchr(l->s, '\n', (size_t)(end - l->s));
	l->len = (size_t)((nl == NULL ? end : nl) - l->s);
	while (l->len > 0 && l->s[l->len - 1] == '\r')
		l->len--;
	l->no++;
	return 1;
}

int
line_begins(const struct line *l, const char *prefix)
{
	size_t	n = strlen(prefix);

	return l->len >= n && memcmp(l->s, prefix, n) == 0;
}

int
handbook_task(const struct line *l)
{
	size_t	i = strlen("## Task ");
	int	n = 0;

	for (; i < l->len && l->s[i] >= '0' && l->s[i] <= '9' &&
	    n < HANDBOOK_TASKS; i++)
		n = n * 10 + (l->s[i] - '0');
	return i < l->len && l->s[i] == ':' && n > 0 && n < HANDBOOK_TASKS ?
	    n : -1;
}

static enum part
part_of(const struct line *l)
{
	size_t	i;

	for (i = 0; i < sizeof(headings) / sizeof(headings[0]); i++) {
		if (!line_begins(l, headings[i].begins))
			continue;
		if (headings[i].whole &&
		    l->len != strlen(headings[i].begins))
			return PART_UNKNOWN;
		if (headings[i].part == PART_TASK && handbook_task(l) < 0)
			return PART_UNKNOWN;
		return headings[i].part;
	}
	return PART_UNKNOWN;
}

int
walk_next(struct walk *w)
{
	size_t	n = 0;

	if (!line_next(w->text, &w->line))
		return 0;
	if (line_begins(&w->line, "```"))
		w->fence = !w->fence;
	while (n < w->line.len && w->line.s[n] == '#')
		n++;
	w->heading = !w->fence && n > 0 && n < w->line.len &&
	    w->line.s[n] == ' ';
	if (w->heading)
		w->part = part_of(&w->line);
	return 1;
}

/* What is told of the tasks in "[Task 1, Task 2]". */
struct references {
	void	(*found)(void *, int task);	/* NULL: not asked for */
	void	*arg;
	int	 last;				/* -1: none, or no task */
};

static void
read_tasks(const char *s, size_t len, struct references *r)
{
	size_t	i = 0;
	int	n;

	while (i < len) {
		if (s[i] < '0' || s[i] > '9') {
			i++;
			continue;
		}
		for (n = 0; i < len && s[i] >= '0' && s[i] <= '9'; i++)
			if (n < HANDBOOK_TASKS)
				n = n * 10 + (s[i] - '0');
		r->last = n > 0 && n < HANDBOOK_TASKS ? n : -1;
		if (r->last > 0 && r->found != NULL)
			r->found(r->arg, n);
	}
}

/* The length of a "[Task N]" that ends at `end', 0 if none does. */
static size_t
reference_at_end(const char *s, size_t end, struct references *r)
{
	const char	*open;

	if (end == 0 || s[end - 1] != ']' ||
	    (open = memrchr(s, '[', end)) == NULL ||
	    end - (size_t)(open - s) < sizeof("[Task 1]") - 1 ||
	    memcmp(open, "[Task", 5) != 0)
		return 0;
	r->last = -1;
	read_tasks(open, end - (size_t)(open - s), r);
	return r->last < 0 ? 0 : end - (size_t)(open - s);
}

int
handbook_reference(const struct line *l)
{
	struct references	r = { .last = -1 };

	return reference_at_end(l->s, l->len, &r) > 0 ? r.last : -1;
}

static size_t
trim_spaces(const char *s, size_t len)
{
	while (len > 0 && (s[len - 1] == ' ' || s[len - 1] == '\t' ||
	    s[len - 1] == ','))
		len--;
	return len;
}

size_t
handbook_body(const struct line *l, void (*found)(void *, int), void *arg)
{
	struct references	r = { found, arg, -1 };
	size_t			len = trim_spaces(l->s, l->len), n;

	while ((n = reference_at_end(l->s, len, &r)) > 0)
		len = trim_spaces(l->s, len - n);
	return len;
}

char *
handbook_cited(const struct line *l, char id[UUID_SIZE])
{
	static const char	 key[] = "thread_id=";
	char			*line = xstrndup(l->s, l->len), *name, *p;
	char			*path;

	id[0] = '\0';
	name = l->len < 2 ? line : line + 2;
	p = strstr(name, key);
	if (p != NULL && strlen(p) >= sizeof(key) - 1 + UUID_SIZE - 1) {
		memcpy(id, p + sizeof(key) - 1, UUID_SIZE - 1);
		id[UUID_SIZE - 1] = '\0';
		if (!uuid_valid(id))
			id[0] = '\0';
	}
	if (tree_below(name, TREE_SUMMARIES))
		name += strlen(TREE_SUMMARIES);
	path = xasprintf("%s%.*s", TREE_SUMMARIES, (int)strcspn(name, " "),
	    name);
	free(line);
	return path;
}

static size_t
offset_of(const struct handbook *h, const struct line *l)
{
	return (size_t)(l->s - buf_str(h->text));
}

static char *
trimmed(const char *s, size_t len)
{
	while (len > 0 && (*s == ' ' || *s == '`')) {
		s++;
		len--;
	}
	while (len > 0 && (s[len - 1] == ' ' || s[len - 1] == '`' ||
	    (s[len - 1] == '/' && len > 1)))
		len--;
	return xstrndup(s, len);
}

static void
add_group(struct handbook *h, const struct line *l)
{
	size_t			 n = strlen("# Task Group: ");
	struct handbook_group	*g;

	h->group = xreallocarray(h->group, h->ngroups + 1,
	    sizeof(*h->group));
	g = &h->group[h->ngroups++];
	memset(g, 0, sizeof(*g));
	g->at = *l;
	g->start = offset_of(h, l);
	g->end = h->text->len;
	g->name = trimmed(l->s + n, l->len - n);
	g->cwd = xstrdup("");
	if (h->ngroups > 1)
		g[-1].end = g->start;
}

/* "applies_to: cwd=/a; reuse_rule=..." and "pinned: yes" */
static void
read_head(struct handbook_group *g, const struct line *l)
{
	static const char	 key[] = "cwd=";
	char			*line = xstrndup(l->s, l->len), *p;

	if (strcmp(line, "pinned: yes") == 0)
		g->pinned = 1;
	if (tree_below(line, "applies_to: ")) {
		g->marked = strstr(line, "generator=builtin/") != NULL;
		if ((p = strstr(line, key)) != NULL) {
			p += sizeof(key) - 1;
			free(g->cwd);
			g->cwd = trimmed(p, strcspn(p, ";"));
		}
	}
	free(line);
}

static void
add_citation(struct handbook *h, const struct line *l, size_t group, int task)
{
	struct handbook_citation	*c;

	h->citation = xreallocarray(h->citation, h->ncitations + 1,
	    sizeof(*h->citation));
	c = &h->citation[h->ncitations++];
	c->at = *l;
	c->group = group;
	c->task = task;
	c->path = handbook_cited(l, c->id);
}

static void
add_entry(struct handbook *h, const struct line *l, size_t group)
{
	struct handbook_entry	*e;

	h->entry = xreallocarray(h->entry, h->nentries + 1,
	    sizeof(*h->entry));
	e = &h->entry[h->nentries++];
	e->at = *l;
	e->group = group;
	e->body = handbook_body(l, NULL, NULL);
}

void
handbook_parse(struct handbook *h, const struct buf *text)
{
	struct walk	w = { .text = text };
	size_t		group = HANDBOOK_NO_GROUP;
	int		task = -1;

	memset(h, 0, sizeof(*h));
	h->text = text;
	while (walk_next(&w)) {
		if (w.heading && w.part == PART_GROUP) {
			add_group(h, &w.line);
			group = h->ngroups - 1;
			task = -1;
		} else if (w.heading) {
			task = w.part == PART_TASK ?
			    handbook_task(&w.line) : task;
		} else if (w.part == PART_GROUP) {
			read_head(&h->group[group], &w.line);
		} else if (!w.fence && (line_begins(&w.line, "- ") ||
		    line_begins(&w.line, "* "))) {
			if (w.part == PART_FILES)
				add_citation(h, &w.line, group, task);
			else if (w.part != PART_KEYWORDS)
				add_entry(h, &w.line, group);
		}
	}
}

void
handbook_release(struct handbook *h)
{
	size_t	i;

	for (i = 0; i < h->ngroups; i++) {
		free(h->group[i].name);
		free(h->group[i].cwd);
	}
	for (i = 0; i < h->ncitations; i++)
		free(h->citation[i].path);
	free(h->group);
	free(h->citation);
	free(h->entry);
	memset(h, 0, sizeof(*h));
}
