#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <bsd/string.h>

#include "common/json.h"
#include "common/mem.h"
#include "common/monotime.h"
#include "stream_int.h"

/*
 * When the reply is whole, the rest of the body is read, so that the
 * connection can be used again: the answer waits for it a moment, because the
 * next request may follow at once; then it is read for a little longer.
 */
#define WHOLE_MS	100
#define LINGER_MS	1000
#define LINGER_BYTES	((size_t)64 * 1024)

static void
stream_free(struct stream *s)
{
	if (s->transfer != NULL)
		http_stop(s->gateway->http, s->transfer);
	LIST_REMOVE(s, entry);
	headers_release(&s->headers);
	buf_release(&s->prompt);
	buf_release(&s->body);
	buf_release(&s->text);
	sse_release(&s->sse);
	reply_release(&s->reply);
	free(s);
}

/* Not within a call of the transfer.  A whole reply was paid for: it counts. */
static void
fail(struct stream *s, enum model_error class, const char *text)
{
	if (!s->done)
		failure_set(&s->reply.failure, class, "%s", text);
	stream_answer(s);
	stream_free(s);
}

/* The reply. */

static void
keep(char *dst, size_t size, const char *value)
{
	if (strlcpy(dst, value, size) >= size)
		dst[0] = '\0';
}

static void
on_header(void *arg, const char *name, const char *value)
{
	struct stream	*s = arg;
	const struct {
		const char	*name;
		char		*to;
		size_t		 size;
	} known[] = {
		{ "content-type", s->type, sizeof(s->type) },
		{ "content-encoding", s->encoding, sizeof(s->encoding) },
		{ "retry-after", s->after, sizeof(s->after) },
		{ "retry-after-ms", s->after_ms, sizeof(s->after_ms) },
	};
	size_t	i;

	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (name == NULL)
			known[i].to[0] = '\0';
		else if (strcasecmp(name, known[i].name) == 0)
			keep(known[i].to, known[i].size, value);
}

/* A server that names no type is taken at its word: that it streams. */
static enum body_kind
kind_of(const struct stream *s)
{
	static const char	events[] = "text/event-stream";

	if (http_status(s->transfer) != 200 ||
	    (s->encoding[0] != '\0' && strcasecmp(s->encoding,
	    "identity") != 0))
		return BODY_ERROR;
	return s->type[0] == '\0' || strncasecmp(s->type, events,
	    sizeof(events) - 1) == 0 ? BODY_EVENTS : BODY_ERROR;
}

/* 1 once the request can be answered. */
static int
events(struct stream *s, const char *data, size_t len)
{
	const struct api	*api = s->gateway->provider.api;
	struct sse_event	 ev;
	enum sse_status		 st;
	int			 fresh = 0;

	sse_feed(&s->sse, data, len);
	while ((st = sse_next(&s->sse, &ev)) != SSE_MORE) {
		if (st == SSE_TOOBIG) {
			failure_set(&s->reply.failure, MODEL_PROTOCOL,
			    "an event is larger than %zu MiB",
			    STREAM_EVENT_MAX >> 20);
			return 1;
		}
		fresh = 1;
		if (st == SSE_COMMENT)
			continue;
		s->events++;
		worker_progress(s->gateway->worker, 1);
		if (api->event(&s->reply, &ev) == API_DONE)
			return 1;
	}
	if (fresh)
		s->idle_at = boot_ms() + s->idle_ms;
	stream_progress(s);
	return 0;
}

/* The reply is whole: its answer is due soon. */
static int
whole(struct stream *s)
{
	s->done = 1;
	s->linger_at = mono_ms() + WHOLE_MS;
	return 0;
}

/* What follows a whole reply is read, not looked at. */
static int
linger(struct stream *s, size_t len)
{
	s->lingered += len;
	return s->lingered > LINGER_BYTES;
}

static int
on_data(void *arg, const char *data, size_t len)
{
	struct stream	*s = arg;

	if (s->done)
		return linger(s, len);
	s->received += len;
	if (s->kind == BODY_UNKNOWN)
		s->kind = kind_of(s);
	if (s->kind == BODY_ERROR) {
		buf_add(&s->text, data, len);
		return s->text.len > STREAM_ERROR_MAX;
	}
	if (s->received > STREAM_BODY_MAX)
		failure_set(&s->reply.failure, MODEL_PROTOCOL,
		    "the stream is longer than %zu MiB",
		    STREAM_BODY_MAX >> 20);
	else if (!events(s, data, len))
		return 0;
	/* A failure ends the transfer; on_end() has the answer. */
	return s->reply.failure.class != MODEL_NONE ? -1 : whole(s);
}

/* A body that is no stream of events: why? */
static void
fail_by_text(struct stream *s)
{
	struct failure	*f = &s->reply.failure;
	json_object	*o;

	if (s->encoding[0] != '\0' && strcasecmp(s->encoding,
	    "identity") != 0) {
		failure_set(f, MODEL_PROTOCOL, "the reply is encoded (%s), "
		    "which was not asked for", s->encoding);
		return;
	}
	if (s->status != 200) {
		failure_from_http(f, s->status, buf_str(&s->text),
		    s->text.len);
		return;
	}
	o = s->text.len == 0 ? NULL : json_parse(s->text.data, s->text.len,
	    JSON_DEPTH, NULL);
	if (api_member(o, "error") != NULL)
		failure_from_json(f, o, MODEL_PROTOCOL);
	else
		failure_set(f, MODEL_PROTOCOL, "the reply is %s, not a "
		    "stream of events", s->type);
	json_object_put(o);
}

