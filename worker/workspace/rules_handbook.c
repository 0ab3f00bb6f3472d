#include <stdlib.h>
#include <string.h>

#include "common/mem.h"
#include "common/uuid.h"
#include "worker/workspace/handbook.h"
#include "worker/workspace/raw_memories.h"
#include "worker/workspace/rules.h"
#include "worker/workspace/tree.h"

void
rules_headings(struct judged *j)
{
	struct walk	w = { .text = j->text };

	if (!rules_is_handbook(j))
		return;
	while (walk_next(&w))
		if (w.heading && w.part == PART_UNKNOWN)
			rules_found_at(j, &w.line);
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
		rules_found_at(j, &o->at);
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
	if (w->part == PART_GROUP && line_begins(&w->line, "scope: "))
		return LACKS_SCOPE;
	if (w->part == PART_GROUP &&
	    line_begins(&w->line, "applies_to: "))
		return LACKS_APPLIES;
	if (w->heading && w->part == PART_TASK)
		return LACKS_TASK;
	if (w->part == PART_SECTION && line_begins(&w->line, "- ") &&
	    rests_on_extension(j, &w->line))
		return LACKS_TASK;
	return 0;
}

void
rules_group_head(struct judged *j)
{
	struct walk	w = { .text = j->text };
	struct owed	o = { .open = 0 };

	if (!rules_is_handbook(j))
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
	struct walk	w = { .text = j->text };
	struct owed	o = { .open = 0 };

	if (!rules_is_handbook(j))
		return;
	while (walk_next(&w)) {
		if (w.heading && w.part == PART_TASK)
			owed_open(j, &o, &w.line,
			    LACKS_FILES | LACKS_KEYWORDS);
		else if (w.heading && (w.part == PART_GROUP ||
		    w.part == PART_SECTION))
			owed_close(j, &o);
		else if (w.part == PART_FILES &&
		    line_begins(&w.line, "- "))
			o.lacks &= ~LACKS_FILES;
		else if (w.part == PART_KEYWORDS)
			o.lacks &= ~LACKS_KEYWORDS;
	}
	owed_close(j, &o);
}

void
rules_references(struct judged *j)
{
	struct walk	w = { .text = j->text };
	char		known[HANDBOOK_TASKS] = { 0 };
	int		n;

	if (!rules_is_handbook(j))
		return;
	while (walk_next(&w)) {
		if (w.heading && w.part == PART_GROUP)
			memset(known, 0, sizeof(known));
		if (w.heading && w.part == PART_TASK)
			known[handbook_task(&w.line)] = 1;
		if (w.part != PART_SECTION ||
		    !line_begins(&w.line, "- "))
			continue;
		n = handbook_reference(&w.line);
		if ((n < 0 || !known[n]) && !rests_on_extension(j, &w.line))
			rules_found_at(j, &w.line);
	}
}

/* The text of a rollout summary in M, else in A; 0 if in neither. */
static int
summary_text(struct judged *j, const char *path, struct buf *out)
{
	const struct validation	*v = j->v;

	if (rules_text(j, v->merged, path, out) > 0)
		return 1;
	return v->agents != NULL && rules_text(j, v->agents, path, out) > 0;
}

static int
line_names_thread(const struct line *l)
{
	static const char	key[] = "thread_id=";

	return memmem(l->s, l->len, key, sizeof(key) - 1) != NULL;
}

/* "- FILE (..., thread_id=UUID, ...)" */
static int
citation_holds(struct judged *j, const struct line *l)
{
	struct buf	text = BUF_INIT;
	char		named[UUID_SIZE], id[UUID_SIZE], *path;
	int		ok;

	path = handbook_cited(l, named);
	ok = tree_tracked(path) && summary_text(j, path, &text);
	/* A file that somebody else wrote may have no such line. */
	if (ok && line_names_thread(l) && raw_memories_thread(&text, id))
		ok = strcmp(named, id) == 0;
	buf_release(&text);
	free(path);
	return ok;
}

void
rules_citations(struct judged *j)
{
	struct walk	w = { .text = j->text };

	if (!rules_is_handbook(j))
		return;
	while (walk_next(&w))
		if (w.part == PART_FILES && !w.heading &&
		    line_begins(&w.line, "- ") &&
		    !citation_holds(j, &w.line))
			rules_found_at(j, &w.line);
}
