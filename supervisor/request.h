#ifndef MNEMOD_REQUEST_H
#define MNEMOD_REQUEST_H

#include <sys/queue.h>
#include <stdint.h>
#include "common/msg.h"

/*
 * The requests that a worker has not answered yet.  A reply must pair with
 * one of them, by serial and by type.
 */
struct request {
	int64_t			 serial;
	enum msg_id		 id;
	TAILQ_ENTRY(request)	 entry;
};

struct requests {
	TAILQ_HEAD(request_list, request) open;
	unsigned		 count;
	int64_t			 last;	/* serial given last; 0: none */
};

void requests_init(struct requests *);

/* Forget the open ones; the serials go on. */
void requests_clear(struct requests *);

/* 1 if a message of this type is answered, 0 if it goes one way. */
int request_is_answered(enum msg_id);

/*
 * 1 if a worker asks by such a message and we answer: it pairs with none of
 * our requests.
 */
int request_is_question(enum msg_id);

/*
 * A new message to the worker: its serial (> 0), kept open if the type is
 * answered; -1 if as many of its type are open as its row has credits.
 */
int64_t requests_open(struct requests *, enum msg_id);

/* The message was not sent after all. */
void requests_cancel(struct requests *, int64_t serial);

enum reply {
	REPLY_PART,	/* answers an open request; more will follow */
	REPLY_LAST,	/* answers it; it is closed now */
	REPLY_UNASKED,	/* serial 0, and the type may come so */
	REPLY_REFUSED,	/* failed, for a message that goes one way */
	REPLY_STRAY	/* pairs with nothing: a protocol error */
};

/* Pair a message of a worker with its request. */
enum reply requests_reply(struct requests *, const struct msg *);

#endif
