/* links: worker/workspace/?*.c */
/*
 * libFuzzer entry: any bytes as raw_memories.md and, behind a form feed, as a
 * rollout summary and, behind another, its file's name.  What is told of
 * threads has valid ids and UTF-8 without a secret.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/json.h"
#include "common/utf8.h"
#include "common/uuid.h"
#include "tests/fuzz/piece.h"
#include "worker/workspace/adopt_read.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
check_text(struct redact *r, const char *s, size_t len)
{
	struct buf	out = BUF_INIT;

	if (strlen(s) != len || utf8_run(s, len) != len ||
	    redact_text(r, s, len, &out) != 0)
		abort();
	buf_release(&out);
}

static void
check_thread(struct redact *r, const char *id, json_object *o)
{
	if (!uuid_valid(id))
		abort();
	json_object_object_foreach(o, key, v) {
		(void)key;
		if (json_object_is_type(v, json_type_string))
			check_text(r, json_object_get_string(v),
			    (size_t)json_object_get_string_len(v));
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct redact	*r;
	struct adopt_threads	 t;
	struct buf		 raw = BUF_INIT, text = BUF_INIT;
	struct buf		 name = BUF_INIT;
	const char		*s = (const char *)data;
	char			 why[256];

	if (r == NULL && (r = redact_new(NULL, 0, why, sizeof(why))) == NULL)
		abort();
	piece(&raw, &s, &size);
	piece(&text, &s, &size);
	piece(&name, &s, &size);
	adopt_threads_init(&t, r);
	adopt_add_raw(&t, &raw);
	adopt_add_summary(&t, buf_str(&name), &text);
	json_object_object_foreach(t.by_id, id, o)
		check_thread(r, id, o);
	adopt_threads_release(&t);
	buf_release(&raw);
	buf_release(&text);
	buf_release(&name);
	return 0;
}
