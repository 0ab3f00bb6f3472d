#ifndef MNEMOD_STREAM_INT_H
#define MNEMOD_STREAM_INT_H

#include "api.h"
#include "stream.h"

/*
 * One request for a model, for the files that carry it: stream.c its life,
 * stream_request.c what is sent, stream_answer.c what the supervisor hears.
 */

/* What the body of the reply is. */
enum body_kind {
	BODY_UNKNOWN,		/* no byte came yet */
	BODY_EVENTS,
	BODY_ERROR		/* anything else: a text to make sense of */
};

struct stream {
	LIST_ENTRY(stream)	 entry;
	struct gateway		*gateway;
	struct msg		 request;	/* ids and serial; no body */
	struct transfer		*transfer;	/* NULL: ended, or not begun */
	struct headers		 headers;
	struct buf		 prompt;	/* the payload, to know it again */
	struct buf		 body;		/* of the HTTP request */
	struct sse		 sse;
	struct reply		 reply;
	enum body_kind		 kind;
	struct buf		 text;		/* BODY_ERROR: what came */
	char			 type[64];	/* content-type */
	char			 encoding[32];	/* content-encoding */
	char			 after[64];	/* retry-after */
	char			 after_ms[32];	/* retry-after-ms */
	int			 status;	/* of HTTP, when it ended */
	int			 done;		/* the reply is whole */
	int			 answered;
	size_t			 received;
	size_t			 lingered;	/* bytes after the answer */
	int64_t			 events;
	int64_t			 idle_ms;
	int64_t			 idle_at;	/* boot_ms() */
	int64_t			 deadline_at;	/* boot_ms() */
	int64_t			 progress_at;	/* mono_ms() of the last */
	int64_t			 linger_at;	/* mono_ms() */
};

/*
 * Write body and headers for `m'.  Returns 0, or -1 with the reason in *why,
 * a constant: nothing may be sent.
 */
int stream_compose(struct stream *, const struct msg *m, const char **why);

/* Answer the request: the reply, or its failure.  Once. */
void stream_answer(struct stream *);

/*
 * stream_show.c: with log_user_prompt = yes, the last message and the reply
 * for the log.
 */
void stream_show_prompt(const struct stream *, json_object *messages);
void stream_show_reply(const struct stream *, const struct buf *payload);

/* Tell how far the reply is, if the last time was a second ago. */
void stream_progress(struct stream *);

#endif
