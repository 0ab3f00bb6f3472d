#include <stdlib.h>
#include <string.h>

#include "common/mem.h"
#include "worker/text.h"
#include "worker/workspace/handbook.h"
#include "worker/workspace/specifics.h"
#include "worker/workspace/textset.h"

#define TEXT_MAX	200	/* bytes of one; what is longer is cut */
#define SET_MAX		100000

void
textset_release(struct textset *s)
{
	size_t	i;

	for (i = 0; i < s->n; i++)
		free(s->v[i]);
	free(s->v);
	memset(s, 0, sizeof(*s));
}

static void
add(struct textset *s, const char *text, size_t len)
{
	text_trim(&text, &len);
	if (len == 0 || s->n >= SET_MAX)
		return;
	len = text_cut(text, len, TEXT_MAX);
	if ((s->n & (s->n - 1)) == 0)	/* full: twice as much */
		s->v = xreallocarray(s->v, s->n == 0 ? 1 : s->n * 2,
		    sizeof(*s->v));
	s->v[s->n++] = xstrndup(text, len);
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Sort, and keep one of each. */
static void
finish(struct textset *s)
{
	size_t	i, n = 0;

	if (s->n > 1)
		qsort(s->v, s->n, sizeof(*s->v), by_text);
	for (i = 0; i < s->n; i++) {
		if (n > 0 && strcmp(s->v[n - 1], s->v[i]) == 0)
			free(s->v[i]);
		else
			s->v[n++] = s->v[i];
	}
	s->n = n;
}

size_t
textset_missing(const struct textset *a, const struct textset *b,
    void (*each)(const char *, void *), void *arg)
{
	size_t	i, j = 0, n = 0;

	for (i = 0; i < a->n; i++) {
		while (j < b->n && strcmp(b->v[j], a->v[i]) < 0)
			j++;
		if (j < b->n && strcmp(b->v[j], a->v[i]) == 0)
			continue;
		n++;
		if (each != NULL)
			each(a->v[i], arg);
	}
	return n;
}

void
textset_entries(struct textset *s, const struct buf *text)
{
	struct handbook	h;
	size_t		i;

	memset(s, 0, sizeof(*s));
	handbook_parse(&h, text);
	for (i = 0; i < h.nentries; i++)
		add(s, h.entry[i].at.s, h.entry[i].body);
	handbook_release(&h);
	finish(s);
}

void
textset_specifics(struct textset *s, const struct buf *text)
{
	struct specifics	found = { NULL, 0 };
	size_t			i;

	memset(s, 0, sizeof(*s));
	specifics_find(&found, buf_str(text), text->len);
	for (i = 0; i < found.n; i++)
		add(s, found.v[i], strlen(found.v[i]));
	specifics_release(&found);
	finish(s);
}
