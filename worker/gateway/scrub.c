#include <string.h>

#include <bsd/string.h>

#include "common/log.h"
#include "scrub.h"

/*
 * Two texts that share 31 bytes share a window of 16 that begins at a
 * multiple of 16.
 */
#define WINDOW	16

/* Append `in' to `out' with every copy of `secret' marked. */
static void
hide(const struct buf *in, const char *secret, struct buf *out)
{
	const char	*p = buf_str(in), *end = p + in->len, *at;
	size_t		 len = secret == NULL ? 0 : strlen(secret);

	while (len > 0 && (at = memmem(p, (size_t)(end - p), secret,
	    len)) != NULL) {
		buf_add(out, p, (size_t)(at - p));
		buf_addstr(out, REDACT_MARK);
		p = at + len;
	}
	buf_add(out, p, (size_t)(end - p));
}

/* A cut text may end in the first part of the secret. */
static void
hide_torn(struct buf *text, const char *secret)
{
	size_t	len = secret == NULL ? 0 : strlen(secret), n;

	for (n = len < text->len ? len : text->len; n > 0; n--)
		if (memcmp(text->data + text->len - n, secret, n) == 0)
			break;
	buf_truncate(text, text->len - n);
}

static int
quotes(const struct buf *text, const struct buf *sent)
{
	size_t	i;

	if (sent == NULL || sent->len < WINDOW)
		return 0;
	for (i = 0; i + WINDOW <= text->len; i += WINDOW)
		if (memmem(sent->data, sent->len, text->data + i,
		    WINDOW) != NULL)
			return 1;
	return 0;
}

void
scrub_failure(const struct scrub *s, const struct failure *f,
    const struct buf *sent, char out[SCRUB_MAX + 1])
{
	struct buf	one = BUF_INIT, two = BUF_INIT, clean = BUF_INIT;

	hide(&f->text, s->secrets[0], &one);
	hide(&one, s->secrets[1], &two);
	if (f->cut) {
		hide_torn(&two, s->secrets[0]);
		hide_torn(&two, s->secrets[1]);
	}
	if (quotes(&two, sent))
		strlcpy(out, "the server's words quote the request and are "
		    "withheld", SCRUB_MAX + 1);
	else {
		redact_text(s->redact, buf_str(&two), two.len, &clean);
		log_printable(out, SCRUB_MAX + 1, buf_str(&clean), clean.len);
	}
	buf_wipe(&one);
	buf_wipe(&two);
	buf_wipe(&clean);
}
