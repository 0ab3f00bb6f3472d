#include <stdlib.h>
#include <string.h>

#include "api_fuzz.h"
#include "common/json.h"

#define EVENT_MAX	2048	/* so that the cap is met as well */

/* The event with a first member that no glance can read. */
static enum api_step
event_slowly(const struct api *api, struct reply *r, struct sse_event ev)
{
	const char	*p = ev.data + strspn(ev.data, " \t\r\n");
	struct buf	 b = BUF_INIT;
	enum api_step	 step;

	if (*p == '{' && p[1 + strspn(p + 1, " \t\r\n")] == '"') {
		buf_addstr(&b, "{\"\\u007a\":0,");
		buf_add(&b, p + 1, ev.len - (size_t)(p + 1 - ev.data));
		ev.data = b.data;
		ev.len = b.len;
	}
	step = api->event(r, &ev);
	buf_release(&b);
	return step;
}

/* The events that are whole; 1 once the reply is done. */
static int
events(const struct api *api, struct reply *r, struct sse *s, int slowly)
{
	struct sse_event	ev;
	enum sse_status		st;
	enum api_step		step;

	while ((st = sse_next(s, &ev)) != SSE_MORE) {
		if (st == SSE_TOOBIG)
			return 1;
		if (st == SSE_COMMENT)
			continue;
		step = slowly ? event_slowly(api, r, ev) : api->event(r, &ev);
		if (step == API_DONE)
			return 1;
	}
	return 0;
}

/* Ids that are made up differ from time to time; they come last. */
static void
outcome(struct reply *r, struct buf *out)
{
	json_object	*o;
	size_t		 i;

	for (i = 0; i < r->npieces; i++)
		if (r->pieces[i].kind == PIECE_CALL && r->pieces[i].id == NULL)
			reply_keep(&r->pieces[i].id, "made up");
	if (reply_write(r, out) == 0) {
		o = json_parse(out->data, out->len, JSON_DEPTH + 4, NULL);
		if (o == NULL || json_has_nul(o) ||
		    json_str(o, "stop") == NULL)
			abort();
		json_object_put(o);
	} else if (r->failure.class == MODEL_NONE)
		abort();
	o = reply_usage_json(&r->usage);
	buf_addf(out, "%d %s %s", (int)r->failure.class,
	    buf_str(&r->failure.text), json_object_to_json_string(o));
	json_object_put(o);
}

/* How a text is read. */
struct reading {
	const struct api	*api;
	size_t			 cut;		/* where it comes apart */
	int			 slowly;
};

static void
run(const struct reading *how, const char *data, size_t size, struct buf *out)
{
	struct reply	r;
	struct sse	s;
	int		done;

	reply_init(&r);
	r.schema_tool = "codex_output_schema";
	sse_init(&s, EVENT_MAX);
	sse_feed(&s, data, how->cut);
	done = events(how->api, &r, &s, how->slowly);
	if (!done) {
		sse_feed(&s, data + how->cut, size - how->cut);
		done = events(how->api, &r, &s, how->slowly);
	}
	if (!done)
		how->api->close(&r);
	outcome(&r, out);
	sse_release(&s);
	reply_release(&r);
}

static void
must_equal(const struct buf *a, const struct buf *b)
{
	if (a->len != b->len || memcmp(a->data, b->data, a->len) != 0)
		abort();
}

int
api_fuzz(const struct api *api, const uint8_t *data, size_t size)
{
	const char	*text = (const char *)data + 1;
	struct reading	 how = { api, size - 1, 0 };
	struct buf	 whole = BUF_INIT, parts = BUF_INIT, slow = BUF_INIT;

	if (size < 2)
		return 0;
	run(&how, text, size - 1, &whole);
	how.slowly = 1;
	run(&how, text, size - 1, &slow);
	how.slowly = 0;
	how.cut = data[0] % size;
	run(&how, text, size - 1, &parts);
	must_equal(&whole, &parts);
	must_equal(&whole, &slow);
	buf_release(&whole);
	buf_release(&parts);
	buf_release(&slow);
	return 0;
}
