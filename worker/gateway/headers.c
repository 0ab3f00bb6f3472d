#include <string.h>

#include <bsd/stdlib.h>
#include <bsd/string.h>

#include "common/buf.h"
#include "common/json.h"
#include "common/log.h"
#include "common/mem.h"
#include "headers.h"
#include "worker/text.h"

void
headers_init(struct headers *h)
{
	h->n = 0;
}

void
headers_release(struct headers *h)
{
	while (h->n > 0) {
		h->n--;
		freezero(h->line[h->n], strlen(h->line[h->n]));
	}
}

static int
value_ok(const char *value)
{
	size_t	i;

	for (i = 0; value[i] != '\0'; i++)
		if ((unsigned char)value[i] < 0x20 || value[i] == 0x7f)
			return 0;
	return i > 0 && i < HEADER_MAX;
}

int
headers_add(struct headers *h, const char *name, const char *value)
{
	if (value == NULL || !value_ok(value))
		return 0;
	if (h->n == HEADERS_MAX)
		BUG("more than %d headers", HEADERS_MAX);
	h->line[h->n++] = xasprintf("%s: %s", name, value);
	return 1;
}

/* A header is ASCII: the rest of Unicode becomes \uNNNN. */
static void
ascii(struct buf *out, const char *s, size_t len)
{
	uint32_t	cp;
	size_t		i, n;

	for (i = 0; i < len; i += n) {
		n = text_decode(s + i, len - i, &cp);
		if (cp < 0x80)
			buf_addch(out, (char)cp);
		else if (cp < 0x10000)
			buf_addf(out, "\\u%04x", cp);
		else
			buf_addf(out, "\\u%04x\\u%04x",
			    0xd800 + ((cp - 0x10000) >> 10),
			    0xdc00 + ((cp - 0x10000) & 0x3ff));
	}
}

int
headers_add_json(struct headers *h, const char *name, json_object *o)
{
	struct buf	utf8 = BUF_INIT, out = BUF_INIT;
	int		r;

	if (o == NULL)
		return 0;
	json_write(&utf8, o);
	ascii(&out, buf_str(&utf8), utf8.len);
	r = headers_add(h, name, buf_str(&out));
	buf_release(&utf8);
	buf_release(&out);
	return r;
}

void
headers_add_bearer(struct headers *h, const char *key)
{
	char	*value;

	if (key == NULL)
		return;
	value = xasprintf("Bearer %s", key);
	headers_add(h, "authorization", value);
	freezero(value, strlen(value));
}
