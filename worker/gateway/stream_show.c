#include "common/json.h"
#include "common/log.h"
#include "stream_int.h"
#include "worker/text.h"

/*
 * For a person who set log_user_prompt = yes and looks with -v: how what was
 * asked last, and what was answered, begin and end.  Nobody else ever sees a
 * word.
 */

#define SHOWN_MAX	700	/* bytes of either end; a line has room for both */

static int
wanted(const struct stream *s)
{
	return s->gateway->log_prompts && log_is_verbose();
}

/* Where the last bytes begin that may be shown, on a character boundary. */
static size_t
tail_of(const struct buf *b)
{
	size_t	at = b->len - SHOWN_MAX;

	while (at < b->len && ((unsigned char)b->data[at] & 0xc0) == 0x80)
		at++;
	return at;
}

static void
show(const struct stream *s, const char *what, const char *text, size_t len)
{
	struct buf	clean = BUF_INIT;

	/* Redacted once more: a cut could hide how a secret begins. */
	redact_text(s->gateway->scrub.redact, text, len, &clean);
	if (clean.len <= 2 * SHOWN_MAX)
		log_debug("thread %s: %s of %zu bytes: %s",
		    s->request.thread_id, what, len, buf_str(&clean));
	else
		log_debug("thread %s: %s of %zu bytes: %.*s ... %s",
		    s->request.thread_id, what, len,
		    (int)text_cut(clean.data, clean.len, SHOWN_MAX),
		    clean.data, clean.data + tail_of(&clean));
	buf_wipe(&clean);
}

void
stream_show_prompt(const struct stream *s, json_object *messages)
{
	struct buf	b = BUF_INIT;
	size_t		n = json_object_array_length(messages);

	if (!wanted(s))
		return;
	json_write(&b, json_object_array_get_idx(messages, n - 1));
	show(s, "prompt", b.data, b.len);
	buf_wipe(&b);
}

void
stream_show_reply(const struct stream *s, const struct buf *payload)
{
	if (wanted(s))
		show(s, "reply", buf_str(payload), payload->len);
}
