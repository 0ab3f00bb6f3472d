#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "frame.h"

#define FRAME_READ	(64u * 1024)

const char *
frame_status_text(enum frame_status s)
{
	static const char *const text[] = {
		[FRAME_OK] = "no error",
		[FRAME_MORE] = "incomplete frame",
		[FRAME_EOF] = "end of file",
		[FRAME_TORN] = "torn frame",
		[FRAME_TOOBIG] = "frame over 8 MiB",
		[FRAME_EMPTY] = "frame of zero bytes",
		[FRAME_FULL] = "output queue full",
		[FRAME_ERROR] = "system error",
	};

	return text[s];
}

void
frame_reader_init(struct frame_reader *r)
{
	buf_init(&r->in);
	r->off = 0;
	r->max = FRAME_MAX;
	r->eof = 0;
}

void
frame_reader_limit(struct frame_reader *r, size_t max)
{
	r->max = max;
}

void
frame_reader_release(struct frame_reader *r)
{
	buf_wipe(&r->in);
	frame_reader_init(r);
}

/* Move what is not yet taken to the front; give a big empty buffer back. */
static void
reader_compact(struct frame_reader *r)
{
	if (r->off == 0)
		return;
	buf_consume(&r->in, r->off);
	r->off = 0;
	if (r->in.len == 0 && r->in.cap > 4 * FRAME_READ)
		buf_release(&r->in);
}

enum frame_status
frame_reader_fill(struct frame_reader *r, int fd)
{
	ssize_t	n;

	reader_compact(r);
	buf_grow(&r->in, FRAME_READ);
	do {
		n = read(fd, r->in.data + r->in.len, FRAME_READ);
	} while (n == -1 && errno == EINTR);
	if (n == -1)
		return errno == EAGAIN ? FRAME_MORE : FRAME_ERROR;
	if (n == 0) {
		r->eof = 1;
		return FRAME_EOF;
	}
	r->in.len += (size_t)n;
	r->in.data[r->in.len] = '\0';
	return FRAME_OK;
}

void
frame_reader_feed(struct frame_reader *r, const void *data, size_t len)
{
	reader_compact(r);
	buf_add(&r->in, data, len);
}

enum frame_status
frame_reader_next(struct frame_reader *r, const char **body, size_t *len)
{
	const unsigned char	*p;
	size_t			 have = r->in.len - r->off, n;

	if (have == 0)
		return r->eof ? FRAME_EOF : FRAME_MORE;
	if (have < FRAME_HEADER)
		return r->eof ? FRAME_TORN : FRAME_MORE;
	p = (const unsigned char *)r->in.data + r->off;
	n = (size_t)p[0] << 24 | (size_t)p[1] << 16 | (size_t)p[2] << 8 | p[3];
	if (n == 0)
		return FRAME_EMPTY;
	if (n > r->max)
		return FRAME_TOOBIG;
	if (have - FRAME_HEADER < n)
		return r->eof ? FRAME_TORN : FRAME_MORE;
	*body = r->in.data + r->off + FRAME_HEADER;
	*len = n;
	r->off += FRAME_HEADER + n;
	return FRAME_OK;
}

void
frame_writer_init(struct frame_writer *w)
{
	buf_init(&w->out);
	w->off = 0;
}

void
frame_writer_release(struct frame_writer *w)
{
	buf_wipe(&w->out);
	w->off = 0;
}

size_t
frame_writer_pending(const struct frame_writer *w)
{
	return w->out.len - w->off;
}

static enum frame_status
length_status(size_t len)
{
	if (len == 0)
		return FRAME_EMPTY;
	return len > FRAME_MAX ? FRAME_TOOBIG : FRAME_OK;
}

static int
writer_has_room(const struct frame_writer *w, size_t more)
{
	return frame_writer_pending(w) + more <= FRAME_QUEUE_MAX;
}

static void
writer_add(struct frame_writer *w, const void *body, size_t len)
{
	unsigned char	head[FRAME_HEADER];

	head[0] = (unsigned char)(len >> 24 & 0xff);
	head[1] = (unsigned char)(len >> 16 & 0xff);
	head[2] = (unsigned char)(len >> 8 & 0xff);
	head[3] = (unsigned char)(len & 0xff);
	buf_add(&w->out, head, sizeof(head));
	buf_add(&w->out, body, len);
}

enum frame_status
frame_writer_push(struct frame_writer *w, const void *body, size_t len)
{
	enum frame_status	st = length_status(len);

	if (st != FRAME_OK)
		return st;
	if (!writer_has_room(w, FRAME_HEADER + len))
		return FRAME_FULL;
	writer_add(w, body, len);
	return FRAME_OK;
}

enum frame_status
frame_writer_push_pair(struct frame_writer *w, const struct buf *one,
    const struct buf *two)
{
	enum frame_status	st = length_status(one->len);

	if (st == FRAME_OK)
		st = length_status(two->len);
	if (st != FRAME_OK)
		return st;
	if (!writer_has_room(w, 2 * FRAME_HEADER + one->len + two->len))
		return FRAME_FULL;
	writer_add(w, one->data, one->len);
	writer_add(w, two->data, two->len);
	return FRAME_OK;
}

enum frame_status
frame_writer_flush(struct frame_writer *w, int fd)
{
	ssize_t	n;

	if (frame_writer_pending(w) == 0)
		return FRAME_OK;
	do {
		n = write(fd, w->out.data + w->off, frame_writer_pending(w));
	} while (n == -1 && errno == EINTR);
	if (n == -1)
		return errno == EAGAIN ? FRAME_MORE : FRAME_ERROR;
	w->off += (size_t)n;
	if (frame_writer_pending(w) == 0) {
		/* A key travels in a small frame. */
		explicit_bzero(w->out.data, w->out.len < FRAME_READ ?
		    w->out.len : FRAME_READ);
		w->off = 0;
		buf_reset(&w->out);
		if (w->out.cap > 4 * FRAME_READ)
			buf_release(&w->out);
		return FRAME_OK;
	}
	if (w->off > w->out.len / 2) {
		buf_consume(&w->out, w->off);
		w->off = 0;
	}
	return FRAME_MORE;
}
