/* links: worker/gateway/sse.c */
/*
 * libFuzzer entry: any bytes as a stream of events, whole and in pieces of
 * the size that the first byte says.  Both must bring the same events, and
 * what is held never passes the cap.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "worker/gateway/sse.h"

#define MAX	512

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

/* Returns 0 once the cap was passed. */
static int
feed(struct sse *s, const char *data, size_t len, struct buf *out)
{
	struct sse_event	ev;
	enum sse_status		st;

	sse_feed(s, data, len);
	while ((st = sse_next(s, &ev)) != SSE_MORE) {
		if (st == SSE_TOOBIG)
			return 0;
		if (st == SSE_COMMENT)
			continue;
		if (ev.len > MAX || ev.data[ev.len] != '\0')
			abort();
		buf_addf(out, "%s=", ev.name);
		buf_add(out, ev.data, ev.len + 1);
	}
	if (s->line.len + s->data.len + s->name.len > MAX)
		abort();
	return 1;
}

static void
run(const char *text, size_t size, size_t piece, struct buf *out)
{
	struct sse	s;
	size_t		i, n;

	sse_init(&s, MAX);
	for (i = 0; i < size; i += n) {
		n = size - i < piece ? size - i : piece;
		if (!feed(&s, text + i, n, out)) {
			buf_addstr(out, "too big");
			break;
		}
	}
	sse_release(&s);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char	*text = (const char *)data + 1;
	struct buf	 whole = BUF_INIT, parts = BUF_INIT;

	if (size < 2)
		return 0;
	run(text, size - 1, size - 1, &whole);
	run(text, size - 1, data[0] + 1u, &parts);
	if (whole.len != parts.len || (whole.len > 0 &&
	    memcmp(whole.data, parts.data, whole.len) != 0))
		abort();
	buf_release(&whole);
	buf_release(&parts);
	return 0;
}
