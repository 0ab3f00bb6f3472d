#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "json.h"
#include "log.h"
#include "worker_int.h"

/* With the serial and the ids of the request. */
static void
reply(struct worker *w, const struct msg *request, struct msg_head *head,
    json_object *body)
{
	head->serial = request->serial;
	if (request->thread_id[0] != '\0') {
		head->session_id = request->session_id;
		head->thread_id = request->thread_id;
	}
	if (link_send(&w->link, head, body) == FRAME_TOOBIG)
		worker_fail(w, request, "io_error",
		    "the reply %s is larger than a frame",
		    msg_table[head->id].name);
}

void
worker_reply(struct worker *w, const struct msg *request, enum msg_id id,
    json_object *body)
{
	struct msg_head	head = { .id = id };

	reply(w, request, &head, body);
}

void
worker_answer_model(struct worker *w, const struct msg *request,
    json_object *body, const struct buf *payload)
{
	struct msg_head	head = { .id = MSG_MODEL_RESPONSE,
			    .payload = payload };

	reply(w, request, &head, body);
}

int
worker_ask_model(struct worker *w, int64_t serial, json_object *body,
    const struct buf *payload)
{
	struct msg_head	head = { .id = MSG_MODEL_REQUEST, .serial = serial,
			    .payload = payload };

	return link_send(&w->link, &head, body) == FRAME_OK ? 0 : -1;
}

void
worker_send(struct worker *w, enum msg_id id, json_object *body)
{
	struct msg_head	head = { .id = id };

	if (link_send(&w->link, &head, body) == FRAME_TOOBIG)
		log_warnx("message %s is larger than a frame, dropped",
		    msg_table[id].name);
}

void
worker_fail(struct worker *w, const struct msg *request, const char *reason,
    const char *fmt, ...)
{
	char		 text[1024], printable[1024];
	json_object	*body = json_object_new_object();
	va_list		 ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	/* It may name a file, whose name need not be UTF-8, or be cut. */
	log_printable(printable, sizeof(printable), text, strlen(text));
	json_set_str(body, "reason", reason);
	json_set_str(body, "message", printable);
	worker_reply(w, request, MSG_FAILED, body);
}
