#include <string.h>

#include "bytes.h"
#include "mem.h"
#include "text.h"

#define REPLACEMENT	0xfffd
#define ELLIPSIS	"\xe2\x80\xa6"

/* Smallest value that a sequence of n + 1 bytes may hold. */
static const uint32_t least[] = { 0, 0x80, 0x800, 0x10000 };

size_t
text_decode(const char *s, size_t len, uint32_t *cp)
{
	const unsigned char *u = (const unsigned char *)s;
	size_t i, more;
	uint32_t c = u[0];

	*cp = REPLACEMENT;
	if (c < 0x80) {
		*cp = c;
		return 1;
	}
	if (c >= 0xc2 && c < 0xe0)
		more = 1;
	else if (c >= 0xe0 && c < 0xf0)
		more = 2;
	else if (c >= 0xf0 && c < 0xf5)
		more = 3;
	else
		return 1;
	if (len <= more)
		return 1;
	c &= 0x3fu >> more;
	for (i = 1; i <= more; i++) {
		if ((u[i] & 0xc0) != 0x80)
			return 1;
		c = c << 6 | (u[i] & 0x3fu);
	}
	if (c < least[more] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
		return 1;
	*cp = c;
	return more + 1;
}

void
text_encode(struct buf *b, uint32_t cp)
{
	if (cp < 0x80) {
		buf_addch(b, (char)cp);
	} else if (cp < 0x800) {
		buf_addch(b, (char)(0xc0 | cp >> 6));
		buf_addch(b, (char)(0x80 | (cp & 0x3f)));
	} else if (cp < 0x10000 && (cp < 0xd800 || cp >= 0xe000)) {
		buf_addch(b, (char)(0xe0 | cp >> 12));
		buf_addch(b, (char)(0x80 | (cp >> 6 & 0x3f)));
		buf_addch(b, (char)(0x80 | (cp & 0x3f)));
	} else if (cp >= 0x10000 && cp <= 0x10ffff) {
		buf_addch(b, (char)(0xf0 | cp >> 18));
		buf_addch(b, (char)(0x80 | (cp >> 12 & 0x3f)));
		buf_addch(b, (char)(0x80 | (cp >> 6 & 0x3f)));
		buf_addch(b, (char)(0x80 | (cp & 0x3f)));
	}
}

size_t
text_cut(const char *s, size_t len, size_t max)
{
	if (len <= max)
		return len;
	while (max > 0 && ((unsigned char)s[max] & 0xc0) == 0x80)
		max--;
	return max;
}

static int
is_space(uint32_t cp)
{
	return cp == ' ' || (cp >= 0x09 && cp <= 0x0d) || cp == 0x85 ||
	    cp == 0xa0 || cp == 0x2028 || cp == 0x2029 || cp == 0x3000;
}

/* Controls, zero-width and direction marks, byte-order marks, tags. */
static int
is_invisible(uint32_t cp)
{
	return cp < 0x20 || (cp >= 0x7f && cp < 0xa0) || cp == 0xad ||
	    cp == 0x61c || (cp >= 0x200b && cp <= 0x200f) ||
	    (cp >= 0x202a && cp <= 0x202e) ||
	    (cp >= 0x2060 && cp <= 0x206f) || cp == 0xfeff ||
	    (cp >= 0xfff9 && cp <= 0xfffb) ||
	    (cp >= 0xe0000 && cp <= 0xe007f);
}

/* A log's quotes must be found by who types them. */
static uint32_t
straight(uint32_t cp)
{
	if (cp == 0x2018 || cp == 0x2019)
		return '\'';
	if (cp == 0x201c || cp == 0x201d)
		return '"';
	return cp;
}

static int
is_graph(char c)
{
	return c > ' ' && c < 0x7f;
}

/*
 * Bytes at the front that are copied as they are, most of all text: words
 * with one space between.
 */
static size_t
plain_run(const char *s, size_t len)
{
	size_t n = 0;

	while (n < len && is_graph(s[n])) {
		n++;
		if (n + 1 < len && s[n] == ' ' && is_graph(s[n + 1]))
			n++;
	}
	return n;
}

int
text_is_line(const char *s, size_t len)
{
	uint64_t word;
	size_t i;

	if (len == 0 || s[0] == ' ' || s[len - 1] == ' ')
		return len == 0;
	/* Two spaces: where both the word and the one a byte on have one. */
	for (i = 0; i + sizeof(word) < len; i += sizeof(word)) {
		word = bytes_at(s + i);
		if ((bytes_high(word) | bytes_below(word, 0x20) |
		    bytes_equal(word, 0x7f)) != 0 ||
		    (bytes_which(word, ' ') &
		    bytes_which(bytes_at(s + i + 1), ' ')) != 0)
			return 0;
	}
	for (; i < len; i++)
		if (s[i] == ' ' ? s[i + 1] == ' ' : !is_graph(s[i]))
			return 0;
	return 1;
}

void
text_oneline(struct buf *b, const char *s, size_t len, size_t max)
{
	size_t start = b->len, at = 0, cut, run;
	uint32_t cp;
	int space = 0;

	while (at < len) {
		if ((run = plain_run(s + at, len - at)) > 0) {
			if (space)
				buf_addch(b, ' ');
			space = 0;
			run = run < max + 1 ? run : max + 1;
			buf_add(b, s + at, run);
			at += run;
			if (b->len - start > max)
				break;
			continue;
		}
		at += text_decode(s + at, len - at, &cp);
		if (is_space(cp)) {
			space = b->len > start;
			continue;
		}
		if (is_invisible(cp))
			continue;
		if (space)
			buf_addch(b, ' ');
		space = 0;
		text_encode(b, straight(cp));
		if (b->len - start > max)
			break;
	}
	if (b->len - start <= max)
		return;
	cut = max > strlen(ELLIPSIS) ? max - strlen(ELLIPSIS) : 0;
	buf_truncate(b, start + text_cut(b->data + start, b->len - start,
	    cut));
	buf_addstr(b, ELLIPSIS);
}

char *
text_line(const char *s, size_t max)
{
	struct buf b = BUF_INIT;

	text_oneline(&b, s, strlen(s), max);
	if (b.data == NULL)
		return xstrdup("");
	return buf_detach(&b);
}

/* Where the last word begins that ends at `len'. */
static size_t
word_start(const char *s, size_t len)
{
	while (len > 0 && s[len - 1] != ' ')
		len--;
	return len;
}

char *
text_brief(const char *s, size_t max)
{
	char *line = text_line(s, max), *p, *code = NULL;
	size_t len = strlen(line), start;

	if (len < strlen(ELLIPSIS) ||
	    strcmp(line + len - strlen(ELLIPSIS), ELLIPSIS) != 0)
		return line;
	len -= strlen(ELLIPSIS);
	for (p = line; (p = strchr(p, '`')) != NULL; p++)
		code = code == NULL ? p : NULL;
	if (code != NULL)
		len = (size_t)(code - line);
	start = word_start(line, len);
	if ((p = strstr(line + start, "://")) != NULL && p < line + len)
		len = start;
	while (len > 0 && line[len - 1] == ' ')
		len--;
	memcpy(line + len, ELLIPSIS, strlen(ELLIPSIS) + 1);
	return line;
}

static uint32_t
lower(uint32_t cp)
{
	if (cp >= 'A' && cp <= 'Z')
		return cp + 0x20;
	if (cp >= 0xc0 && cp <= 0xde && cp != 0xd7)
		return cp + 0x20;
	if (cp >= 0x410 && cp <= 0x42f)
		return cp + 0x20;
	if (cp >= 0x400 && cp <= 0x40f)
		return cp + 0x50;
	return cp;
}

void
text_lower(struct buf *b, const char *s)
{
	size_t len = strlen(s), at = 0;
	uint32_t cp;

	buf_grow(b, len);
	while (at < len) {
		if ((unsigned char)s[at] < 0x80) {
			/* Room was made for it. */
			b->data[b->len++] = (char)lower((uint32_t)s[at++]);
			continue;
		}
		at += text_decode(s + at, len - at, &cp);
		text_encode(b, straight(lower(cp)));
		buf_grow(b, len - at);
	}
	b->data[b->len] = '\0';
}

int
text_wordchar(uint32_t cp)
{
	if (cp < 0x80)
		return (cp >= '0' && cp <= '9') || (cp >= 'a' && cp <= 'z') ||
		    (cp >= 'A' && cp <= 'Z') || cp == '_';
	return cp >= 0xc0 && cp != 0xd7 && cp != 0xf7 &&
	    !(cp >= 0x2000 && cp < 0x2c00) && !(cp >= 0x3000 && cp < 0x3040) &&
	    !(cp >= 0xff00 && cp < 0xff10) && cp < 0x1f000;
}

/* Scripts that put no space between words have no borders to ask for. */
static int
has_borders(uint32_t cp)
{
	return text_wordchar(cp) && cp < 0x1100;
}

/* The character that ends right before `at'. */
static uint32_t
char_before(const char *s, const char *at)
{
	const char *p = at;
	uint32_t cp;

	if (p == s)
		return ' ';
	do
		p--;
	while (p > s && ((unsigned char)*p & 0xc0) == 0x80);
	(void)text_decode(p, (size_t)(at - p), &cp);
	return cp;
}

/* 1 if the `n' bytes at `at' end where a word may end. */
static int
ends_word(const char *at, size_t n)
{
	uint32_t last, next;

	last = char_before(at, at + n);
	if (at[n] == '\0' || !has_borders(last))
		return 1;
	(void)text_decode(at + n, strlen(at + n), &next);
	return !has_borders(next);
}

/* memmem(3), which first makes a table: too much work for short lines. */
static const char *
find(const char *s, const char *end, const char *what, size_t n)
{
	const char *p = s;

	while ((size_t)(end - p) >= n && (p = memchr(p, what[0],
	    (size_t)(end - p) - n + 1)) != NULL) {
		if (memcmp(p, what, n) == 0)
			return p;
		p++;
	}
	return NULL;
}

const char *
text_phrase(const char *s, const char *phrase)
{
	size_t n = strlen(phrase);
	int open = n > 0 && phrase[n - 1] == '*';
	const char *p, *end = s + strlen(s);
	uint32_t first;

	n -= (size_t)open;
	if (n == 0)
		return NULL;
	(void)text_decode(phrase, n, &first);
	for (p = s; (p = find(p, end, phrase, n)) != NULL; p++) {
		if (has_borders(first) && has_borders(char_before(s, p)))
			continue;
		if (open || ends_word(p, n))
			return p;
	}
	return NULL;
}

int
text_opens(const char *s, const char *phrase)
{
	size_t n = strlen(phrase);
	int open = n > 0 && phrase[n - 1] == '*';

	n -= (size_t)open;
	if (n == 0 || strncmp(s, phrase, n) != 0)
		return 0;
	return open || ends_word(s, n);
}

size_t
text_words(const char *s)
{
	size_t len = strlen(s), at = 0, n = 0;
	uint32_t cp;
	int in = 0;

	while (at < len) {
		at += text_decode(s + at, len - at, &cp);
		if (text_wordchar(cp) && (!in || cp >= 0x2e80))
			n++;
		in = text_wordchar(cp);
	}
	return n;
}

void
text_trim(const char **s, size_t *len)
{
	while (*len > 0 && strchr(" \t\r\n\v\f", (*s)[0]) != NULL &&
	    (*s)[0] != '\0') {
		(*s)++;
		(*len)--;
	}
	while (*len > 0 && (*s)[*len - 1] != '\0' &&
	    strchr(" \t\r\n\v\f", (*s)[*len - 1]) != NULL)
		(*len)--;
}

uint64_t
text_hash(const void *data, size_t len)
{
	const unsigned char *p = data;
	uint64_t h = 0xcbf29ce484222325ULL;
	size_t i;

	for (i = 0; i < len; i++)
		h = (h ^ p[i]) * 0x100000001b3ULL;
	return h;
}

int
text_number(const char *s, const char *prefix, int *n)
{
	size_t len = strlen(prefix);
	int negative, digits, v = 0;

	if (strncmp(s, prefix, len) != 0)
		return 0;
	s += len;
	negative = *s == '-';
	s += negative;
	for (digits = 0; *s >= '0' && *s <= '9'; s++) {
		if (++digits > 9)
			return 0;
		v = v * 10 + (*s - '0');
	}
	*n = negative ? -v : v;
	return digits > 0;
}
