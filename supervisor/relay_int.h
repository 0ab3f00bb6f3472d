#ifndef MNEMOD_RELAY_INT_H
#define MNEMOD_RELAY_INT_H

#include <sys/queue.h>
#include <stdint.h>
#include "supervisor/relay.h"

/*
 * Between the files of the relay: relay.c has the askers and their requests,
 * relay_gateway.c the gateway that answers.
 */

TAILQ_HEAD(relay_asks, relay_ask);

/* A worker that has asked; gone when it owes and is owed nothing. */
struct relay_asker {
	TAILQ_ENTRY(relay_asker)	 entry;
	struct child			*child;
	struct relay_asks		 waiting;	/* oldest first */
	unsigned			 open;	/* waiting and under way */
};

struct relay {
	struct children		*children;
	struct loop		*loop;
	struct relay_clerk	 clerk;
	struct child		*gateway;	/* NULL: none */
	int			 wanted;	/* one is to be there */
	int			 draining;	/* nothing new for this one */
	struct loop_timer	 rest;		/* after one that failed */
	/* The next to be served first. */
	TAILQ_HEAD(, relay_asker) askers;
	struct relay_asks	 sent;
	unsigned		 nwaiting, nsent;
};

/* Hand on what can be handed on now, one asker after the other. */
void relay_pump(struct relay *);

/* The oldest request of the asker whose turn it is; NULL: none waits. */
struct relay_ask *relay_next_ask(struct relay *);

/* Answer a request, with `m' behind it if there is one; it is over. */
void relay_ask_answer(struct relay *, struct relay_ask *,
    const struct relay_answer *, const struct msg *m);

/* Nobody will answer it: settled so, and its asker told. */
void relay_ask_lost(struct relay *, struct relay_ask *);

/* A timer's: the gateway that did not stay up has rested. */
void relay_rested(struct loop_timer *, void *relay);

#endif
