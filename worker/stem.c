#include <stdio.h>
#include <string.h>
#include <time.h>

#include "log.h"
#include "uuid.h"
#include "stem.h"
#include "text.h"

#define HASH_DIGITS	4
#define HASH_SPACE	14776336u	/* 62^4 */

static const char digits[] =
    "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

static uint32_t
seed(const char *id)
{
	uint32_t h = 0;

	if (uuid_valid(id))
		return uuid_low32(id);
	for (; *id != '\0'; id++)
		h = h * 31 + (unsigned char)*id;
	return h;
}

static void
hash4(char out[HASH_DIGITS + 1], const char *id)
{
	uint32_t h = seed(id) % HASH_SPACE;
	int i;

	for (i = HASH_DIGITS - 1; i >= 0; i--) {
		out[i] = digits[h % 62];
		h /= 62;
	}
	out[HASH_DIGITS] = '\0';
}

/* At most 60 characters (not bytes), then without the '_' at the end. */
static void
slug_clean(char out[STEM_SLUG_MAX + 1], const char *slug)
{
	size_t len = strlen(slug), at = 0, n = 0;
	uint32_t cp;

	while (at < len && n < STEM_SLUG_MAX) {
		at += text_decode(slug + at, len - at, &cp);
		if (cp >= 'A' && cp <= 'Z')
			cp += 'a' - 'A';
		if ((cp >= 'a' && cp <= 'z') || (cp >= '0' && cp <= '9'))
			out[n++] = (char)cp;
		else
			out[n++] = '_';
	}
	while (n > 0 && out[n - 1] == '_')
		n--;
	out[n] = '\0';
}

void
stem_make(char out[STEM_SIZE], const char *thread_id, int64_t updated_at,
    const char *slug)
{
	char stamp[32], hash[HASH_DIGITS + 1], clean[STEM_SLUG_MAX + 1] = "";
	struct tm tm;
	int64_t ms;
	time_t t;
	int n;

	ms = uuid_time_ms(thread_id);
	t = (time_t)(ms >= 0 ? ms / 1000 : updated_at);
	/* Years of other than four digits are in no such name. */
	if (gmtime_r(&t, &tm) == NULL || tm.tm_year < 1000 - 1900 ||
	    tm.tm_year > 9999 - 1900 || strftime(stamp, sizeof(stamp),
	    "%Y-%m-%dT%H-%M-%S", &tm) == 0)
		(void)snprintf(stamp, sizeof(stamp), "1970-01-01T00-00-00");
	hash4(hash, thread_id);
	if (slug != NULL)
		slug_clean(clean, slug);
	n = snprintf(out, STEM_SIZE, "%s-%s%s%s", stamp, hash,
	    clean[0] == '\0' ? "" : "-", clean);
	if (n < 0 || n >= STEM_SIZE)
		BUG("stem of %d bytes", n);
}

int
stem_valid(const char *s)
{
	size_t n = strlen(s);

	return n > 0 && n < STEM_SIZE && s[0] != '-' && strspn(s,
	    "0123456789abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ_-") == n;
}
