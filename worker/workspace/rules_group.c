/*
 * A task group is about one repository or folder.  A fact of another one's
 * session in it would be believed where it does not hold.
 */
#include <stdlib.h>
#include <string.h>

#include "worker/text.h"
#include "worker/workspace/raw_memories.h"
#include "worker/workspace/rules.h"
#include "worker/workspace/tree.h"

/* A folder this deep is a project's, not a home or a file system. */
#define PROJECT_DEPTH 3

void
rules_cited_thread(const struct judged *j, const struct handbook_citation *c,
    char id[UUID_SIZE])
{
	struct buf	text = BUF_INIT;

	memcpy(id, c->id, UUID_SIZE);
	if (id[0] != '\0')
		return;
	if (rules_text(j, j->v->merged, c->path, &text) == 0 ||
	    !raw_memories_thread(&text, id))
		id[0] = '\0';
	buf_release(&text);
}

/* The thread behind each "thread_id=" of a line must be known. */
static void
threads_of_line(struct judged *j, const struct line *l)
{
	static const char	 key[] = "thread_id=";
	const char		*p = l->s, *end = l->s + l->len;
	char			 id[UUID_SIZE];

	while ((p = memmem(p, (size_t)(end - p), key,
	    sizeof(key) - 1)) != NULL) {
		p += sizeof(key) - 1;
		id[0] = '\0';
		if ((size_t)(end - p) >= UUID_SIZE - 1) {
			memcpy(id, p, UUID_SIZE - 1);
			id[UUID_SIZE - 1] = '\0';
		}
		if (!uuid_valid(id) || evidence_find(j->evidence, id) == NULL)
			rules_found_text(j, l->no, id, strlen(id));
	}
}

/* Wherever it stands; citations themselves are judged with their file. */
void
rules_threads(struct judged *j)
{
	struct walk	w = { .text = j->text };

	if (!tree_agents(j->path))
		return;
	while (walk_next(&w))
		if (!rules_is_handbook(j) || w.part != PART_FILES)
			threads_of_line(j, &w.line);
}

static size_t
depth(const char *path)
{
	size_t	n = 0;

	for (; *path != '\0'; path++)
		n += path[0] == '/' && path[1] != '\0';
	return n;
}

/* The same path, or one is below the other, which is a project's. */
static int
related(const char *a, const char *b)
{
	size_t		 n = strlen(a), m = strlen(b);
	const char	*upper = n < m ? a : b, *lower = n < m ? b : a;

	if (strcmp(a, b) == 0)
		return 1;
	n = strlen(upper);
	return *upper == '/' && strncmp(upper, lower, n) == 0 &&
	    lower[n] == '/' && depth(upper) >= PROJECT_DEPTH;
}

static const char *
last_part(const char *path)
{
	const char	*slash = strrchr(path, '/');

	return slash == NULL ? path : slash + 1;
}

/* Where its repository is not known, worktrees are told by their name. */
static int
same_group(const struct evidence_thread *a, const struct evidence_thread *b)
{
	if (a->cwd != NULL && b->cwd != NULL && related(a->cwd, b->cwd))
		return 1;
	if (a->group != NULL && b->group != NULL)
		return related(a->group, b->group);
	return a->cwd != NULL && b->cwd != NULL &&
	    strcmp(last_part(a->cwd), last_part(b->cwd)) == 0;
}

static int
is_of(const struct evidence_thread *t, const char *where)
{
	return (t->cwd != NULL && strcmp(t->cwd, where) == 0) ||
	    (t->group != NULL && strcmp(t->group, where) == 0);
}

/* Does the session belong where the group's head says it is? */
static int
belongs(const struct evidence *e, const struct evidence_thread *t,
    const char *where)
{
	size_t	i;

	if (is_of(t, where) || (t->cwd != NULL && related(t->cwd, where)))
		return 1;
	for (i = 0; i < e->n; i++)
		if (is_of(&e->thread[i], where) &&
		    same_group(t, &e->thread[i]))
			return 1;
	return t->group == NULL && t->cwd != NULL &&
	    strcmp(last_part(t->cwd), last_part(where)) == 0;
}

/* One that names no folder is about what its first session is about. */
static int
fits(struct judged *j, const struct handbook_group *g,
    const struct evidence_thread *t, const struct evidence_thread *first)
{
	if (t == NULL || (t->cwd == NULL && t->group == NULL))
		return 1;	/* rules_citations() has it */
	if (*g->cwd == '/')
		return belongs(j->evidence, t, g->cwd);
	return is_of(t, g->cwd) || first == NULL || same_group(t, first);
}

void
rules_scope(struct judged *j)
{
	const struct handbook		*b = &j->book;
	const struct evidence_thread	*t, *first = NULL;
	size_t				 i, group = HANDBOOK_NO_GROUP;
	char				 id[UUID_SIZE];

	for (i = 0; i < b->ncitations; i++) {
		if (b->citation[i].group == HANDBOOK_NO_GROUP ||
		    rules_is_builtins(j, b->citation[i].group))
			continue;
		rules_cited_thread(j, &b->citation[i], id);
		t = evidence_find(j->evidence, id);
		if (b->citation[i].group != group)
			first = t;
		group = b->citation[i].group;
		if (!fits(j, &b->group[group], t, first))
			rules_found_at(j, &b->citation[i].at);
	}
}

/* Half of the name's longer words stand in the text. */
static int
named_by_words(const char *text, char *name)
{
	size_t	n = 0, found = 0;
	char	*word;

	while ((word = strsep(&name, " /-_:,.")) != NULL)
		if (strlen(word) >= 4) {
			n++;
			found += text_phrase(text, word) != NULL;
		}
	return n > 0 && found * 2 >= n;
}

static int
is_reached(const struct handbook_group *g, const char *text)
{
	struct buf	name = BUF_INIT, last = BUF_INIT;
	int		r;

	text_lower(&name, g->name);
	text_lower(&last, last_part(*g->cwd == '/' ? g->cwd : g->name));
	r = text_phrase(text, buf_str(&name)) != NULL ||
	    (last.len > 0 && text_phrase(text, buf_str(&last)) != NULL) ||
	    named_by_words(text, name.data);
	buf_release(&name);
	buf_release(&last);
	return r;
}

static int
kept_by_user(const struct validation *v, const char *path)
{
	size_t	i;

	for (i = 0; i < v->nconflicts; i++)
		if (strcmp(v->conflicts[i], path) == 0)
			return 1;
	return 0;
}

void
rules_reach(struct judged *j)
{
	const struct validation	*v = j->v;
	struct buf		 text = BUF_INIT, lower = BUF_INIT;
	size_t			 i;

	/* Who deleted the summary wants none; who edited it has the word. */
	if (!rules_is_handbook(j) || kept_by_user(v, TREE_SUMMARY) ||
	    (!v->alone && tree_get(v->merged, TREE_SUMMARY) == NULL &&
	    tree_get(v->live, TREE_SUMMARY) == NULL))
		return;
	if (rules_text(j, j->tree, TREE_SUMMARY, &text) > 0)
		text_lower(&lower, buf_str(&text));
	for (i = 0; i < j->book.ngroups; i++)
		if (!rules_is_builtins(j, i) &&
		    !is_reached(&j->book.group[i], buf_str(&lower)))
			rules_found_at(j, &j->book.group[i].at);
	buf_release(&text);
	buf_release(&lower);
}
