#include <stdint.h>
#include <string.h>

#include "bytes.h"
#include "json_text.h"

#define CHUNK	4096	/* bytes that are escaped in one go */
#define WORD	sizeof(uint64_t)

/* 1 if a byte does not stand for itself. */
static const unsigned char special[256] = {
	1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
	1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
	['"'] = 1, ['\\'] = 1
};

/* How many of the eight bytes at `s', from the first on, do. */
static size_t
plain_of_word(const char *s)
{
	uint64_t	word = le64toh(bytes_at(s));

	return bytes_before(bytes_below(word, 0x20) | bytes_equal(word, '"') |
	    bytes_equal(word, '\\'));
}

size_t
json_text_run(const char *s, size_t len)
{
	size_t	i = 0, n;

	while (len - i >= WORD) {
		n = plain_of_word(s + i);
		i += n;
		if (n < WORD)
			return i;
	}
	while (i < len && !special[(unsigned char)s[i]])
		i++;
	return i;
}

/* The same, copied; `to' has room for a word more. */
static size_t
copy_run(char *to, const char *s, size_t len)
{
	size_t	i = 0, n;

	while (len - i >= WORD) {
		memcpy(to + i, s + i, WORD);
		n = plain_of_word(s + i);
		i += n;
		if (n < WORD)
			return i;
	}
	for (; i < len && !special[(unsigned char)s[i]]; i++)
		to[i] = s[i];
	return i;
}

/* The letter behind the backslash, 0 if there is none for it. */
static char
letter_of(char c)
{
	switch (c) {
	case '\b':
		return 'b';
	case '\n':
		return 'n';
	case '\r':
		return 'r';
	case '\t':
		return 't';
	case '\f':
		return 'f';
	case '"':
	case '\\':
		return c;
	default:
		return '\0';
	}
}

/* Escape `c' at `to'; how many bytes that takes, six at most. */
static size_t
write_special(char *to, char c)
{
	static const char	hex[] = "0123456789abcdef";

	to[0] = '\\';
	to[1] = letter_of(c);
	if (to[1] != '\0')
		return 2;
	to[1] = 'u';
	to[2] = to[3] = '0';
	to[4] = hex[(c >> 4) & 0xf];
	to[5] = hex[c & 0xf];
	return 6;
}

static void
write_chunk(struct buf *b, const char *s, size_t len)
{
	size_t	 i = 0, n;
	char	*to;

	buf_grow(b, 6 * len + WORD);
	to = b->data + b->len;
	while (i < len) {
		n = copy_run(to, s + i, len - i);
		to += n;
		i += n;
		if (i < len)
			to += write_special(to, s[i++]);
	}
	*to = '\0';
	b->len = (size_t)(to - b->data);
}

void
json_text_write(struct buf *b, const char *s, size_t len)
{
	size_t	n;

	for (; len > 0; s += n, len -= n) {
		n = len < CHUNK ? len : CHUNK;
		write_chunk(b, s, n);
	}
}

/* Four hexadecimal digits; -1 if they are not. */
static int
read_hex(const char *s)
{
	int	i, v = 0;

	for (i = 0; i < 4; i++) {
		v <<= 4;
		if (s[i] >= '0' && s[i] <= '9')
			v |= s[i] - '0';
		else if ((s[i] | 0x20) >= 'a' && (s[i] | 0x20) <= 'f')
			v |= (s[i] | 0x20) - 'a' + 10;
		else
			return -1;
	}
	return v;
}

/* A character of the basic plane that is no surrogate, in UTF-8. */
static size_t
put_char(char *to, int c)
{
	if (c < 0x80) {
		to[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		to[0] = (char)(0xc0 | c >> 6);
		to[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	to[0] = (char)(0xe0 | c >> 12);
	to[1] = (char)(0x80 | (c >> 6 & 0x3f));
	to[2] = (char)(0x80 | (c & 0x3f));
	return 3;
}

/* What the letter behind a backslash means, 0 if nothing that is known. */
static const char	meaning[256] = {
	['"'] = '"', ['\\'] = '\\', ['/'] = '/', ['b'] = '\b', ['f'] = '\f',
	['n'] = '\n', ['r'] = '\r', ['t'] = '\t'
};

/*
 * The escape at `s', a backslash, put at *to; its length, 0 if it is not for
 * us.  It is longer than what it means.
 */
static size_t
read_escape(char **to, const char *s, size_t len)
{
	int	c;

	if (len < 2)
		return 0;
	if (s[1] == 'u') {
		c = len < 6 ? -1 : read_hex(s + 2);
		if (c == -1 || (c >= 0xd800 && c < 0xe000))
			return 0;
		*to += put_char(*to, c);
		return 6;
	}
	*(*to)++ = meaning[(unsigned char)s[1]];
	return meaning[(unsigned char)s[1]] == '\0' ? 0 : 2;
}

int
json_text_read(struct buf *b, const char *s, size_t len)
{
	size_t	 i = 0, n;
	char	*to;

	buf_grow(b, len + WORD);
	to = b->data + b->len;
	while (i < len) {
		n = copy_run(to, s + i, len - i);
		to += n;
		i += n;
		if (i == len)
			break;
		n = s[i] == '\\' ? read_escape(&to, s + i, len - i) : 0;
		if (n == 0) {
			b->data[b->len] = '\0';
			return 0;
		}
		i += n;
	}
	*to = '\0';
	b->len = (size_t)(to - b->data);
	return 1;
}
