#include <stdlib.h>
#include <string.h>

#include "builtin_tally.h"
#include "mem.h"

static struct count *
find(const struct tally *t, const char *name)
{
	size_t i;

	for (i = 0; i < t->n; i++)
		if (strcmp(t->v[i].name, name) == 0)
			return &t->v[i];
	return NULL;
}

const struct count *
tally_find(const struct tally *t, const char *name)
{
	return find(t, name);
}

struct count *
tally_add(struct tally *t, const char *name, int64_t n, int64_t time)
{
	struct count *c = find(t, name);

	if (c == NULL) {
		t->v = xreallocarray(t->v, t->n + 1, sizeof(*t->v));
		c = &t->v[t->n++];
		memset(c, 0, sizeof(*c));
		c->name = name;
	}
	c->n += n;
	if (time > c->time)
		c->time = time;
	return c;
}

static int
by_count(const void *a, const void *b)
{
	const struct count *x = a, *y = b;

	if (x->n != y->n)
		return x->n > y->n ? -1 : 1;
	return strcmp(x->name, y->name);
}

void
tally_sort(struct tally *t)
{
	if (t->n > 1)
		qsort(t->v, t->n, sizeof(*t->v), by_count);
}

void
tally_clear(struct tally *t)
{
	free(t->v);
	memset(t, 0, sizeof(*t));
}
