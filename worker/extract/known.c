#include <bsd/string.h>
#include <bsd/sys/tree.h>
#include <stdlib.h>
#include <string.h>

#include "known.h"
#include "mem.h"
#include "survey.h"

struct node {
	RB_ENTRY(node)		entry;
	struct known_file	file;
	char			path[];
};

static int
by_path(const struct node *a, const struct node *b)
{
	return strcmp(a->file.path, b->file.path);
}

RB_HEAD(known_tree, node);
RB_PROTOTYPE(known_tree, node, entry, by_path)
RB_GENERATE(known_tree, node, entry, by_path)

struct known {
	struct known_tree	 tree;
	struct node		*last;		/* found: the next is likely */
	char			**sources;	/* few names, each once */
	size_t			 nsources;
};

struct known *
known_new(void)
{
	struct known	*k = xcalloc(1, sizeof(*k));

	RB_INIT(&k->tree);
	return k;
}

void
known_drop_past(struct known_file *f)
{
	if (f->past == NULL)
		return;
	survey_clear(f->past);
	free(f->past);
	f->past = NULL;
}

static void
drop(struct known *k, struct node *n)
{
	known_drop_past(&n->file);
	if (k->last == n)
		k->last = NULL;
	RB_REMOVE(known_tree, &k->tree, n);
	free(n);
}

void
known_reset(struct known *k)
{
	struct node	*n, *next;

	for (n = RB_MIN(known_tree, &k->tree); n != NULL; n = next) {
		next = RB_NEXT(known_tree, &k->tree, n);
		drop(k, n);
	}
}

void
known_free(struct known *k)
{
	size_t	i;

	if (k == NULL)
		return;
	known_reset(k);
	for (i = 0; i < k->nsources; i++)
		free(k->sources[i]);
	free(k->sources);
	free(k);
}

static struct node *
find(struct known *k, const char *path)
{
	struct node	*n = RB_ROOT(&k->tree);
	int		 cmp;

	while (n != NULL && (cmp = strcmp(path, n->file.path)) != 0)
		n = cmp < 0 ? RB_LEFT(n, entry) : RB_RIGHT(n, entry);
	return n;
}

struct known_file *
known_find(struct known *k, const char *path)
{
	struct node	*n;

	/* A scan asks in order. */
	n = k->last == NULL ? NULL : RB_NEXT(known_tree, &k->tree, k->last);
	if (n == NULL || strcmp(n->file.path, path) != 0)
		n = find(k, path);
	if (n == NULL)
		return NULL;
	k->last = n;
	return &n->file;
}

static char *
source_name(struct known *k, const char *name)
{
	size_t	i;

	for (i = 0; i < k->nsources; i++)
		if (strcmp(k->sources[i], name) == 0)
			return k->sources[i];
	k->sources = xreallocarray(k->sources, i + 1, sizeof(*k->sources));
	k->sources[i] = xstrdup(name);
	k->nsources++;
	return k->sources[i];
}

void
known_put(struct known *k, const struct known_file *file)
{
	size_t		 size = strlen(file->path) + 1;
	struct node	*n = xcalloc(1, sizeof(*n) + size), *old;

	old = find(k, file->path);
	n->file = *file;
	memcpy(n->path, file->path, size);
	n->file.path = n->path;
	n->file.source = source_name(k, file->source);
	if (old != NULL)
		drop(k, old);
	RB_INSERT(known_tree, &k->tree, n);
}

void
known_stat(struct known_file *k, const struct stat *st)
{
	k->dev = (int64_t)st->st_dev;
	k->ino = (int64_t)st->st_ino;
	k->size = st->st_size;
	k->mtime_ns = st->st_mtim.tv_sec * 1000000000 + st->st_mtim.tv_nsec;
}

int
known_same(const struct known_file *k, const struct stat *st)
{
	struct known_file	now;

	known_stat(&now, st);
	return k->hash[0] != '\0' && k->dev == now.dev && k->ino == now.ino &&
	    k->size == now.size && k->mtime_ns == now.mtime_ns;
}

static int
is_below(const char *path, const char *dir)
{
	size_t	len = strlen(dir);

	return strncmp(path, dir, len) == 0 && path[len] == '/';
}

void
known_sweep(struct known *k, const struct known_part *part,
    void (*gone)(const struct known_file *, void *), void *arg)
{
	struct node	*n, *next;

	for (n = RB_MIN(known_tree, &k->tree); n != NULL; n = next) {
		next = RB_NEXT(known_tree, &k->tree, n);
		if (n->file.seen == part->seen ||
		    strcmp(n->file.source, part->source) != 0 ||
		    is_below(n->file.path, part->dir) == part->outside)
			continue;
		gone(&n->file, arg);
		drop(k, n);
	}
}
