#include <string.h>

#include "builtin_nul.h"

/* RFC 3629, 1: these octets never appear. */
static const unsigned char never[] = { 0xff, 0xfe, 0xc0, 0xc1, 0xf5, 0xf6,
	0xf7, 0xf8, 0xf9, 0xfa, 0xfb, 0xfc, 0xfd };

static int
holds(const struct buf *b, int byte)
{
	return memchr(buf_str(b), byte, b->len) != NULL;
}

char
nul_stand_in(const struct buf *a, const struct buf *b)
{
	size_t	i;

	for (i = 0; i < sizeof(never); i++)
		if (!holds(a, never[i]) && !holds(b, never[i]))
			return (char)never[i];
	return 0;
}

static void
replace(struct buf *b, char from, char to)
{
	size_t	i;

	for (i = 0; i < b->len; i++)
		if (b->data[i] == from)
			b->data[i] = to;
}

void
nul_hide(struct buf *b, char byte)
{
	replace(b, '\0', byte);
}

void
nul_show(struct buf *b, char byte)
{
	replace(b, byte, '\0');
}
