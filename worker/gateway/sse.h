#ifndef MNEMOD_SSE_H
#define MNEMOD_SSE_H

#include <stddef.h>
#include "common/buf.h"

/*
 * Server-sent events, as the HTML standard defines them: bytes in, events
 * out, however the bytes are cut.  A line ends in LF, CR LF or CR; a leading
 * byte-order mark and comments are passed over; the data lines of one event
 * are joined by LF; an event that no blank line ends never comes out.  Of
 * the fields only `event' and `data' are kept.
 */

enum sse_status {
	SSE_MORE,	/* all that was fed is used up */
	SSE_EVENT,	/* here is an event */
	SSE_COMMENT,	/* a comment: the server is alive */
	SSE_TOOBIG	/* over the cap; nothing else comes, for good */
};

struct sse_event {
	const char	*name;		/* of the field `event', or "" */
	const char	*data;		/* followed by a NUL */
	size_t		 len;
};

/* A reader.  Holds at most one event and one line, `max' bytes together. */
struct sse {
	size_t		 max;
	const char	*in;		/* what is left of the bytes fed */
	size_t		 left;
	struct buf	 line;		/* the part of a line that came */
	struct buf	 name;
	struct buf	 data;
	int		 some;		/* the event has a data field */
	int		 begun;		/* the first line is over */
	int		 cr;		/* the last line ended in CR */
	int		 given;		/* an event is out: clear it first */
	int		 toobig;
};

void sse_init(struct sse *, size_t max);
void sse_release(struct sse *);

/* Give bytes; they must stay until sse_next() says SSE_MORE. */
void sse_feed(struct sse *, const char *data, size_t len);

/*
 * What comes next in the bytes.  On SSE_EVENT *ev holds until the next call
 * on the reader.
 */
enum sse_status sse_next(struct sse *, struct sse_event *ev);

#endif
