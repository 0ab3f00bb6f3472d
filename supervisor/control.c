#include <sys/queue.h>
#include <sys/socket.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/fd.h"
#include "common/frame.h"
#include "common/json.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/monotime.h"
#include "supervisor/control.h"
#include "supervisor/control_address.h"
#include "supervisor/control_listen.h"
#include "supervisor/operation.h"

#define REQUEST_DEPTH	8		/* nesting of a request */
#define PROGRESS_MAX	65536		/* bytes unread: no more progress */
#define PAUSE_MS	1000		/* after a failed accept(2) */

struct client {
	struct control		*control;
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

struct control {
	struct supervisor	*sv;
	struct control_listen	 listen;
	struct loop_fd		 watch;
	struct loop_timer	 pause;
	char			 state[CONTROL_STATE_SIZE];
	TAILQ_HEAD(client_list, client) clients;
	unsigned		 nclients;
};

static void
watch_listener(struct control *k)
{
	if (k->listen.fd != -1)
		loop_fd_set(k->sv->rt.loop, &k->watch, k->listen.fd,
		    k->nclients < CONTROL_CLIENTS_MAX ? POLLIN : 0);
}

static void
client_free(struct client *c)
{
	struct control	*k = c->control;

	if (c->run != NULL)
		operations_leave(c->run);
	loop_fd_del(&c->watch);
	loop_timer_cancel(&c->deadline);
	frame_reader_release(&c->in);
	frame_writer_release(&c->out);
	fd_close(&c->fd);
	TAILQ_REMOVE(&k->clients, c, entry);
	k->nclients--;
	free(c);
	watch_listener(k);
}

static void
client_watch(struct client *c)
{
	short	events = POLLIN;

	if (frame_writer_pending(&c->out) > 0)
		events |= POLLOUT;
	loop_fd_set(c->control->sv->rt.loop, &c->watch, c->fd, events);
}

static void
client_deadline(struct client *c)
{
	loop_timer_set(c->control->sv->rt.loop, &c->deadline,
	    mono_ms() + CONTROL_WAIT_MS);
}

/* Queue one object; it is written from the loop. */
static void
client_send(struct client *c, json_object *frame, int last)
{
	struct buf		b = BUF_INIT;
	enum frame_status	st;

	if (!last && frame_writer_pending(&c->out) > PROGRESS_MAX)
		return;
	json_write(&b, frame);
	st = frame_writer_push(&c->out, b.data, b.len);
	buf_wipe(&b);
	if (st != FRAME_OK)
		log_warnx("control socket: an answer is lost (%s)",
		    frame_status_text(st));
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
	json_object	*frame = json_object_new_object();
	json_object	*e = json_object_new_object();

	json_set_int(e, "status", status);
	json_set_str(e, "reason", reason);
	json_set_str(e, "message", text);
	json_set(frame, "error", e);
	client_send(c, frame, 1);
	json_object_put(frame);
}

static void
take_request(struct client *c, const char *text, size_t len)
{
	struct control		*k = c->control;
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
	struct supervisor	*sv = c->control->sv;
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

/* Our own uid, or root: the mode of the socket says the same. */
static int
peer_allowed(int fd)
{
	struct ucred	peer;
	socklen_t	len = sizeof(peer);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) == -1) {
		log_warn("control socket: a client without credentials");
		return 0;
	}
	if (peer.uid == geteuid() || peer.uid == 0)
		return 1;
	log_warnx("control socket: uid %u may not ask", (unsigned)peer.uid);
	return 0;
}

static void
client_new(struct control *k, int fd)
{
	struct client	*c = xcalloc(1, sizeof(*c));

	c->control = k;
	c->fd = fd;
	loop_fd_init(&c->watch, client_event, c);
	loop_timer_init(&c->deadline, client_late, c);
	frame_reader_init(&c->in);
	frame_reader_limit(&c->in, CONTROL_REQUEST_MAX);
	frame_writer_init(&c->out);
	TAILQ_INSERT_TAIL(&k->clients, c, entry);
	k->nclients++;
	client_watch(c);
	client_deadline(c);
	watch_listener(k);
}

static void
accept_event(struct loop_fd *w, short revents, void *arg)
{
	struct control	*k = arg;
	int		 fd;

	(void)revents;
	fd = accept4(w->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (fd == -1) {
		if (errno == EAGAIN || errno == EINTR ||
		    errno == ECONNABORTED)
			return;
		log_warn("control socket: waiting a second");
		loop_fd_del(&k->watch);
		loop_timer_set(k->sv->rt.loop, &k->pause,
		    mono_ms() + PAUSE_MS);
		return;
	}
	if (peer_allowed(fd))
		client_new(k, fd);
	else
		close(fd);
}

static void
pause_over(struct loop_timer *t, void *arg)
{
	(void)t;
	watch_listener(arg);
}

/* The first place that takes it. */
static void
open_somewhere(struct control *k)
{
	const char	*dir = k->sv->paths->runtime;
	char		*path;
	int		 r = -1;

	if (dir != NULL && control_listen_directory(dir) == 0) {
		path = xasprintf("%s/%s", dir, CONTROL_NAME);
		r = control_listen_open(&k->listen, path);
		free(path);
	}
	if (r == -1) {
		path = state_dir_file(&k->sv->state, CONTROL_NAME);
		r = control_listen_open(&k->listen, path);
		free(path);
	}
	if (r == -1) {
		log_warnx("no control socket: while this supervisor runs, "
		    "mnemoctl can only look");
		return;
	}
	log_debug("control socket %s", k->listen.path);
	state_dir_say(&k->sv->state, k->listen.path);
}

struct control *
control_new(struct supervisor *sv)
{
	struct control	*k = xcalloc(1, sizeof(*k));

	k->sv = sv;
	k->listen.fd = -1;
	TAILQ_INIT(&k->clients);
	loop_fd_init(&k->watch, accept_event, k);
	loop_timer_init(&k->pause, pause_over, k);
	if (control_state_id(sv->state.path, k->state) == -1)
		log_warn("%s", sv->state.path);
	open_somewhere(k);
	watch_listener(k);
	return k;
}

void
control_free(struct control *k)
{
	struct client	*c;

	if (k == NULL)
		return;
	loop_fd_del(&k->watch);
	loop_timer_cancel(&k->pause);
	control_listen_close(&k->listen);
	while ((c = TAILQ_FIRST(&k->clients)) != NULL) {
		frame_writer_flush(&c->out, c->fd);
		client_free(c);
	}
	loop_fd_del(&k->watch);
	free(k);
}
