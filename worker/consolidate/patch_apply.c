#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mem.h"
#include "patch.h"

/* Applying an update: the old text as lines, a place in it, the new text. */

struct old_line {
	const char	*s;
	size_t		 len;	/* without its end */
	size_t		 full;	/* with it */
};

struct applying {
	const struct patch_update	*u;
	struct old_line			*lines;
	size_t				 n;
	size_t				 at;	/* lines before are done */
	const char			*eol;
	struct buf			*out;
};

static void
split(struct applying *a)
{
	const char	*s = a->u->old, *end = s + a->u->oldlen, *nl;
	struct old_line	*l;
	size_t		 room = 0;

	a->eol = "\n";
	for (; s < end; s += l->full) {
		if (a->n == room) {
			room = room == 0 ? 64 : room * 2;
			a->lines = xreallocarray(a->lines, room,
			    sizeof(*a->lines));
		}
		l = &a->lines[a->n++];
		nl = memchr(s, '\n', (size_t)(end - s));
		l->s = s;
		l->full = nl == NULL ? (size_t)(end - s) :
		    (size_t)(nl - s) + 1;
		l->len = nl == NULL ? l->full : l->full - 1;
		if (l->len > 0 && nl != NULL && s[l->len - 1] == '\r') {
			l->len--;
			a->eol = "\r\n";
		}
	}
}

static size_t
trimmed(const char *s, size_t len)
{
	while (len > 0 && (s[len - 1] == ' ' || s[len - 1] == '\t' ||
	    s[len - 1] == '\r'))
		len--;
	return len;
}

static int
same(const struct old_line *l, const char *s, size_t len, int fuzzy)
{
	size_t	n = l->len;

	if (fuzzy) {
		n = trimmed(l->s, n);
		len = trimmed(s, len);
	}
	return n == len && (n == 0 || memcmp(l->s, s, n) == 0);
}

/* Do the kept and old lines of the chunk stand at line `at'? */
static int
stands_at(const struct applying *a, const struct patch_chunk *c, size_t at,
    int fuzzy)
{
	const struct patch_line	*l = &a->u->patch->lines[c->first];
	size_t			 i;

	for (i = 0; i < c->n; i++) {
		if (l[i].mark == '+')
			continue;
		if (at >= a->n || !same(&a->lines[at], l[i].s, l[i].len,
		    fuzzy))
			return 0;
		at++;
	}
	return !c->at_end || at == a->n;
}

/* The line after the one that "@@ ..." names; 0 if there is none. */
static int
seek_context(const struct applying *a, const struct patch_chunk *c,
    size_t *from)
{
	size_t	i;
	int	fuzzy;

	*from = a->at;
	if (c->context == NULL)
		return 1;
	for (fuzzy = 0; fuzzy < 2; fuzzy++)
		for (i = a->at; i < a->n; i++)
			if (same(&a->lines[i], c->context, c->context_len,
			    fuzzy)) {
				*from = i + 1;
				return 1;
			}
	return 0;
}

/* Lines of the chunk that the old text must hold. */
static size_t
wanted(const struct applying *a, const struct patch_chunk *c)
{
	size_t	i, n = 0;

	for (i = 0; i < c->n; i++)
		n += a->u->patch->lines[c->first + i].mark != '+';
	return n;
}

static int
seek_chunk(const struct applying *a, const struct patch_chunk *c,
    size_t *place)
{
	size_t	from, i;
	int	fuzzy;

	if (!seek_context(a, c, &from))
		return 0;
	if (wanted(a, c) == 0) {
		/* Only new lines: behind the named line, else at the end. */
		*place = c->context != NULL && !c->at_end ? from : a->n;
		return 1;
	}
	for (fuzzy = 0; fuzzy < 2; fuzzy++)
		for (i = from; i < a->n; i++)
			if (stands_at(a, c, i, fuzzy)) {
				*place = i;
				return 1;
			}
	return 0;
}

/* Copy old lines up to `to'. */
static void
copy_until(struct applying *a, size_t to)
{
	const struct old_line	*l;

	for (; a->at < to && a->at < a->n; a->at++) {
		l = &a->lines[a->at];
		buf_add(a->out, l->s, l->full);
		if (l->full == l->len)
			buf_addstr(a->out, a->eol);
	}
}

static void
replace_lines(struct applying *a, const struct patch_chunk *c)
{
	const struct patch_line	*l;
	size_t			 i;

	for (i = 0; i < c->n; i++) {
		l = &a->u->patch->lines[c->first + i];
		switch (l->mark) {
		case ' ':
			copy_until(a, a->at + 1);
			break;
		case '-':
			a->at++;
			break;
		default:
			buf_add(a->out, l->s, l->len);
			buf_addstr(a->out, a->eol);
			break;
		}
	}
}

static void
explain(const struct applying *a, const struct patch_chunk *c, size_t n,
    struct patch_why *why)
{
	const struct patch_line	*l;
	const char		*s = c->context;
	size_t			 len = c->context_len, i;

	for (i = 0; s == NULL && i < c->n; i++) {
		l = &a->u->patch->lines[c->first + i];
		if (l->mark != '+' && trimmed(l->s, l->len) > 0) {
			s = l->s;
			len = l->len;
		}
	}
	snprintf(why->text, sizeof(why->text), "chunk %zu is not in the file "
	    "as it says%s%.*s%s; read the file again; nothing was changed", n,
	    s == NULL ? "" : ", beginning with \"",
	    (int)(len > 80 ? 80 : len), s == NULL ? "" : s,
	    s == NULL ? "" : "\"");
}

int
patch_apply(const struct patch_update *u, struct buf *out,
    struct patch_why *why)
{
	struct applying			 a = { .u = u, .out = out };
	const struct patch_chunk	*c;
	size_t				 i, place;
	int				 r = 0;

	split(&a);
	for (i = 0; r == 0 && i < u->file->nchunks; i++) {
		c = &u->file->chunks[i];
		if (seek_chunk(&a, c, &place)) {
			copy_until(&a, place);
			replace_lines(&a, c);
		} else {
			explain(&a, c, i + 1, why);
			r = -1;
		}
	}
	copy_until(&a, a.n);
	free(a.lines);
	return r;
}
