#include <ctype.h>
#include <string.h>

#include "glance.h"
#include "common/bytes.h"
#include "common/json.h"
#include "worker/text.h"

/* The text, and what is looked for. */
struct look {
	const char	*p, *end;
	struct glance	*wanted;
	size_t		 n;
};

/* Which of the wanted may be below, and what is left of their paths. */
struct below {
	unsigned	 alive;		/* 1u << index */
	const char	*rest[GLANCE_WANTED];
};

static int value(struct look *, const struct below *, int depth);

static void
space(struct look *l)
{
	while (*l->p == ' ' || *l->p == '\n' || *l->p == '\t' ||
	    *l->p == '\r')
		l->p++;
}

/* This character, after white space; -1 if another is there. */
static int
take(struct look *l, char c)
{
	space(l);
	if (*l->p != c)
		return -1;
	l->p++;
	return 0;
}

static int
escape_ok(const char *p)
{
	int	i;

	if (*p != 'u')
		return *p != '\0' && strchr("\"\\/bfnrt", *p) != NULL;
	for (i = 1; i <= 4; i++)
		if (!isxdigit((unsigned char)p[i]))
			return 0;
	return 1;
}

/* One character beyond ASCII; its bytes, or 0 if it is none. */
static size_t
wide(const struct look *l)
{
	uint32_t	cp;
	size_t		n = text_decode(l->p, (size_t)(l->end - l->p), &cp);

	return n > 1 ? n : 0;
}

/* Past what of a string needs no look, eight bytes at a time. */
static void
plain(struct look *l)
{
	uint64_t	word;
	size_t		n;

	while (l->end - l->p >= (ptrdiff_t)sizeof(word)) {
		word = le64toh(bytes_at(l->p));
		n = bytes_before(bytes_high(word) | bytes_below(word, 0x20) |
		    bytes_equal(word, '"') | bytes_equal(word, '\\'));
		l->p += n;
		if (n < sizeof(word))
			return;
	}
}

/* What stands in a string and is not plain, or is near its end; -1: wrong. */
static int
odd(struct look *l)
{
	size_t	n = 1;

	if ((unsigned char)*l->p < 0x20)
		return -1;
	if (*l->p == '\\' && !escape_ok(++l->p))
		return -1;
	if ((unsigned char)*l->p >= 0x80)
		n = wide(l);
	l->p += n;
	return n == 0 ? -1 : 0;
}

/* A string, from its first quote on. */
static int
string(struct look *l, const char **at, size_t *len)
{
	*at = ++l->p;
	for (plain(l); *l->p != '"'; plain(l))
		if (odd(l) == -1)
			return -1;
	*len = (size_t)(l->p++ - *at);
	return 0;
}

/* Number or word; json_parse() is asked about what is not plain. */
static int
scalar(struct look *l)
{
	static const char *const words[] = { "null", "true", "false" };
	const char		*start;
	size_t			 i, n;

	for (i = 0; *l->p >= 'a' && i < sizeof(words) / sizeof(words[0]);
	    i++) {
		n = strlen(words[i]);
		if (strncmp(l->p, words[i], n) == 0) {
			l->p += n;
			return 0;
		}
	}
	if (*l->p == '-')
		l->p++;
	start = l->p;
	while (isdigit((unsigned char)*l->p))
		l->p++;
	if (l->p == start || (*start == '0' && l->p > start + 1))
		return -1;
	if (*l->p != '.')
		return 0;
	start = ++l->p;
	while (isdigit((unsigned char)*l->p))
		l->p++;
	return l->p > start ? 0 : -1;
}

/* Of what is wanted above: that below the member `key'. */
static void
descend(const struct below *b, const char *key, size_t len, struct below *to)
{
	unsigned	i, left;
	const char	*rest;

	to->alive = 0;
	for (i = 0, left = b->alive; left != 0; i++, left >>= 1) {
		if ((left & 1u) == 0)
			continue;
		rest = b->rest[i];
		if (*rest != *key || strncmp(rest, key, len) != 0)
			continue;
		rest += len;
		if (*rest != '/' && *rest != '\0')
			continue;
		to->alive |= 1u << i;
		to->rest[i] = *rest == '/' ? rest + 1 : rest;
	}
}

static int
object(struct look *l, const struct below *b, int depth)
{
	struct below	 next;
	unsigned	 seen = 0;
	const char	*key;
	size_t		 len;

	l->p++;
	space(l);
	if (*l->p == '}') {
		l->p++;
		return 0;
	}
	for (;;) {
		space(l);
		if (*l->p != '"' || string(l, &key, &len) == -1 ||
		    memchr(key, '\\', len) != NULL || take(l, ':') == -1)
			return -1;
		descend(b, key, len, &next);
		/* Twice the same member: the parser takes the last. */
		if ((next.alive & seen) != 0 || value(l, &next, depth) == -1)
			return -1;
		seen |= next.alive;
		if (take(l, '}') == 0)
			return 0;
		if (take(l, ',') == -1)
			return -1;
	}
}

