#ifndef MNEMOD_AGENT_H
#define MNEMOD_AGENT_H

#include <json-c/json.h>
#include <stdint.h>
#include "builtin.h"
#include "worker/redact.h"
#include "staging.h"
#include "worker/worker.h"

/*
 * A consolidation agent: one thread with an empty history, from the prompt
 * that `submit' brings to the message of `completed' (mnemod-worker(8)).
 *
 *	pending_init -> running -> completed -> (revise) running -> ...
 *
 * The work itself is the provider's: builtin.c.
 */
enum agent_state {
	AGENT_PENDING,		/* no prompt yet */
	AGENT_RUNNING,		/* prompt accepted, files not yet written */
	AGENT_HOLDING,		/* written; completion waits for hold_until */
	AGENT_COMPLETED,
	AGENT_ERRORED
};

struct agent {
	enum agent_state	 state;
	struct staging		 staging;
	char			*staging_path;
	struct redact		*redact;
	int64_t			 hold_ms;	/* settings: hold_ms */
	int64_t			 hold_until;	/* mono_ms() */
	struct msg		 request;	/* body NULL: all answered */
	unsigned		 turns;
	struct builtin_report	 report;	/* of the last turn */
};

struct agent *agent_new(void);
void agent_free(struct agent *);

/* `submit' or `revise': takes over the request and begins a turn. */
void agent_request(struct agent *, struct worker *, const struct msg *);

/* A slice of work; 1 if there is more. */
int agent_step(struct agent *, struct worker *);

/* The supervisor ends the agent: say so. */
void agent_stop(struct agent *, struct worker *);

#endif
