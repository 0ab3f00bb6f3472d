/* links: */
/*
 * libFuzzer entry: redacting with patterns of the user and with a bound.  The
 * second byte says whether there is a bound, the first after how many ticks
 * nobody waits any more, the first line is a pattern of the user besides
 * ours.  It ends; UTF-8 stays UTF-8; a secret never comes out, neither by the
 * rules nor by a pattern, however early it is given up; with all the time
 * there is a second time changes nothing.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/json.h"
#include "common/log.h"
#include "common/utf8.h"
#include "tests/log_sink.h"
#include "worker/redact.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

#define PATTERN_MAX	64
#define OWN		"zebra([0-9]{8})"
#define OWN_SEED	"zebra58203714"
#define SEED		"gh" "p_aB3xQ9zL7wKd84RtYm2pVn6ChJ1sE0abcdef"

struct trial {
	struct redact	*r;
	unsigned	 ticks;		/* left */
	int		 gave_up;
};

static int
tick(void *arg)
{
	struct trial	*t = arg;

	if (t->ticks == 0)
		t->gave_up = 1;
	else
		t->ticks--;
	return t->gave_up;
}

/* The secret, on a line of its own in the middle of the text. */
static void
check_hidden(struct trial *t, const char *text, size_t len,
    const char *secret)
{
	struct buf	in = BUF_INIT, out = BUF_INIT;
	size_t		at = len / 2;

	buf_add(&in, text, at);
	buf_addf(&in, "\n%s\n", secret);
	buf_add(&in, text + at, len - at);
	redact_text(t->r, in.data, in.len, &out);
	if (memmem(out.data, out.len, secret, strlen(secret)) != NULL)
		abort();
	if (utf8_run(in.data, in.len) == in.len &&
	    utf8_run(out.data, out.len) != out.len)
		abort();
	buf_release(&in);
	buf_release(&out);
}

static void
check_twice(struct trial *t, const char *text, size_t len)
{
	struct buf	one = BUF_INIT, two = BUF_INIT;
	json_object	*o;

	redact_text(t->r, text, len, &one);
	if (redact_text(t->r, buf_str(&one), one.len, &two) != 0 &&
	    !t->gave_up)
		abort();
	o = json_object_new_object();
	json_set(o, "a", json_object_new_string_len(text, (int)len));
	redact_json(t->r, o);
	if (redact_json(t->r, o) != 0 && !t->gave_up)
		abort();
	json_object_put(o);
	buf_release(&one);
	buf_release(&two);
}

/* Making one takes long: those of the last pattern are kept. */
static struct redact *
redact_of(const char *pattern, int bound)
{
	static struct kept {
		struct redact	*r;
		char		 pattern[PATTERN_MAX];
	} kept[2];
	struct kept	*k = &kept[bound];
	const char	*patterns[] = { OWN, pattern };
	char		 why[256];

	if (k->r == NULL || strcmp(k->pattern, pattern) != 0) {
		redact_free(k->r);
		memcpy(k->pattern, pattern, strlen(pattern) + 1);
		k->r = redact_new(patterns, redact_pattern_ok(pattern, why,
		    sizeof(why)) ? 2 : 1, why, sizeof(why));
	}
	if (k->r == NULL)
		abort();
	if (bound)
		redact_bound(k->r, "a text");
	return k->r;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char	*text = (const char *)data + 2, *end;
	char		 pattern[PATTERN_MAX] = "";
	struct trial	 t = { .gave_up = 0 };
	size_t		 len;

	if (size < 2)
		return 0;
	log_set_sink(log_quiet, NULL);
	end = memchr(text, '\n', size - 2);
	len = end == NULL ? 0 : (size_t)(end - text);
	if (len < sizeof(pattern) && memchr(text, '\0', len) == NULL)
		memcpy(pattern, text, len);
	text += len;
	len = size - 2 - len;
	t.r = redact_of(pattern, data[1] & 1);
	/* Only where there is a bound one begins anew after giving up. */
	t.ticks = data[1] & 1 ? data[0] : UINT32_MAX;
	redact_set_tick(t.r, tick, &t);
	check_hidden(&t, text, len, SEED);
	check_hidden(&t, text, len, OWN_SEED);
	check_twice(&t, text, len);
	return 0;
}
