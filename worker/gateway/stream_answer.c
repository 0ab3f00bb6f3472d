#include <string.h>

#include "common/json.h"
#include "common/log.h"
#include "common/monotime.h"
#include "stream_int.h"

#define PROGRESS_MS	1000	/* model_progress at most so often */

static void
set_or_null(json_object *o, const char *key, int64_t n, int null)
{
	if (null)
		json_set_str(o, key, NULL);
	else
		json_set_int(o, key, n);
}

static void
answer_error(struct stream *s, json_object *body)
{
	struct failure	*f = &s->reply.failure;
	char		 text[SCRUB_MAX + 1];
	int64_t		 delay;

	/* The server's date is that of the world, not of a test. */
	delay = delay_from_headers(s->after_ms[0] == '\0' ? NULL :
	    s->after_ms, s->after[0] == '\0' ? NULL : s->after,
	    wall_s() - wall_offset() / 1000);
	if (delay >= 0)
		f->delay_ms = delay;
	scrub_failure(&s->gateway->scrub, f, &s->prompt, text);
	json_set_str(body, "outcome", "error");
	json_set_str(body, "error", model_error_name(f->class));
	json_set_str(body, "message", text);
	set_or_null(body, "server_delay_ms", f->delay_ms, f->delay_ms < 0);
}

/* The model's name comes from a stranger, too. */
static void
answer_model(struct stream *s, json_object *body)
{
	char	name[128];

	if (s->reply.model == NULL)
		return;
	log_printable(name, sizeof(name), s->reply.model,
	    strlen(s->reply.model));
	json_set_str(body, "model", name);
}

void
stream_answer(struct stream *s)
{
	json_object	*body = json_object_new_object();
	struct buf	 payload = BUF_INIT;
	int		 ok = reply_write(&s->reply, &payload) == 0;

	if (s->answered)
		BUG("a model request is answered twice");
	s->answered = 1;
	s->gateway->open--;
	if (ok) {
		json_set_str(body, "outcome", "ok");
		stream_show_reply(s, &payload);
	} else
		answer_error(s, body);
	answer_model(s, body);
	if (s->transfer != NULL)
		s->status = http_status(s->transfer);
	set_or_null(body, "http_status", s->status, s->status == 0);
	json_set(body, "usage", reply_usage_json(&s->reply.usage));
	json_set_int(body, "sent_bytes", s->transfer == NULL ? 0 :
	    (int64_t)http_sent(s->transfer));
	json_set_int(body, "received_bytes", (int64_t)s->received);
	worker_answer_model(s->gateway->worker, &s->request, body,
	    ok ? &payload : NULL);
	buf_release(&payload);
}

void
stream_progress(struct stream *s)
{
	json_object	*body;
	int64_t		 now = mono_ms();

	if (now - s->progress_at < PROGRESS_MS)
		return;
	s->progress_at = now;
	body = json_object_new_object();
	json_set_int(body, "bytes", (int64_t)s->received);
	json_set_int(body, "events", s->events);
	worker_reply(s->gateway->worker, &s->request, MSG_MODEL_PROGRESS,
	    body);
}
