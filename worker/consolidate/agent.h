#ifndef MNEMOD_AGENT_H
#define MNEMOD_AGENT_H

#include <json-c/json.h>
#include <stdint.h>
#include "worker/redact.h"
#include "staging.h"
#include "worker/worker.h"

/*
 * A consolidation agent: one thread with an empty history, from the prompt
 * that `submit' brings to the message of `completed' (mnemod-worker(8)).
 *
 *	pending_init -> running -> completed -> (revise) running -> ...
 *
 * This is the life that every agent has; the work itself is the provider's:
 * agent_builtin.c, agent_model.c.
 */
enum agent_state {
	AGENT_PENDING,		/* no prompt yet */
	AGENT_RUNNING,		/* a slice of work is due */
	AGENT_WAITING,		/* for the answer of a model */
	AGENT_HOLDING,		/* until hold_until, then running again */
	AGENT_COMPLETED,
	AGENT_ERRORED
};

struct agent;

struct agent_provider {
	/* Take settings; -1 with the reason in `why'. */
	int	(*configure)(struct agent *, json_object *settings, char *why,
		    size_t whysize);
	/* `submit' or `revise' came. */
	void	(*begin)(struct agent *, const struct msg *);
	/*
	 * A slice of work.  Ends with the state as it is, or by agent_wait(),
	 * agent_hold(), agent_complete() or agent_fail().
	 */
	void	(*slice)(struct agent *);
	/* An answer to worker_ask_model(); NULL: asks nobody. */
	void	(*answer)(struct agent *, const struct msg *);
	void	(*free)(struct agent *);
};

extern const struct agent_provider agent_builtin, agent_model;

struct agent {
	struct worker			*worker;
	enum agent_state		 state;
	const struct agent_provider	*provider;
	void				*work;	/* the provider's own */
	struct staging			 staging;
	char				*staging_path;
	struct redact			*redact;
	int64_t				 hold_until;	/* mono_ms() */
	struct msg			 request;	/* body NULL: none */
	unsigned			 turns;
};

struct agent *agent_new(struct worker *, const struct agent_provider *);
void agent_free(struct agent *);

/* A request of the supervisor, or the answer to one of the agent's. */
void agent_message(struct agent *, const struct msg *);

/* A slice of work; 1 if there is more. */
int agent_step(struct agent *);

/* The supervisor ends the agent: say so. */
void agent_stop(struct agent *);

/*
 * For providers.
 */

/* A turn begins: count it and show it. */
void agent_turn(struct agent *);

/* Do nothing until a message comes; or for `ms', then go on. */
void agent_wait(struct agent *);
void agent_hold(struct agent *, int64_t ms);

/* What `completed' carries. */
struct agent_result {
	const char	*text;		/* the last message */
	int		 changed;	/* files were written */
	const char	*capped;	/* the bound that ended it, or NULL */
	json_object	*counts;	/* taken over, or NULL */
};
void agent_complete(struct agent *, const struct agent_result *);

/* The request cannot be done: `failed' with this reason and sentence. */
void agent_fail(struct agent *, const char *reason, const char *text);

#endif
