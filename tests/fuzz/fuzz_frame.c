/* links: */
/*
 * libFuzzer entry: any bytes as a stream of frames.  Whatever the pieces in
 * which they come, the frames and the end are the same; what was taken and is
 * written again gives the same bytes.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/frame.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

/* Take all frames there are; they are written again to `w'. */
static enum frame_status
take(struct frame_reader *r, struct frame_writer *w)
{
	enum frame_status	 st;
	const char		*body;
	size_t			 len;

	while ((st = frame_reader_next(r, &body, &len)) == FRAME_OK) {
		if (len == 0 || len > FRAME_MAX ||
		    frame_writer_push(w, body, len) != FRAME_OK)
			abort();
	}
	return st;
}

/* Feed the bytes in pieces of `piece'. */
static enum frame_status
run(const uint8_t *data, size_t size, size_t piece, struct frame_writer *w)
{
	struct frame_reader	r;
	enum frame_status	st = FRAME_MORE;
	size_t			n;

	frame_reader_init(&r);
	for (; size > 0 && st == FRAME_MORE; data += n, size -= n) {
		n = piece < size ? piece : size;
		frame_reader_feed(&r, data, n);
		st = take(&r, w);
	}
	if (st == FRAME_MORE) {
		r.eof = 1;
		st = take(&r, w);
	}
	frame_reader_release(&r);
	return st;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct frame_writer	whole, pieces;
	size_t			n;

	if (size == 0)
		return 0;
	frame_writer_init(&whole);
	frame_writer_init(&pieces);
	if (run(data + 1, size - 1, size, &whole) !=
	    run(data + 1, size - 1, 1u + data[0] % 7u, &pieces))
		abort();
	n = frame_writer_pending(&whole);
	if (n != frame_writer_pending(&pieces) || n > size - 1)
		abort();
	if (n > 0 && (memcmp(whole.out.data + whole.off, data + 1, n) != 0 ||
	    memcmp(pieces.out.data + pieces.off, data + 1, n) != 0))
		abort();
	frame_writer_release(&whole);
	frame_writer_release(&pieces);
	return 0;
}
