/* One reply on its way: how fast, in what pieces, to which end. */
#include <sys/socket.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/mem.h"
#include "transfer.h"

struct transfer *
transfer_new(struct request *q, const struct rule *r, int fd)
{
	struct transfer	*t = xcalloc(1, sizeof(*t));

	stream_init(&t->stream, r, q);
	t->req = q;
	t->fd = fd;
	return t;
}

void
transfer_free(struct transfer *t)
{
	/* Of a body of known length nobody asks for the end. */
	if (t->stream.how->end == END_CLEAN && t->limit > 0 &&
	    t->sent == t->limit)
		t->done = 1;
	record_end(t->req, t->sent, t->gone || !t->done ? "gone" :
	    "complete");
	stream_release(&t->stream);
	request_free(t->req);
	free(t);
}

/* Sleep so long (-1: for ever); -1 as soon as the client is gone. */
static int
doze(struct transfer *t, int ms)
{
	struct pollfd	pfd = { t->fd, POLLRDHUP, 0 };

	if (poll(&pfd, 1, ms) > 0)
		t->gone = 1;
	return t->gone ? -1 : 0;
}

int
transfer_wait(struct transfer *t)
{
	const struct rule	*r = t->stream.how;

	if (r->wait_ms > 0 && doze(t, r->wait_ms) == -1)
		return -1;
	while (r->hold != NULL && access(r->hold, F_OK) == -1)
		if (doze(t, 20) == -1)
			return -1;
	return 0;
}

static void
send_raw(struct transfer *t, const char *bytes)
{
	if (send(t->fd, bytes, strlen(bytes), MSG_NOSIGNAL) == -1)
		t->gone = 1;
}

/* End in the way of the rule; 0 properly, -1 by closing. */
static int
end(struct transfer *t)
{
	struct sockaddr	none = { .sa_family = AF_UNSPEC };

	t->done = 1;
	switch (t->stream.how->end) {
	case END_CLEAN:
		return 0;
	case END_RESET:
		/* What is not yet read there is not lost before. */
		doze(t, 50);
		(void)connect(t->fd, &none, sizeof(none));
		break;
	case END_SILENCE:
		doze(t, -1);
		break;
	case END_CHUNK:
		send_raw(t, "1000\r\ndata: {\"half a chunk");
		break;
	case END_CLOSE:
		break;
	}
	return -1;
}

void
transfer_raw(struct transfer *t)
{
	char	*text;

	if (t->gone)
		return;
	if (t->stream.how->raw != NULL) {
		text = reply_expand(t->stream.req, t->stream.how->raw);
		send_raw(t, text);
		t->sent = strlen(text);
		free(text);
	}
	end(t);
}

void
transfer_begin(struct transfer *t)
{
	const struct stream	*s = &t->stream;

	t->limit = stream_size(s);
	if (s->how->half && s->nsteps > 0)
		t->limit -= s->steps[s->nsteps - 1].len / 2;
	if (s->how->cut >= 0 && (uint64_t)s->how->cut < t->limit)
		t->limit = (uint64_t)s->how->cut;
}

/* Copy what is left of the present event, at most `max'; advance. */
static size_t
copy_event(struct transfer *t, char *buf, size_t max)
{
	const struct step	*st = &t->stream.steps[t->step];
	size_t			 n = st->len - t->off;

	n = n < max ? n : max;
	memcpy(buf, st->data + t->off, n);
	t->off += n;
	if (t->off == st->len) {
		t->off = 0;
		if (++t->rep == st->times) {
			t->rep = 0;
			t->step++;
		}
	}
	return n;
}

/* One write: `split' bytes, or `events' events, or what fits. */
static size_t
copy_write(struct transfer *t, char *buf, size_t max)
{
	const struct rule	*r = t->stream.how;
	size_t			 n = 0;
	int			 events = 0;

	if (r->split != 0 && r->split < max)
		max = r->split;
	while (n < max && t->step < t->stream.nsteps) {
		n += copy_event(t, buf + n, max - n);
		if (t->off == 0 && ++events == r->events && r->events > 0)
			break;
	}
	return n;
}

ssize_t
transfer_read(struct transfer *t, char *buf, size_t max)
{
	size_t	n;

	if (t->sent == t->limit)
		return end(t);
	if (max > t->limit - t->sent)
		max = (size_t)(t->limit - t->sent);
	/* The client's end of the connection is looked at in any case. */
	if (doze(t, t->stream.how->drip_ms) == -1)
		return -1;
	n = copy_write(t, buf, max);
	t->sent += n;
	return (ssize_t)n;
}
