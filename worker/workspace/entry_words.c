#include <stdlib.h>
#include <string.h>

#include "common/mem.h"
#include "worker/text.h"
#include "worker/workspace/entry_words.h"
#include "worker/workspace/specifics.h"

#define ENTRIES_MAX	5000	/* compared word by word, on each side */

/* The words of an entry, as hashes, each once, in order. */
struct words {
	uint64_t	*v;
	size_t		 n;
};

static int
by_value(const void *a, const void *b)
{
	const uint64_t	*x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static void
add_word(struct words *w, const char *s, size_t len)
{
	w->v = xreallocarray(w->v, w->n + 1, sizeof(*w->v));
	w->v[w->n++] = text_hash(s, len);
}

/* Where a script writes no spaces, each character counts. */
static void
split(struct words *w, const char *s)
{
	size_t		 len = strlen(s), i = 0, n, start = 0;
	uint32_t	 cp;

	while (i < len) {
		n = text_decode(s + i, len - i, &cp);
		if (cp >= 0x2e80 && text_wordchar(cp)) {
			if (i - start > 1)
				add_word(w, s + start, i - start);
			add_word(w, s + i, n);
			start = i + n;
		} else if (!text_wordchar(cp)) {
			if (i - start > 1)
				add_word(w, s + start, i - start);
			start = i + n;
		}
		i += n;
	}
	if (len > start + 1)
		add_word(w, s + start, len - start);
}

static void
words_of(struct words *w, const char *s, size_t len)
{
	struct buf	plain = BUF_INIT;
	size_t		i, n = 0;

	memset(w, 0, sizeof(*w));
	specifics_plain(&plain, s, len);
	split(w, buf_str(&plain));
	if (w->n > 1)
		qsort(w->v, w->n, sizeof(*w->v), by_value);
	for (i = 0; i < w->n; i++)
		if (n == 0 || w->v[i] != w->v[n - 1])
			w->v[n++] = w->v[i];
	w->n = n;
	buf_wipe(&plain);
}

void
entry_words_init(struct entry_words *s, const struct handbook *book)
{
	const struct handbook_entry	*e;
	size_t				 i;

	s->book = book;
	s->n = book->nentries < ENTRIES_MAX ? book->nentries : ENTRIES_MAX;
	s->words = xcalloc(s->n + 1, sizeof(*s->words));
	s->whole = xcalloc(s->n + 1, sizeof(*s->whole));
	for (i = 0; i < s->n; i++) {
		e = &book->entry[i];
		words_of(&s->words[i], e->at.s, e->body);
		s->whole[i] = text_hash(e->at.s, e->body);
	}
}

void
entry_words_release(struct entry_words *s)
{
	size_t	i;

	for (i = 0; i < s->n; i++)
		free(s->words[i].v);
	free(s->words);
	free(s->whole);
}

/* How many words of `a' are in `b'. */
static size_t
shared(const struct words *a, const struct words *b)
{
	size_t	i = 0, k = 0, n = 0;

	while (i < a->n && k < b->n) {
		n += a->v[i] == b->v[k];
		if (a->v[i] <= b->v[k])
			i++;
		else
			k++;
	}
	return n;
}

size_t
entry_words_like(const struct entry_words *old, size_t i,
    const struct entry_words *now)
{
	size_t	k, n, most = 0, best = ENTRY_NONE;

	for (k = 0; k < now->n; k++) {
		n = shared(&old->words[i], &now->words[k]);
		if (n > most) {
			most = n;
			best = k;
		}
	}
	return most * 2 >= old->words[i].n ? best : ENTRY_NONE;
}

int
entry_words_stand(const struct entry_words *old, size_t i,
    const struct entry_words *now)
{
	size_t	k;

	for (k = 0; k < now->n; k++)
		if (now->whole[k] == old->whole[i])
			return 1;
	return 0;
}
