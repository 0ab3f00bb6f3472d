#include <sys/random.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "monotime.h"
#include "uuid.h"

static void
random_bytes(unsigned char *p, size_t len)
{
	if (getrandom(p, len, 0) != (ssize_t)len)
		log_fatal("getrandom");
}

static void
format(char out[UUID_SIZE], const unsigned char b[16])
{
	snprintf(out, UUID_SIZE, "%02x%02x%02x%02x-%02x%02x-%02x%02x-"
	    "%02x%02x-%02x%02x%02x%02x%02x%02x", b[0], b[1], b[2], b[3], b[4],
	    b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14],
	    b[15]);
}

static void
stamp(unsigned char b[16], unsigned version)
{
	b[6] = (unsigned char)((b[6] & 0x0f) | version << 4);
	b[8] = (unsigned char)((b[8] & 0x3f) | 0x80);
}

void
uuid_v7(char out[UUID_SIZE])
{
	unsigned char	b[16];
	uint64_t	ms = (uint64_t)wall_ms();
	int		i;

	random_bytes(b, sizeof(b));
	for (i = 5; i >= 0; i--, ms >>= 8)
		b[i] = (unsigned char)(ms & 0xff);
	stamp(b, 7);
	format(out, b);
}

void
uuid_v4(char out[UUID_SIZE])
{
	unsigned char	b[16];

	random_bytes(b, sizeof(b));
	stamp(b, 4);
	format(out, b);
}

int
uuid_valid(const char *s)
{
	int	i;

	for (i = 0; i < UUID_SIZE - 1; i++) {
		if (i == 8 || i == 13 || i == 18 || i == 23) {
			if (s[i] != '-')
				return 0;
		} else if (!isxdigit((unsigned char)s[i]))
			return 0;
	}
	return s[UUID_SIZE - 1] == '\0';
}

/* `n' hexadecimal digits from `s'; dashes are passed over. */
static uint64_t
hex(const char *s, int n)
{
	uint64_t	v = 0;
	int		c;

	for (; n > 0; s++) {
		if (*s == '-')
			continue;
		c = tolower((unsigned char)*s);
		v = v << 4 | (uint64_t)(c <= '9' ? c - '0' : c - 'a' + 10);
		n--;
	}
	return v;
}

int64_t
uuid_time_ms(const char *s)
{
	uint64_t	t;

	if (!uuid_valid(s))
		return -1;
	if (s[14] == '7')
		return (int64_t)hex(s, 12);
	if (s[14] != '1')
		return -1;
	t = (hex(s + 15, 3) << 48) | (hex(s + 9, 4) << 32) | hex(s, 8);
	/* 100 ns since 1582-10-15, RFC 9562 section 5.1. */
	if (t < 0x01b21dd213814000)
		return -1;
	return (int64_t)((t - 0x01b21dd213814000) / 10000);
}

uint32_t
uuid_low32(const char *s)
{
	if (!uuid_valid(s))
		BUG("no UUID");
	return (uint32_t)hex(s + 28, 8);
}
