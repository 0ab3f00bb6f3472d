#include <stdlib.h>
#include <string.h>

#include "common/mem.h"
#include "common/uuid.h"
#include "worker/workspace/raw_memories.h"
#include "worker/workspace/rules.h"
#include "worker/workspace/tree.h"

/*
 * MEMORY.md is blocks: a task group with its head, its tasks, then sections
 * of bullets.  A line's kind is decided by how it begins.
 */
#define TASKS_MAX 1000

enum part {
	PART_NONE,		/* before the first group */
	PART_GROUP,		/* # Task Group: */
	PART_TASK,		/* ## Task N: */
	PART_FILES,		/* ### rollout_summary_files */
	PART_KEYWORDS,		/* ### keywords */
	PART_SECTION,		/* ## User preferences and its like */
	PART_UNKNOWN		/* a heading that is none of these */
};

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

/* A walk over the lines with the part that each is in. */
struct walk {
	struct judged	*judged;
	struct line	 line;
	enum part	 part;
	int		 heading;	/* the line is one */
	int		 fence;		/* within ``` */
};

static int
is_handbook(const struct judged *j)
{
	return strcmp(j->path, TREE_HANDBOOK) == 0;
}

/* "## Task 12: name": the number, else -1. */
static int
task_number(const struct line *l)
{
	size_t	i = strlen("## Task ");
	int	n = 0;

	for (; i < l->len && l->s[i] >= '0' && l->s[i] <= '9' &&
	    n < TASKS_MAX; i++)
		n = n * 10 + (l->s[i] - '0');
	return i < l->len && l->s[i] == ':' && n > 0 && n < TASKS_MAX ?
	    n : -1;
}

static enum part
part_of(const struct line *l)
{
	size_t	i;

	for (i = 0; i < sizeof(headings) / sizeof(headings[0]); i++) {
		if (!rules_line_begins(l, headings[i].begins))
			continue;
		if (headings[i].whole &&
		    l->len != strlen(headings[i].begins))
			return PART_UNKNOWN;
		if (headings[i].part == PART_TASK && task_number(l) < 0)
			return PART_UNKNOWN;
		return headings[i].part;
	}
	return PART_UNKNOWN;
}

static int
walk_next(struct walk *w)
{
	size_t	n = 0;

	if (!rules_next_line(w->judged->text, &w->line))
		return 0;
	if (rules_line_begins(&w->line, "```"))
		w->fence = !w->fence;
	while (n < w->line.len && w->line.s[n] == '#')
		n++;
	w->heading = !w->fence && n > 0 && n < w->line.len &&
	    w->line.s[n] == ' ';
	if (w->heading)
		w->part = part_of(&w->line);
	return 1;
}

static void
found_at(struct judged *j, const struct line *l)
{
	rules_found(j, l->no, l->s, l->len);
}

void
rules_headings(struct judged *j)
{
	struct walk	w = { .judged = j };

	if (!is_handbook(j))
		return;
	while (walk_next(&w))
		if (w.heading && w.part == PART_UNKNOWN)
			found_at(j, &w.line);
}

/* What a group or a task still lacks, reported at its heading. */
struct owed {
	struct line	at;
	int		open;
	unsigned	lacks;
};

#define LACKS_SCOPE	1u
#define LACKS_APPLIES	2u
#define LACKS_TASK	4u
#define LACKS_FILES	8u
#define LACKS_KEYWORDS	16u

static void
owed_close(struct judged *j, struct owed *o)
{
	if (o->open && o->lacks != 0)
		found_at(j, &o->at);
	o->open = 0;
}

static void
owed_open(struct judged *j, struct owed *o, const struct line *l,
    unsigned lacks)
{
	owed_close(j, o);
	o->at = *l;
	o->open = 1;
	o->lacks = lacks;
}

/* Some file below the folder `dir' of the extensions is there. */
static int
extension_holds(struct judged *j, const char *dir)
{
	git_index	*tree = j->v->merged;
	char		*path = xasprintf(TREE_EXTENSIONS "%s/", dir);
	size_t		 i;
	int		 found = 0;

	for (i = 0; !found && i < git_index_entrycount(tree); i++)
		found = tree_below(git_index_get_byindex(tree, i)->path,
		    path);
	free(path);
	return found;
}

/*
 * The bullet ends in "[ad-hoc note]" or "[extension NAME]", of which there is
 * a file: it rests on no session and so on no task.
 */
static int
rests_on_extension(struct judged *j, const struct line *l)
{
	static const char	note[] = "[ad-hoc note]", head[] = "[extension ";
	char			*line = xstrndup(l->s, l->len), *tag, *end;
	int			 is = 0;

	tag = strrchr(line, '[');
	if (tag != NULL && strcmp(tag, note) == 0) {
		is = extension_holds(j, "ad_hoc/notes");
	} else if (tag != NULL && tree_below(tag, head)) {
		tag += sizeof(head) - 1;
		end = strchr(tag, ']');
		if (end != NULL && end > tag && end[1] == '\0') {
			*end = '\0';
			is = strchr(tag, '/') == NULL &&
			    extension_holds(j, tag);
		}
	}
	free(line);
	return is;
}

