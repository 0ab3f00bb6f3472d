/* links: */
/*
 * libFuzzer entry: redacting any text ends, keeps valid UTF-8 valid, and a
 * second time changes nothing; JSON text that holds it stays JSON text; a
 * secret on a line of its own never comes out, whatever stands around it.
 */
#include <json-c/json.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/json.h"
#include "worker/redact.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static json_object *
as_json(const char *text, size_t len)
{
	json_object	*o = json_object_new_string_len(text, (int)len), *back;
	struct buf	 b = BUF_INIT;

	json_write(&b, o);
	json_object_put(o);
	back = json_parse(b.data, b.len, 2, NULL);
	buf_release(&b);
	return back;
}

static void
check_inside_json(struct redact *r, const char *text, size_t len)
{
	json_object	*o = json_object_new_object();
	struct buf	 b = BUF_INIT, out = BUF_INIT;

	json_set(o, "cmd", json_object_new_string_len(text, (int)len));
	json_write(&b, o);
	json_object_put(o);
	redact_text(r, b.data, b.len, &out);
	o = json_parse(out.data, out.len, 2, NULL);
	if (o == NULL)
		abort();
	json_object_put(o);
	buf_release(&b);
	buf_release(&out);
}

/* The first byte says where in the text the secret is put. */
static void
check_seeded(struct redact *r, const char *text, size_t len)
{
	static const char	seed[] = "\ngh" "p_aB3xQ9zL7wKd84RtYm2p"
				    "Vn6ChJ1sE0abcdef\n";
	const size_t		inside = sizeof(seed) - 3;
	size_t			at = len == 0 ? 0 : (uint8_t)text[0] % len;
	struct buf		in = BUF_INIT, out = BUF_INIT;

	buf_add(&in, text, at);
	buf_addstr(&in, seed);
	buf_add(&in, text + at, len - at);
	redact_text(r, in.data, in.len, &out);
	if (memmem(out.data, out.len, seed + 1, inside) != NULL)
		abort();
	buf_release(&in);
	buf_release(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct redact	*r;
	struct buf		 in = BUF_INIT, out = BUF_INIT, again = BUF_INIT;
	json_object		*o;
	char			 why[256];

	if (r == NULL && (r = redact_new(NULL, 0, why, sizeof(why))) == NULL)
		abort();
	check_seeded(r, (const char *)data, size);
	buf_add(&in, data, size);
	redact_text(r, (const char *)data, size, &out);
	if (redact_text(r, buf_str(&out), out.len, &again) != 0)
		abort();
	if ((o = as_json((const char *)data, size)) != NULL) {
		json_object_put(o);
		if ((o = as_json(buf_str(&out), out.len)) == NULL)
			abort();
		json_object_put(o);
		check_inside_json(r, (const char *)data, size);
	}
	o = json_parse(buf_str(&in), size, JSON_DEPTH, NULL);
	redact_json(r, o);
	if (redact_json(r, o) != 0)
		abort();
	json_object_put(o);
	buf_release(&in);
	buf_release(&out);
	buf_release(&again);
	return 0;
}