/* The transfer is over and no answer was given: which is it? */
static void
conclude(struct stream *s, int code, const char *detail)
{
	struct failure	*f = &s->reply.failure;

	if (s->done || f->class != MODEL_NONE)
		return;
	if (s->kind == BODY_ERROR || (s->status != 0 && s->status != 200)) {
		fail_by_text(s);
		return;
	}
	s->gateway->provider.api->close(&s->reply);
	if (f->class != MODEL_NONE && code != 0)
		failure_from_curl(f, code, detail);
}

static void
on_end(void *arg, int code, const char *detail)
{
	struct stream	*s = arg;

	s->status = http_status(s->transfer);
	if (!s->answered) {
		conclude(s, code, detail);
		stream_answer(s);
	}
	s->transfer = NULL;
	stream_free(s);
}

/* The request. */

static const struct transfer_ops stream_ops = {
	.header = on_header, .data = on_data, .end = on_end
};

static void
set_timers(struct stream *s, json_object *b)
{
	int64_t	now = boot_ms();
	int64_t	deadline = json_int(b, "deadline_ms", STREAM_DEADLINE_MS);

	s->idle_ms = json_int(b, "idle_ms", STREAM_IDLE_MS);
	s->idle_at = now + s->idle_ms;
	s->deadline_at = now + deadline;
	s->progress_at = mono_ms();
}

static struct stream *
stream_new(struct gateway *g, const struct msg *m)
{
	struct stream	*s = xcalloc(1, sizeof(*s));

	s->gateway = g;
	s->request = *m;
	s->request.body = NULL;
	buf_init(&s->request.payload);
	headers_init(&s->headers);
	sse_init(&s->sse, STREAM_EVENT_MAX);
	reply_init(&s->reply);
	LIST_INSERT_HEAD(&g->streams, s, entry);
	g->open++;
	set_timers(s, m->body);
	return s;
}

static void
start(struct stream *s)
{
	const struct gateway		*g = s->gateway;
	const struct http_request	 request = { g->provider.models.url,
					    &s->headers, &s->body };

	s->transfer = http_start(g->http, &request, &stream_ops, s);
}

void
stream_open(struct gateway *g, const struct msg *m)
{
	struct stream	*s = stream_new(g, m);
	const char	*why;

	if (g->provider.name == NULL)
		fail(s, MODEL_INVALID_REQUEST, "no provider is configured");
	else if (g->open > GATEWAY_STREAMS_MAX)
		fail(s, MODEL_OVERLOADED, "too many requests at once");
	else if (stream_compose(s, m, &why) == -1)
		fail(s, MODEL_INVALID_REQUEST, why);
	else
		start(s);
}

void
stream_cancel(struct gateway *g, int64_t serial)
{
	struct stream	*s;

	LIST_FOREACH(s, &g->streams, entry)
		if (!s->answered && s->request.serial == serial) {
			fail(s, MODEL_CANCELLED, "the request was cancelled");
			return;
		}
}

void
stream_cancel_all(struct gateway *g)
{
	struct stream	*s, *next;

	for (s = LIST_FIRST(&g->streams); s != NULL; s = next) {
		next = LIST_NEXT(s, entry);
		if (!s->answered)
			fail(s, MODEL_CANCELLED, "the gateway ends");
	}
}

void
stream_free_all(struct gateway *g)
{
	while (!LIST_EMPTY(&g->streams))
		stream_free(LIST_FIRST(&g->streams));
}

/*
 * The time is over: a reply that is whole but for its last words counts, and
 * so does a status that says more than silence.
 */
static void
expire(struct stream *s, const char *text)
{
	s->status = s->transfer == NULL ? 0 : http_status(s->transfer);
	if (s->status >= 300)
		fail_by_text(s);
	else {
		s->gateway->provider.api->close(&s->reply);
		if (s->reply.failure.class != MODEL_NONE)
			failure_set(&s->reply.failure, MODEL_TRANSPORT, "%s",
			    text);
	}
	stream_answer(s);
	stream_free(s);
}

/* After a whole reply: answer, then read on, then leave it. */
static int64_t
linger_timer(struct stream *s)
{
	int64_t	left = s->linger_at - mono_ms();

	if (left > 0)
		return left;
	if (s->answered) {
		stream_free(s);
		return 0;
	}
	stream_answer(s);
	s->linger_at = mono_ms() + LINGER_MS;
	return LINGER_MS;
}

/* Ends the stream if its time is over; else the ms until then. */
static int64_t
timer(struct stream *s)
{
	int64_t	now = boot_ms(), until;
	char	text[96];

	if (s->done)
		return linger_timer(s);
	until = s->idle_at < s->deadline_at ? s->idle_at : s->deadline_at;
	if (until > now)
		return until - now;
	if (now >= s->deadline_at)
		strlcpy(text, "the whole request took too long", sizeof(text));
	else
		snprintf(text, sizeof(text), "the server was silent for "
		    "%lld s", (long long)s->idle_ms / 1000);
	expire(s, text);
	return 0;
}

int
stream_timers(struct gateway *g)
{
	struct stream	*s, *next;
	int64_t		 left, min = -1;

	for (s = LIST_FIRST(&g->streams); s != NULL; s = next) {
		next = LIST_NEXT(s, entry);
		left = timer(s);
		if (left > 0 && (min < 0 || left < min))
			min = left;
	}
	return min > 3600000 ? 3600000 : (int)min;
}