/* A group of notes has no task: nobody did anything. */
static unsigned
told_by(struct judged *j, const struct walk *w)
{
	if (w->part == PART_GROUP && rules_line_begins(&w->line, "scope: "))
		return LACKS_SCOPE;
	if (w->part == PART_GROUP &&
	    rules_line_begins(&w->line, "applies_to: "))
		return LACKS_APPLIES;
	if (w->heading && w->part == PART_TASK)
		return LACKS_TASK;
	if (w->part == PART_SECTION && rules_line_begins(&w->line, "- ") &&
	    rests_on_extension(j, &w->line))
		return LACKS_TASK;
	return 0;
}

void
rules_group_head(struct judged *j)
{
	struct walk	w = { .judged = j };
	struct owed	o = { .open = 0 };

	if (!is_handbook(j))
		return;
	while (walk_next(&w)) {
		if (w.heading && w.part == PART_GROUP)
			owed_open(j, &o, &w.line,
			    LACKS_SCOPE | LACKS_APPLIES | LACKS_TASK);
		else
			o.lacks &= ~told_by(j, &w);
	}
	owed_close(j, &o);
}

void
rules_task_parts(struct judged *j)
{
	struct walk	w = { .judged = j };
	struct owed	o = { .open = 0 };

	if (!is_handbook(j))
		return;
	while (walk_next(&w)) {
		if (w.heading && w.part == PART_TASK)
			owed_open(j, &o, &w.line,
			    LACKS_FILES | LACKS_KEYWORDS);
		else if (w.heading && (w.part == PART_GROUP ||
		    w.part == PART_SECTION))
			owed_close(j, &o);
		else if (w.part == PART_FILES &&
		    rules_line_begins(&w.line, "- "))
			o.lacks &= ~LACKS_FILES;
		else if (w.part == PART_KEYWORDS)
			o.lacks &= ~LACKS_KEYWORDS;
	}
	owed_close(j, &o);
}

/* The bullet ends in "[Task N]"; N, else -1. */
static int
final_reference(const struct line *l)
{
	size_t	i = l->len;
	int	n = 0, ten = 1;

	if (i == 0 || l->s[--i] != ']')
		return -1;
	while (i > 0 && l->s[i - 1] >= '0' && l->s[i - 1] <= '9' &&
	    ten <= TASKS_MAX) {
		n += (l->s[--i] - '0') * ten;
		ten *= 10;
	}
	return i >= 5 && memcmp(l->s + i - 5, "Task ", 5) == 0 && n > 0 &&
	    n < TASKS_MAX ? n : -1;
}

void
rules_references(struct judged *j)
{
	struct walk	w = { .judged = j };
	char		known[TASKS_MAX] = { 0 };
	int		n;

	if (!is_handbook(j))
		return;
	while (walk_next(&w)) {
		if (w.heading && w.part == PART_GROUP)
			memset(known, 0, sizeof(known));
		if (w.heading && w.part == PART_TASK)
			known[task_number(&w.line)] = 1;
		if (w.part != PART_SECTION ||
		    !rules_line_begins(&w.line, "- "))
			continue;
		n = final_reference(&w.line);
		if ((n < 0 || !known[n]) && !rests_on_extension(j, &w.line))
			found_at(j, &w.line);
	}
}

/* The text of a rollout summary in M, else in A; 0 if in neither. */
static int
summary_text(struct judged *j, const char *path, struct buf *out)
{
	const struct validation	*v = j->v;

	if (tree_text(v->merged, v->history, path, out) > 0)
		return 1;
	return v->agents != NULL &&
	    tree_text(v->agents, v->history, path, out) > 0;
}

/* "- FILE (..., thread_id=UUID, ...)" */
static int
citation_holds(struct judged *j, const struct line *l)
{
	static const char	key[] = "thread_id=";
	struct buf		text = BUF_INIT;
	char			id[UUID_SIZE], *line, *name, *p, *path;
	int			ok;

	line = xstrndup(l->s, l->len);
	name = line + 2;
	if (tree_below(name, TREE_SUMMARIES))
		name += strlen(TREE_SUMMARIES);
	p = strstr(name, key);
	path = xasprintf("%s%.*s", TREE_SUMMARIES,
	    (int)strcspn(name, " "), name);
	ok = tree_tracked(path) && summary_text(j, path, &text);
	/* A file that somebody else wrote may have no such line. */
	if (ok && p != NULL && raw_memories_thread(&text, id))
		ok = strncmp(p + sizeof(key) - 1, id, UUID_SIZE - 1) == 0;
	buf_release(&text);
	free(path);
	free(line);
	return ok;
}

void
rules_citations(struct judged *j)
{
	struct walk	w = { .judged = j };

	if (!is_handbook(j))
		return;
	while (walk_next(&w))
		if (w.part == PART_FILES && !w.heading &&
		    rules_line_begins(&w.line, "- ") &&
		    !citation_holds(j, &w.line))
			found_at(j, &w.line);
}
