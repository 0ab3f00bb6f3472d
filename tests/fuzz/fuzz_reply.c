/* links: worker/extract/reply.c */
/*
 * libFuzzer entry: any bytes as what a model answers to stage one, as the
 * whole payload and as its text.  It is refused with a reason, or its texts
 * are UTF-8 in which nothing is left to redact.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/json.h"
#include "common/utf8.h"
#include "worker/extract/reply.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
check_text(struct redact *r, const char *s)
{
	struct buf	out = BUF_INIT;

	if (utf8_run(s, strlen(s)) != strlen(s) ||
	    redact_text(r, s, strlen(s), &out) != 0)
		abort();
	buf_release(&out);
}

static void
check_reply(struct redact *r, const struct buf *payload)
{
	struct reply	 reply;
	const char	*why, *p;

	switch (reply_read(&reply, payload, r, &why)) {
	case REPLY_BAD:
		if (why == NULL || why[0] == '\0')
			abort();
		return;
	case REPLY_NOTHING:
		return;
	case REPLY_OUTPUT:
		break;
	}
	check_text(r, reply.raw_memory);
	check_text(r, reply.rollout_summary);
	for (p = reply.rollout_slug; p != NULL && *p != '\0'; p++)
		if (strchr("abcdefghijklmnopqrstuvwxyz0123456789_-", *p) ==
		    NULL)
			abort();
	reply_clear(&reply);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct redact	*r;
	json_object		*o, *items, *item;
	struct buf		 b = BUF_INIT;
	char			 why[256];

	if (r == NULL && (r = redact_new(NULL, 0, why, sizeof(why))) == NULL)
		abort();
	buf_add(&b, data, size);
	check_reply(r, &b);
	o = json_object_new_object();
	items = json_object_new_array();
	item = json_object_new_object();
	json_set_str(item, "type", "text");
	json_set_str(item, "text", buf_str(&b));
	json_object_array_add(items, item);
	json_set(o, "items", items);
	json_set_str(o, "stop", "end");
	buf_reset(&b);
	json_write(&b, o);
	check_reply(r, &b);
	json_object_put(o);
	buf_release(&b);
	return 0;
}
