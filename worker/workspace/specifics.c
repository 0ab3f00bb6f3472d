#include <stdlib.h>
#include <string.h>

#include "common/mem.h"
#include "worker/text.h"
#include "worker/workspace/evidence.h"
#include "worker/workspace/specifics.h"

/* A word of an entry. */
struct word {
	const char	*s;
	size_t		 len;
	int		 opens;		/* a sentence */
};

void
specifics_plain(struct buf *out, const char *s, size_t len)
{
	struct buf	plain = BUF_INIT;

	evidence_plain(&plain, s, len);
	text_lower(out, buf_str(&plain));
	buf_wipe(&plain);
}

static void
keep(struct specifics *sp, const char *s, size_t len)
{
	struct buf	b = BUF_INIT;
	size_t		i;

	specifics_plain(&b, s, len);
	for (i = 0; b.len > 0 && i < sp->n; i++)
		if (strcmp(sp->v[i], buf_str(&b)) == 0)
			break;
	if (b.len > 0 && i == sp->n) {
		sp->v = xreallocarray(sp->v, sp->n + 1, sizeof(*sp->v));
		sp->v[sp->n++] = xstrdup(buf_str(&b));
	}
	buf_wipe(&b);
}

static int
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static int
is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

static int
is_lower(char c)
{
	return c >= 'a' && c <= 'z';
}

/* 2026-11-22 */
static int
is_date(const struct word *w)
{
	size_t	i;

	if (w->len != 10 || w->s[4] != '-' || w->s[7] != '-')
		return 0;
	for (i = 0; i < w->len; i++)
		if (i != 4 && i != 7 && !is_digit(w->s[i]))
			return 0;
	return 1;
}

/* A number, a path, an identifier: never said in another way. */
static int
is_fixed(const struct word *w)
{
	size_t	i, upper = 0, lower = 0, slashes = 0;
	int	inner = 0;

	if (is_date(w))
		return 0;
	for (i = 0; i < w->len; i++) {
		if (is_digit(w->s[i]) || w->s[i] == '_')
			return 1;
		upper += is_upper(w->s[i]) ? 1 : 0;
		lower += is_lower(w->s[i]) ? 1 : 0;
		slashes += w->s[i] == '/';
		inner |= i > 0 && is_upper(w->s[i]);
		/* "calc.py", but not "e.g" */
		if (w->s[i] == '.' && i > 1 && i + 1 < w->len)
			return 1;
	}
	if (slashes > 1 || (slashes > 0 && strchr("/~.", *w->s) != NULL))
		return 1;
	return inner && (lower > 0 || upper >= 2);
}

/* "Mara" in the middle of a sentence. */
static int
is_name(const struct word *w)
{
	return !w->opens && w->len >= 3 && is_upper(*w->s);
}

/* The closing mark of what opens at s[0]; 0 if it is not closed. */
static size_t
closed_at(const char *s, size_t len)
{
	const char	*p = len < 2 ? NULL : memchr(s + 1, *s, len - 1);

	return p == NULL ? 0 : (size_t)(p - s);
}

/* Step over what stands between words; 1 if a sentence begins behind it. */
static int
skip_gap(const char *s, size_t len, size_t *i)
{
	int	opens = *i == 0;

	while (*i < len && strchr(" \t()[]{}<>,;:!?.'-*", s[*i]) != NULL) {
		/* A path or a number may begin so. */
		if ((s[*i] == '.' || s[*i] == '-') && *i + 1 < len &&
		    s[*i + 1] != ' ' && (*i == 0 || s[*i - 1] == ' '))
			break;
		opens |= strchr(":!?.(", s[*i]) != NULL;
		(*i)++;
	}
	return opens;
}

/* Marks that end a word, or a sentence behind it, are not of it. */
static size_t
word_length(const char *s, size_t len)
{
	size_t	n = 0;

	while (n < len && strchr(" \t()[]{}<>,;\"`", s[n]) == NULL)
		n++;
	while (n > 0 && strchr(".:!?'*", s[n - 1]) != NULL)
		n--;
	return n;
}

/* An entry, and how far it is read. */
struct entry {
	const char		*s;
	size_t			 len;
	size_t			 at;
	struct specifics	*quoted;	/* code and quotations; or NULL */
};

/* Words of the entry in turn; whole code and quotations are kept. */
static int
next_word(struct entry *e, struct word *w)
{
	size_t	n;

	w->opens = 0;
	for (;;) {
		w->opens |= skip_gap(e->s, e->len, &e->at);
		if (e->at >= e->len)
			return 0;
		if (e->s[e->at] != '`' && e->s[e->at] != '"')
			break;
		n = closed_at(e->s + e->at, e->len - e->at);
		if (n > 1 && e->quoted != NULL)
			keep(e->quoted, e->s + e->at + 1, n - 1);
		e->at += n + 1;
		w->opens = 1;
	}
	w->s = e->s + e->at;
	w->len = word_length(w->s, e->len - e->at);
	e->at += w->len > 0 ? w->len : 1;
	return 1;
}

/* Where every third word is capitalised, that makes no name. */
static int
tells_names(const char *s, size_t len)
{
	struct entry	e = { .s = s, .len = len };
	struct word	w;
	size_t		n = 0, names = 0;

	while (next_word(&e, &w)) {
		n++;
		names += w.len > 0 && is_name(&w);
	}
	return names * 3 <= n;
}

void
specifics_find(struct specifics *sp, const char *s, size_t len)
{
	struct entry	e = { .s = s, .len = len, .quoted = sp };
	struct word	w;
	int		names = tells_names(s, len);

	memset(sp, 0, sizeof(*sp));
	while (next_word(&e, &w))
		if (w.len > 0 && (is_fixed(&w) || (names && is_name(&w))))
			keep(sp, w.s, w.len);
}

void
specifics_release(struct specifics *sp)
{
	size_t	i;

	for (i = 0; i < sp->n; i++)
		free(sp->v[i]);
	free(sp->v);
	memset(sp, 0, sizeof(*sp));
}