static int
array(struct look *l, const struct below *b, int depth)
{
	struct below	next;

	descend(b, "0", 1, &next);
	l->p++;
	if (take(l, ']') == 0)
		return 0;
	for (;;) {
		if (value(l, &next, depth) == -1)
			return -1;
		next.alive = 0;
		if (take(l, ']') == 0)
			return 0;
		if (take(l, ',') == -1)
			return -1;
	}
}

/* Keep it for those whose path ends here. */
static int
found(struct look *l, const struct below *b, const struct glance *v)
{
	unsigned	i, left;

	for (i = 0, left = b->alive; left != 0; i++, left >>= 1) {
		if ((left & 1u) == 0 || *b->rest[i] != '\0')
			continue;
		if (l->wanted[i].kind != GLANCE_NONE)
			return -1;
		l->wanted[i].kind = v->kind;
		l->wanted[i].at = v->at;
		l->wanted[i].len = v->len;
	}
	return 0;
}

static int
value(struct look *l, const struct below *b, int depth)
{
	struct glance	v = { NULL, GLANCE_OTHER, NULL, 0 };
	int		r;

	space(l);
	v.at = l->p;
	switch (*l->p) {
	case '"':
		v.kind = GLANCE_STRING;
		r = string(l, &v.at, &v.len);
		return r == -1 ? -1 : found(l, b, &v);
	case '{':
	case '[':
		if (depth == 0)
			return -1;
		r = *l->p == '{' ? object(l, b, depth - 1) :
		    array(l, b, depth - 1);
		break;
	default:
		if (*l->p == 'n')
			v.kind = GLANCE_NULL;
		r = scalar(l);
		break;
	}
	v.len = (size_t)(l->p - v.at);
	return r == -1 ? -1 : found(l, b, &v);
}

int
glance(const char *text, size_t len, struct glance *wanted, size_t n)
{
	struct look	l = { text, text + len, wanted, n };
	struct below	b = { (1u << n) - 1, { NULL } };
	size_t		i;

	for (i = 0; i < n; i++) {
		wanted[i].kind = GLANCE_NONE;
		b.rest[i] = wanted[i].path;
	}
	space(&l);
	if (*l.p != '{' || value(&l, &b, JSON_DEPTH) == -1)
		return -1;
	space(&l);
	return l.p == l.end ? 0 : -1;
}

int
glance_is(const struct glance *g, const char *s)
{
	return g->kind == GLANCE_STRING && g->len == strlen(s) &&
	    memcmp(g->at, s, g->len) == 0;
}

int
glance_is_void(const struct glance *g)
{
	return g->kind == GLANCE_NONE || g->kind == GLANCE_NULL;
}

int64_t
glance_count(const struct glance *g, int64_t def)
{
	int64_t	n = 0;
	size_t	i;

	if (g->kind != GLANCE_OTHER || g->len == 0 || g->len > 9)
		return def;
	for (i = 0; i < g->len; i++) {
		if (!isdigit((unsigned char)g->at[i]))
			return def;
		n = n * 10 + (g->at[i] - '0');
	}
	return n;
}

/* The character of \uNNNN, 0 if it is not one by itself. */
static uint32_t
four_digits(const char *p)
{
	static const char	digits[] = "0123456789abcdef";
	uint32_t		cp = 0;
	int			i;

	for (i = 0; i < 4; i++)
		cp = cp * 16 + (uint32_t)(strchr(digits,
		    tolower((unsigned char)p[i])) - digits);
	return cp >= 0xd800 && cp < 0xe000 ? 0 : cp;
}

int
glance_text(const struct glance *g, struct buf *out)
{
	static const char	from[] = "bfnrt", to[] = "\b\f\n\r\t";
	const char		*p = g->at, *end = p + g->len, *back, *c;
	size_t			 before = out->len;
	uint32_t		 cp;

	for (;;) {
		back = memchr(p, '\\', (size_t)(end - p));
		buf_add(out, p, (size_t)((back == NULL ? end : back) - p));
		if (back == NULL)
			return 0;
		p = back + 2;
		if (back[1] != 'u') {
			c = strchr(from, back[1]);
			buf_addch(out, c == NULL ? back[1] : to[c - from]);
			continue;
		}
		cp = four_digits(p);
		if (cp == 0) {
			buf_truncate(out, before);
			return -1;
		}
		text_encode(out, cp);
		p += 4;
	}
}
