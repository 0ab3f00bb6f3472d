#ifndef MNEMOD_ASK_H
#define MNEMOD_ASK_H

#include <sys/queue.h>
#include <stdint.h>

#include "worker/worker.h"

/*
 * Stage one with a model.  An `extract' request becomes a question, which
 * waits for its answer while others are read: the rollout is read and let
 * go, the payload kept until the question is settled.
 *
 *	ask_begin -> model_request -> model_response
 *	                ^                | ok: extracted
 *	                |                | no more: failed, with the class
 *	                +- retry_after_ms, or half the input if it was too long
 *
 * The supervisor says when to ask again and whether at all.
 */
struct ask;
TAILQ_HEAD(ask_list, ask);

#define ASK_HALVINGS	4	/* of the input, at most */

struct asks {
	struct ask_list	 list;
	unsigned	 n;
	int64_t		 last;	/* number of the last model_request */
	int64_t		 told;	/* when that it waits was, mono_ms() */
};

void asks_init(struct asks *);
void asks_clear(struct asks *);

/* The title, and whether a request is open, between two messages. */
void asks_show(struct worker *);

/* An `extract' request. */
void ask_begin(struct worker *, const struct msg *);

/* What comes back for a question. */
void ask_response(struct worker *, const struct msg *);
void ask_progress(struct worker *, const struct msg *);

/* For worker_role: when to wake, and what is due then. */
void ask_watch(struct worker *, struct worker_watch *);
void ask_watched(struct worker *);

#endif
