#include <stdlib.h>
#include <string.h>

#include "common/mem.h"
#include "worker/workspace/changes.h"
#include "worker/workspace/tree.h"

static void
add(struct changes *c, const char *path, enum change_kind kind)
{
	c->list = xreallocarray(c->list, c->n + 1, sizeof(*c->list));
	c->list[c->n].path = xstrdup(path);
	c->list[c->n].kind = kind;
	c->n++;
	c->count[kind]++;
}

static int
by_path(const void *a, const void *b)
{
	const struct change	*x = a, *y = b;

	return strcmp(x->path, y->path);
}

void
changes_between(struct changes *c, git_index *from, git_index *to)
{
	const git_index_entry	*e, *other;
	size_t			 i;

	memset(c, 0, sizeof(*c));
	for (i = 0; i < git_index_entrycount(from); i++) {
		e = git_index_get_byindex(from, i);
		other = tree_get(to, e->path);
		if (other == NULL)
			add(c, e->path, CHANGE_DELETED);
		else if (!tree_same_entry(e, other))
			add(c, e->path, CHANGE_MODIFIED);
	}
	for (i = 0; i < git_index_entrycount(to); i++) {
		e = git_index_get_byindex(to, i);
		if (tree_get(from, e->path) == NULL)
			add(c, e->path, CHANGE_ADDED);
	}
	if (c->n > 1)
		qsort(c->list, c->n, sizeof(*c->list), by_path);
}

void
changes_release(struct changes *c)
{
	size_t	i;

	for (i = 0; i < c->n; i++)
		free(c->list[i].path);
	free(c->list);
	memset(c, 0, sizeof(*c));
}

static int
rank(const struct change *c)
{
	if (c->kind == CHANGE_DELETED)
		return 4;
	if (strcmp(c->path, TREE_SUMMARY) == 0)
		return 3;
	if (strcmp(c->path, TREE_HANDBOOK) == 0)
		return 2;
	return tree_below(c->path, TREE_SUMMARIES) ? 0 : 1;
}

static int
by_rank(const void *a, const void *b)
{
	int	d = rank(a) - rank(b);

	return d != 0 ? d : by_path(a, b);
}

void
changes_order(struct changes *c)
{
	if (c->n > 1)
		qsort(c->list, c->n, sizeof(*c->list), by_rank);
}
