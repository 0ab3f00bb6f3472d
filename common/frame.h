#ifndef MNEMOD_FRAME_H
#define MNEMOD_FRAME_H

#include <stddef.h>
#include <stdint.h>
#include "buf.h"

/*
 * Frames over a pipe: a 4-byte big-endian length and that many bytes; 1 byte
 * to FRAME_MAX (mnemod-protocol(7), FRAMING).  Neither side ever looks for
 * the next frame after an error: the stream is dead.
 */
#define FRAME_HEADER	4
#define FRAME_MAX	(8u * 1024 * 1024)
#define FRAME_QUEUE_MAX	(64u * 1024 * 1024)

enum frame_status {
	FRAME_OK,	/* a frame was taken; or all was written */
	FRAME_MORE,	/* not enough yet; or the pipe is full */
	FRAME_EOF,	/* the peer closed between two frames */
	FRAME_TORN,	/* the peer closed within a frame */
	FRAME_TOOBIG,	/* a length above the limit; nothing was allocated */
	FRAME_EMPTY,	/* a length of zero */
	FRAME_FULL,	/* the output queue is over its bound */
	FRAME_ERROR	/* a system call failed; errno says which way */
};

/* Text for a status: "torn frame". */
const char *frame_status_text(enum frame_status);

/* Input side of a stream.  Owns its buffer, never its descriptor. */
struct frame_reader {
	struct buf	 in;
	size_t		 off;		/* first byte not yet taken */
	size_t		 max;		/* longest frame */
	int		 eof;
};

void frame_reader_init(struct frame_reader *);
void frame_reader_release(struct frame_reader *);

/* The frames to come have at most `max' bytes; FRAME_MAX at first. */
void frame_reader_limit(struct frame_reader *, size_t max);

/*
 * One read(2), EINTR repeated.  FRAME_OK: bytes came; FRAME_MORE: nothing to
 * read now; FRAME_EOF: end of file (frames may still be in the buffer: go on
 * with frame_reader_next()); FRAME_ERROR.
 */
enum frame_status frame_reader_fill(struct frame_reader *, int fd);

/* Give bytes to the reader instead of a descriptor (tests, fuzzing). */
void frame_reader_feed(struct frame_reader *, const void *data, size_t len);

/*
 * Take the next whole frame.  FRAME_OK sets *body and *len to bytes inside
 * the reader, valid until the next call on it; the next frame follows them.
 * FRAME_MORE while more input is needed; at end of file FRAME_EOF or
 * FRAME_TORN; FRAME_TOOBIG and FRAME_EMPTY are for good.
 */
enum frame_status frame_reader_next(struct frame_reader *, const char **body,
    size_t *len);

/* Output side of a stream: a bounded queue. */
struct frame_writer {
	struct buf	 out;
	size_t		 off;		/* first byte not yet written */
};

void frame_writer_init(struct frame_writer *);
void frame_writer_release(struct frame_writer *);

/*
 * Queue one frame.  FRAME_OK, FRAME_TOOBIG, FRAME_EMPTY, or FRAME_FULL when
 * the queue would pass FRAME_QUEUE_MAX; then nothing was queued.
 */
enum frame_status frame_writer_push(struct frame_writer *, const void *body,
    size_t len);

/*
 * Queue two frames that belong together: both, or nothing.  Statuses as of
 * frame_writer_push().
 */
enum frame_status frame_writer_push_pair(struct frame_writer *,
    const struct buf *one, const struct buf *two);

/* Bytes waiting. */
size_t frame_writer_pending(const struct frame_writer *);

/*
 * One write(2) of what waits, EINTR repeated.  FRAME_OK: queue empty;
 * FRAME_MORE: something is left; FRAME_ERROR (EPIPE and the like).
 */
enum frame_status frame_writer_flush(struct frame_writer *, int fd);

#endif
