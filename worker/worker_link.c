#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fd.h"
#include "json.h"
#include "log.h"
#include "mem.h"
#include "monotime.h"
#include "worker_link.h"

#define LINK_OUT_HIGH	((size_t)1024 * 1024)	/* then wait for the pipe */
#define LINK_QUEUE_MAX	128u			/* requests held */
#define LINK_QUEUE_BYTES ((size_t)32 * 1024 * 1024)	/* the same in bytes */
#define LINK_LOOK_MS	50

/*
 * `alive' is owed every 10 s.  It goes out after one second if there is
 * progress to tell, and after five if there is none.
 */
#define ALIVE_PROGRESS_MS	1000
#define ALIVE_QUIET_MS		5000

volatile sig_atomic_t	link_term;

void
link_init(struct link *l, enum role role)
{
	memset(l, 0, sizeof(*l));
	l->role = role;
	l->phase = PHASE_STARTING;
	frame_reader_init(&l->in);
	frame_writer_init(&l->out);
	STAILQ_INIT(&l->queue);
}

void
link_release(struct link *l)
{
	struct link_entry	*e;

	while ((e = STAILQ_FIRST(&l->queue)) != NULL) {
		STAILQ_REMOVE_HEAD(&l->queue, entry);
		msg_release(&e->msg);
		free(e);
	}
	msg_release(&l->configure);
	msg_release(&l->half);
	frame_reader_release(&l->in);
	frame_writer_release(&l->out);
	free(l->fds);
}

int
link_ended(const struct link *l)
{
	return l->end != LINK_OPEN || link_term;
}

static void
link_enqueue(struct link *l, const struct msg *m, size_t len)
{
	struct link_entry	*e = xcalloc(1, sizeof(*e));

	e->msg = *m;
	e->len = len;
	STAILQ_INSERT_TAIL(&l->queue, e, entry);
	l->nqueued++;
	l->queued_bytes += len;
}

/* Room for another request?  Else the pipe holds the supervisor back. */
static int
link_has_room(const struct link *l)
{
	return l->nqueued < LINK_QUEUE_MAX &&
	    l->queued_bytes < LINK_QUEUE_BYTES;
}

static void
link_alive(struct link *l)
{
	struct msg_head	 head = { .id = MSG_ALIVE };
	json_object	*body = json_object_new_object();

	json_set_int(body, "progress", l->progress);
	l->progress_told = l->progress;
	l->alive_at = mono_ms();
	link_send(l, &head, body);
}

int
link_alive_timeout(const struct link *l)
{
	int64_t	wait = l->progress != l->progress_told ?
		    ALIVE_PROGRESS_MS : ALIVE_QUIET_MS;

	return mono_timeout(l->alive_at + wait, mono_ms());
}

void
link_alive_due(struct link *l)
{
	if (l->phase == PHASE_READY && link_alive_timeout(l) == 0)
		link_alive(l);
}

/* As good as SIGTERM, whose handler also starts the alarm. */
static void
link_vanished(struct link *l)
{
	l->end = LINK_VANISHED;
	raise(SIGTERM);
}

static void
link_broken(struct link *l, const char *why)
{
	log_warnx("the supervisor broke the protocol: %s; leaving", why);
	l->end = LINK_BROKEN;
}

/* The group "life" is dealt with here; the rest waits for the role. */
static void
link_take(struct link *l, struct msg *m, size_t len)
{
	if (m->id == MSG_CONFIGURE) {
		l->configure = *m;
		l->phase = PHASE_GREETED;
	} else if (m->id == MSG_SHUTDOWN) {
		l->end = LINK_SHUTDOWN;
		msg_release(m);
	} else if (m->id == MSG_PROBE) {
		link_alive(l);
		msg_release(m);
	} else
		link_enqueue(l, m, len);
}

/* The second frame of the message that waits for it. */
static void
link_payload(struct link *l, const char *data, size_t len)
{
	struct msg	m = l->half;

	memset(&l->half, 0, sizeof(l->half));
	frame_reader_limit(&l->in, FRAME_MAX);
	msg_set_payload(&m, data, len);
	link_take(l, &m, len);
}

static void
link_envelope(struct link *l, const char *text, size_t len)
{
	const struct msg_place	at = { MSG_TO_WORKER, l->role, l->phase };
	struct msg		m;

	if (msg_parse(&m, text, len, &at) != MSG_OK)
		link_broken(l, m.why);
	else if (m.has_payload) {
		l->half = m;
		frame_reader_limit(&l->in, msg_table[m.id].payload_max);
	} else
		link_take(l, &m, len);
}

static void
link_parse(struct link *l, const char *data, size_t len)
{
	if (l->half.body != NULL)
		link_payload(l, data, len);
	else
		link_envelope(l, data, len);
}

/* Take the frames that are whole. */
static void
link_frames(struct link *l)
{
	const char		*text;
	size_t			 len;
	enum frame_status	 st = FRAME_MORE;

	while (l->end == LINK_OPEN && link_has_room(l)) {
		st = frame_reader_next(&l->in, &text, &len);
		if (st != FRAME_OK)
			break;
		link_parse(l, text, len);
	}
	if (st == FRAME_EOF || st == FRAME_TORN)
		link_vanished(l);
	else if (st == FRAME_TOOBIG && l->half.body != NULL)
		link_broken(l, "a payload over its limit");
	else if (st == FRAME_TOOBIG || st == FRAME_EMPTY)
		link_broken(l, frame_status_text(st));
}

