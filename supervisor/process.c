#include <errno.h>
#include <malloc.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/fd.h"
#include "common/log.h"
#include "common/monotime.h"
#include "supervisor/child_int.h"
#include "supervisor/exe.h"

#define MALLOC_KEEP	(1024 * 1024)

static void
pipe_init(struct pipe_end *e)
{
	e->fd = -1;
	loop_fd_init(&e->watch, NULL, NULL);
}

static void
pipe_open(struct child *c, struct pipe_end *e, int fd, loop_fd_fn *fn)
{
	e->fd = fd;
	loop_fd_init(&e->watch, fn, c);
}

static void
pipe_close(struct pipe_end *e)
{
	loop_fd_del(&e->watch);
	fd_close(&e->fd);
}

void
process_init(struct process *p)
{
	memset(p, 0, sizeof(*p));
	p->ready_at = p->killed_at = -1;
	p->late = 0;
	pipe_init(&p->to);
	pipe_init(&p->from);
	pipe_init(&p->err);
	pipe_init(&p->fault);
	loop_timer_init(&p->drain, NULL, NULL);
	frame_reader_init(&p->reader);
	frame_writer_init(&p->writer);
	requests_init(&p->requests);
	errlog_init(&p->errlog);
}

void
process_release(struct process *p)
{
	size_t	held = p->reader.in.cap + p->writer.out.cap;

	pipe_close(&p->to);
	pipe_close(&p->from);
	pipe_close(&p->err);
	pipe_close(&p->fault);
	loop_timer_cancel(&p->drain);
	frame_reader_release(&p->reader);
	frame_writer_release(&p->writer);
	requests_clear(&p->requests);
	msg_release(&p->half);
	json_object_put(p->sandbox);
	process_init(p);
	/* The allocator would keep what one deaf worker made us hold. */
	if (held > MALLOC_KEEP)
		malloc_trim(0);
}

int
process_drained(const struct process *p)
{
	return p->from.fd == -1 && p->err.fd == -1 && p->fault.fd == -1;
}

void
process_close_from(struct process *p)
{
	pipe_close(&p->from);
}

/*
 * One read(2) for each wake-up and worker is the budget: one that floods us
 * gets its turn like the others.  What is to be read is read before an end
 * of file is believed.
 */
static void
from_readable(struct loop_fd *w, short revents, void *arg)
{
	struct child	*c = arg;

	(void)revents;
	switch (frame_reader_fill(&c->proc.reader, w->fd)) {
	case FRAME_MORE:
		return;
	case FRAME_OK:
	case FRAME_EOF:
		dispatch_frames(c);
		break;
	case FRAME_TORN:
	case FRAME_TOOBIG:
	case FRAME_EMPTY:
	case FRAME_FULL:
	case FRAME_ERROR:
		dispatch_error(c, "cannot read from it: %s", strerror(errno));
		break;
	}
	child_check_end(c);
}

static void
err_readable(struct loop_fd *w, short revents, void *arg)
{
	struct child	*c = arg;
	char		 data[4096];
	ssize_t		 n;

	(void)revents;
	n = read(w->fd, data, sizeof(data));
	if (n > 0)
		errlog_feed(&c->proc.errlog, c->label, data, (size_t)n);
	if (n > 0 || (n == -1 && (errno == EAGAIN || errno == EINTR)))
		return;
	errlog_finish(&c->proc.errlog, c->label);
	pipe_close(&c->proc.err);
	child_check_end(c);
}

static void
fault_readable(struct loop_fd *w, short revents, void *arg)
{
	struct child		*c = arg;
	struct spawn_fault	 f;
	int			 r = spawn_fault_read(w->fd, &f);

	(void)revents;
	if (r == -1)
		return;
	if (r == 1) {
		c->proc.error = f.error;
		child_blame(c, CAUSE_SPAWN, "%s %s: %s",
		    spawn_step_name(f.step),
		    c->set->config.exes->path[c->spec.role],
		    strerror(f.error));
	} else
		restart_spawned(&c->history);
	pipe_close(&c->proc.fault);
	child_check_end(c);
}

/*
 * Write once; the rest waits for POLLOUT.  A worker that closed its end will
 * never hear us again: it is ended like one that closed the other pipe.
 */
static void
process_flush(struct child *c)
{
	struct process	*p = &c->proc;

	switch (frame_writer_flush(&p->writer, p->to.fd)) {
	case FRAME_OK:
		loop_fd_del(&p->to.watch);
		break;
	case FRAME_MORE:
		loop_fd_set(c->set->config.loop, &p->to.watch, p->to.fd,
		    POLLOUT);
		break;
	case FRAME_EOF:
	case FRAME_TORN:
	case FRAME_TOOBIG:
	case FRAME_EMPTY:
	case FRAME_FULL:
	case FRAME_ERROR:
		log_debug("%s: cannot write to it: %s", c->label,
		    strerror(errno));
		pipe_close(&p->to);
		child_event(c, EV_EOF);
		break;
	}
}

/* From the loop: now somebody may want to send more. */
static void
to_writable(struct loop_fd *w, short revents, void *arg)
{
	struct child			*c = arg;
	const struct children_desk	*desk = &c->set->desk;

	(void)w;
	(void)revents;
	process_flush(c);
	if (c->state == CS_READY && desk->drained != NULL &&
	    frame_writer_pending(&c->proc.writer) == 0)
		desk->drained(c, desk->arg);
}

int
process_send(struct child *c, const struct msg_head *head, json_object *body)
{
	struct process		*p = &c->proc;
	enum frame_status	 st;

	if (p->to.fd == -1) {
		json_object_put(body);
		return -1;
	}
	st = msg_send(&p->writer, head, body);
	if (st == FRAME_OK) {
		process_flush(c);
		return 0;
	}
	log_warnx("%s: message %s not sent: %s", c->label,
	    msg_table[head->id].name, frame_status_text(st));
	if (st == FRAME_FULL) {
		child_blame(c, CAUSE_STUCK, "it does not read its messages");
		child_event(c, EV_BAD);
	}
	return -1;
}

/* A descendant that holds a pipe open cannot keep the dead from ending. */
static void
drain_over(struct loop_timer *t, void *arg)
{
	struct child	*c = arg;

	(void)t;
	log_warnx("%s: a pipe is still held open by somebody, closed",
	    c->label);
	pipe_close(&c->proc.from);
	pipe_close(&c->proc.err);
	pipe_close(&c->proc.fault);
	child_check_end(c);
}

void
process_open(struct child *c, const struct spawned *s)
{
	struct process	*p = &c->proc;
	struct loop	*l = c->set->config.loop;

	p->pid = p->was = s->pid;
	pipe_open(c, &p->to, s->to, to_writable);
	pipe_open(c, &p->from, s->from, from_readable);
	pipe_open(c, &p->err, s->err, err_readable);
	pipe_open(c, &p->fault, s->fault, fault_readable);
	loop_fd_set(l, &p->from.watch, p->from.fd, POLLIN);
	loop_fd_set(l, &p->err.watch, p->err.fd, POLLIN);
	loop_fd_set(l, &p->fault.watch, p->fault.fd, POLLIN);
	loop_timer_init(&p->drain, drain_over, c);
	liveness_begin(&p->live, mono_ms());
}
