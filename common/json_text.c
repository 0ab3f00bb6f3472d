#include <stdint.h>
#include <string.h>

#include "bytes.h"
#include "json_text.h"

/* 1 if a byte does not stand for itself. */
static const unsigned char special[256] = {
	1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
	1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
	['"'] = 1, ['\\'] = 1
};

static int
any_special(const char *s)
{
	uint64_t	word = bytes_at(s);

	return (bytes_below(word, 0x20) | bytes_equal(word, '"') |
	    bytes_equal(word, '\\')) != 0;
}

size_t
json_text_run(const char *s, size_t len)
{
	size_t	i = 0;

	while (i + sizeof(uint64_t) <= len && !any_special(s + i))
		i += sizeof(uint64_t);
	while (i < len && !special[(unsigned char)s[i]])
		i++;
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

static void
write_special(struct buf *b, char c)
{
	static const char	hex[] = "0123456789abcdef";
	char			out[6] = { '\\', letter_of(c), '0', '0',
				    hex[(c >> 4) & 0xf], hex[c & 0xf] };

	if (out[1] != '\0') {
		buf_add(b, out, 2);
		return;
	}
	out[1] = 'u';
	buf_add(b, out, sizeof(out));
}

void
json_text_write(struct buf *b, const char *s, size_t len)
{
	size_t	i = 0, n;

	buf_grow(b, len);
	while (i < len) {
		n = json_text_run(s + i, len - i);
		buf_add(b, s + i, n);
		i += n;
		if (i < len)
			write_special(b, s[i++]);
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
static void
add_char(struct buf *b, int c)
{
	char	out[3];

	if (c < 0x80) {
		buf_addch(b, (char)c);
	} else if (c < 0x800) {
		out[0] = (char)(0xc0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3f));
		buf_add(b, out, 2);
	} else {
		out[0] = (char)(0xe0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 0x3f));
		out[2] = (char)(0x80 | (c & 0x3f));
		buf_add(b, out, 3);
	}
}

/* The escape at `s', a backslash; its length, 0 if it is not for us. */
static size_t
read_escape(struct buf *b, const char *s, size_t len)
{
	static const char	 letters[] = "\"\\/bfnrt";
	static const char	 means[] = "\"\\/\b\f\n\r\t";
	const char		*p;
	int			 c;

	if (len < 2)
		return 0;
	if (s[1] == 'u') {
		c = len < 6 ? -1 : read_hex(s + 2);
		if (c == -1 || (c >= 0xd800 && c < 0xe000))
			return 0;
		add_char(b, c);
		return 6;
	}
	p = memchr(letters, s[1], sizeof(letters) - 1);
	if (p == NULL)
		return 0;
	buf_addch(b, means[p - letters]);
	return 2;
}

int
json_text_read(struct buf *b, const char *s, size_t len)
{
	size_t	start = b->len, i = 0, n;

	buf_grow(b, len);
	while (i < len) {
		n = json_text_run(s + i, len - i);
		buf_add(b, s + i, n);
		i += n;
		if (i == len)
			break;
		n = s[i] == '\\' ? read_escape(b, s + i, len - i) : 0;
		if (n == 0) {
			buf_truncate(b, start);
			return 0;
		}
		i += n;
	}
	return 1;
}