int
link_next(struct link *l, struct msg *m)
{
	struct link_entry	*e;

	/* Frames stayed in the buffer while there was no room. */
	if (STAILQ_EMPTY(&l->queue))
		link_frames(l);
	e = STAILQ_FIRST(&l->queue);
	if (e == NULL)
		return 0;
	STAILQ_REMOVE_HEAD(&l->queue, entry);
	l->nqueued--;
	l->queued_bytes -= e->len;
	*m = e->msg;
	free(e);
	return 1;
}

static void
link_read(struct link *l)
{
	if (l->end != LINK_OPEN || !link_has_room(l))
		return;
	if (!l->in.eof &&
	    frame_reader_fill(&l->in, FD_TO_WORKER) == FRAME_ERROR) {
		log_warn("cannot read from the supervisor; leaving");
		link_vanished(l);
		return;
	}
	link_frames(l);
}

static void
link_write(struct link *l)
{
	if (l->end == LINK_VANISHED)
		return;
	if (frame_writer_flush(&l->out, FD_FROM_WORKER) == FRAME_ERROR)
		link_vanished(l);
}

/*
 * ppoll(2) that SIGTERM ends even if it comes just before.  The signal is
 * not blocked elsewhere: its handler must be able to start the alarm in the
 * middle of any work.
 */
static int
link_poll(struct pollfd *fds, nfds_t n, int ms)
{
	struct timespec	 ts = { ms / 1000, (ms % 1000) * 1000000L };
	sigset_t	 term, old;
	int		 r;

	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	sigprocmask(SIG_BLOCK, &term, &old);
	if (link_term)
		ts.tv_sec = ts.tv_nsec = 0;
	r = ppoll(fds, n, ms < 0 && !link_term ? NULL : &ts, &old);
	sigprocmask(SIG_SETMASK, &old, NULL);
	return r;
}

/* The two pipes first, then `more'. */
static struct pollfd *
link_fds(struct link *l, const struct pollfd *more, size_t n)
{
	if (l->maxfds < n + 2) {
		l->maxfds = 2 * (n + 2);
		l->fds = xreallocarray(l->fds, l->maxfds, sizeof(*l->fds));
	}
	l->fds[0].fd = link_has_room(l) ? FD_TO_WORKER : -1;
	l->fds[0].events = POLLIN;
	l->fds[1].fd = FD_FROM_WORKER;
	l->fds[1].events =
	    frame_writer_pending(&l->out) > 0 ? POLLOUT : 0;
	if (n > 0)
		memcpy(l->fds + 2, more, n * sizeof(*more));
	return l->fds;
}

void
link_wait_with(struct link *l, struct pollfd *more, size_t n, int ms)
{
	struct pollfd	*fds = link_fds(l, more, n);
	short		 from, to;

	if (l->end != LINK_OPEN)
		ms = 0;
	if (link_poll(fds, n + 2, ms) == -1) {
		if (errno != EINTR)
			log_fatal("ppoll");
		return;
	}
	if (n > 0)
		memcpy(more, fds + 2, n * sizeof(*more));
	to = fds[0].revents;
	from = fds[1].revents;
	if (from & POLLERR)
		link_vanished(l);
	else if (from & POLLOUT)
		link_write(l);
	if (to != 0)
		link_read(l);
}

void
link_wait(struct link *l, int ms)
{
	link_wait_with(l, NULL, 0, ms);
}

void
link_tick(struct link *l)
{
	int64_t	now = mono_ms();

	if (now - l->looked_at < LINK_LOOK_MS)
		return;
	l->looked_at = now;
	link_read(l);
	link_alive_due(l);
	link_write(l);
}

void
link_finish(struct link *l, int ms)
{
	struct pollfd	pfd = { FD_FROM_WORKER, POLLOUT, 0 };
	int64_t		deadline = mono_ms() + ms, now;

	for (link_write(l); frame_writer_pending(&l->out) > 0; link_write(l)) {
		now = mono_ms();
		if (l->end == LINK_VANISHED || now >= deadline)
			return;
		if (poll(&pfd, 1, mono_timeout(deadline, now)) == -1 &&
		    errno != EINTR)
			return;
	}
}

/*
 * Hold the sender back while too much is queued.  It reads at the same
 * time, so that two full pipes never wait for each other.
 */
static void
link_hold_back(struct link *l)
{
	struct pollfd	pfd = { FD_FROM_WORKER, POLLOUT, 0 };

	if (l->holding)
		return;		/* an answer to what was just read */
	l->holding = 1;
	while (frame_writer_pending(&l->out) > LINK_OUT_HIGH &&
	    !link_ended(l)) {
		link_poll(&pfd, 1, LINK_LOOK_MS);
		link_write(l);
		link_read(l);
	}
	l->holding = 0;
}

enum frame_status
link_send(struct link *l, const struct msg_head *head, json_object *body)
{
	enum frame_status	st;

	if (l->end == LINK_VANISHED) {
		json_object_put(body);
		return FRAME_OK;
	}
	st = msg_send(&l->out, head, body);
	if (st == FRAME_FULL)
		log_fatalx("message %s: %s", msg_table[head->id].name,
		    frame_status_text(st));
	if (st == FRAME_OK)
		link_hold_back(l);
	return st == FRAME_TOOBIG || st == FRAME_EMPTY ? st : FRAME_OK;
}
