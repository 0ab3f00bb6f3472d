#include <string.h>

#include "bytes.h"
#include "utf8.h"

/* Bytes at the front of `s' that are ASCII; most of all text. */
static size_t
ascii_run(const char *s, size_t len)
{
	size_t	i;

	for (i = 0; i + 32 <= len; i += 32)
		if (bytes_high(bytes_at(s + i) | bytes_at(s + i + 8) |
		    bytes_at(s + i + 16) | bytes_at(s + i + 24)) != 0)
			break;
	while (i < len && (unsigned char)s[i] < 0x80)
		i++;
	return i;
}

/* Bytes of the one character at `s', 0 if it is none. */
static size_t
char_len(const unsigned char *s, size_t len)
{
	size_t		n = s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4, i;
	unsigned	low = 0x80, high = 0xbf;

	if (s[0] < 0xc2 || s[0] > 0xf4 || n > len)
		return 0;
	if (s[0] == 0xe0)
		low = 0xa0;
	else if (s[0] == 0xed)
		high = 0x9f;
	else if (s[0] == 0xf0)
		low = 0x90;
	else if (s[0] == 0xf4)
		high = 0x8f;
	if (s[1] < low || s[1] > high)
		return 0;
	for (i = 2; i < n; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	return n;
}

size_t
utf8_run(const char *s, size_t len)
{
	size_t	i = 0, n;

	while ((i += ascii_run(s + i, len - i)) < len) {
		n = char_len((const unsigned char *)s + i, len - i);
		if (n == 0)
			break;
		i += n;
	}
	return i;
}

int
utf8_is(const char *s)
{
	size_t	len = strlen(s);

	return utf8_run(s, len) == len;
}
