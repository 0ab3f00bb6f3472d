#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "common/fd.h"
#include "common/frame.h"
#include "common/hook.h"
#include "common/json.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/monotime.h"
#include "supervisor/control.h"
#include "supervisor/control_client.h"
#include "supervisor/operation.h"

#define REQUEST_DEPTH	8		/* nesting of a request */
#define PROGRESS_MAX	65536		/* bytes unread: no more progress */

struct client {
	struct clients		*clients;
	int			 fd;
	struct loop_fd		 watch;
	struct frame_reader	 in;
	struct frame_writer	 out;
	struct loop_timer	 deadline;
	struct op_run		*run;		/* its request; NULL: none */
	int			 asked;		/* its request was taken */
	int			 closing;	/* once all is written */
	TAILQ_ENTRY(client)	 entry;
};

static void
client_free(struct client *c)
{
	struct clients	*k = c->clients;

	if (c->run != NULL)
		operations_leave(c->run);
	loop_fd_del(&c->watch);
	loop_timer_cancel(&c->deadline);
	frame_reader_release(&c->in);
	frame_writer_release(&c->out);
	fd_close(&c->fd);
	TAILQ_REMOVE(&k->list, c, entry);
	k->n--;
	free(c);
}

static void
client_watch(struct client *c)
{
	short	events = POLLIN;

	if (frame_writer_pending(&c->out) > 0)
		events |= POLLOUT;
	loop_fd_set(c->clients->sv->rt.loop, &c->watch, c->fd, events);
}

static void
client_deadline(struct client *c)
{
	loop_timer_set(c->clients->sv->rt.loop, &c->deadline,
	    mono_ms() + hook_ms("CONTROL_WAIT", CONTROL_WAIT_MS));
}

/* Bytes that wait for clients to read them. */
static size_t
unread(const struct clients *k)
{
	const struct client	*c;
	size_t			 n = 0;

	TAILQ_FOREACH(c, &k->list, entry)
		n += frame_writer_pending(&c->out);
	return n;
}

static enum frame_status
push(struct client *c, json_object *frame)
{
	struct buf		b = BUF_INIT;
	enum frame_status	st = FRAME_FULL;

	json_write(&b, frame);
	if (b.len <= FRAME_HEADER + PROGRESS_MAX ||
	    unread(c->clients) + b.len <= CONTROL_UNREAD_MAX)
		st = frame_writer_push(&c->out, b.data, b.len);
	buf_wipe(&b);
	return st;
}

/* The answer is done, but cannot be had. */
static void
push_lost(struct client *c, enum frame_status st)
{
	json_object	*frame = op_refusal(EXIT_WAITING, "busy",
	    st == FRAME_FULL ? "the answer is lost: too many clients do not "
	    "read theirs; look what was done, then ask again" :
	    "the answer is lost: it is longer than 8 MiB; look what was done");

	log_warnx("control socket: an answer is lost (%s)",
	    frame_status_text(st));
	push(c, frame);
	json_object_put(frame);
}

/* Queue one object; it is written from the loop. */
static void
client_send(struct client *c, json_object *frame, int last)
{
	enum frame_status	st;

	if (!last && frame_writer_pending(&c->out) > PROGRESS_MAX)
		return;
	st = push(c, frame);
	if (st != FRAME_OK && last)
		push_lost(c, st);
	client_watch(c);
	if (!last)
		return;
	c->closing = 1;
	client_deadline(c);
}

static void
client_answer(void *arg, json_object *frame, int last)
{
	struct client	*c = arg;

	if (last)
		c->run = NULL;
	client_send(c, frame, last);
}

/* The client's own mistake: told, then the connection ends. */
static void
client_refuse(struct client *c, int status, const char *reason,
    const char *text)
{
	json_object	*frame = op_refusal(status, reason, text);

	client_send(c, frame, 1);
	json_object_put(frame);
}

static void
take_request(struct client *c, const char *text, size_t len)
{
	struct clients		*k = c->clients;
	struct op_asker		 asker = { client_answer, c };
	json_object		*request = json_parse(text, len, REQUEST_DEPTH,
	    NULL);
	const char		*state = json_str(request, "state");

	c->asked = 1;
	loop_timer_cancel(&c->deadline);
	if (!json_object_is_type(request, json_type_object))
		client_refuse(c, EXIT_USAGE, "bad_request",
		    "a request is one JSON object");
	else if (state != NULL && strcmp(state, k->state) != 0)
		client_refuse(c, EXIT_LOCKED, "other_state",
		    "this supervisor works on another state directory");
	else
		c->run = operations_ask(k->sv, request, &asker);
	json_object_put(request);
}

/* 0, or -1 if the client is gone or must go. */
static int
client_read(struct client *c)
{
	const char		*text;
	size_t			 len;
	enum frame_status	 st = frame_reader_fill(&c->in, c->fd);

	if (st == FRAME_MORE)
		return 0;
	/* The end of the request is the end of what it may say. */
	if (st != FRAME_OK || c->asked)
		return -1;
	st = frame_reader_next(&c->in, &text, &len);
	if (st == FRAME_MORE)
		return 0;
	if (st != FRAME_OK)
		return -1;
	take_request(c, text, len);
	return 0;
}

/* 0, or -1 if the client is served or gone. */
static int
client_write(struct client *c)
{
	switch (frame_writer_flush(&c->out, c->fd)) {
	case FRAME_OK:
		return c->closing ? -1 : 0;
	case FRAME_MORE:
		if (c->closing)
			client_deadline(c);
		return 0;
	case FRAME_EOF:
	case FRAME_TORN:
	case FRAME_TOOBIG:
	case FRAME_EMPTY:
	case FRAME_FULL:
	case FRAME_ERROR:
		break;
	}
	return -1;
}

static void
client_event(struct loop_fd *w, short revents, void *arg)
{
	struct client		*c = arg;
	struct supervisor	*sv = c->clients->sv;
	int			 r = 0;

	(void)w;
	if (revents & (POLLIN | POLLHUP | POLLERR))
		r = client_read(c);
	if (r == 0 && frame_writer_pending(&c->out) > 0)
		r = client_write(c);
	if (r == 0)
		client_watch(c);
	else
		client_free(c);
	operations_consider(sv);
}

/* It did not ask, or does not read, in time. */
static void
client_late(struct loop_timer *t, void *arg)
{
	(void)t;
	log_debug("control socket: a client took too long");
	client_free(arg);
}

void
client_new(struct clients *k, int fd)
{
	struct client	*c = xcalloc(1, sizeof(*c));

	c->clients = k;
	c->fd = fd;
	loop_fd_init(&c->watch, client_event, c);
	loop_timer_init(&c->deadline, client_late, c);
	frame_reader_init(&c->in);
	frame_reader_limit(&c->in, CONTROL_REQUEST_MAX);
	frame_writer_init(&c->out);
	TAILQ_INSERT_TAIL(&k->list, c, entry);
	k->n++;
	client_watch(c);
	client_deadline(c);
}

void
clients_init(struct clients *k, struct supervisor *sv)
{
	memset(k, 0, sizeof(*k));
	k->sv = sv;
	TAILQ_INIT(&k->list);
	if (control_state_id(sv->state.path, k->state) == -1)
		log_warn("%s", sv->state.path);
}

void
clients_release(struct clients *k)
{
	json_object	*stopping = op_refusal_stopping();
	struct client	*c;

	while ((c = TAILQ_FIRST(&k->list)) != NULL) {
		if (!c->asked)
			push(c, stopping);
		frame_writer_flush(&c->out, c->fd);
		client_free(c);
	}
	json_object_put(stopping);
}
