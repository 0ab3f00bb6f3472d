#ifndef MNEMOD_STAGE_TWO_INT_H
#define MNEMOD_STAGE_TWO_INT_H

#include "supervisor/memory.h"

#define STAGE_TWO_LEASE_S	3600	/* of its job */

/*
 * What the parts of stage two share: stage_two.c has the run and its books,
 * stage_two_workspace.c its workspace workers, stage_two_agent.c the agent,
 * stage_two_staging.c the size of what it writes.
 */

#define STAGE_TWO_NO_CHANGES	"no_workspace_changes"
#define STAGING_LIMIT		"staging_limit"

/* What a run that succeeded has come to. */
struct stage_two_result {
	const char	*commit;	/* published, or NULL */
	int64_t		 files;		/* in it */
	const char	*reason;	/* of an end that is no plain one */
	json_object	*left;		/* ids of threads that a capped agent
					 * did not come to, or NULL */
};

/* The run succeeded: finish the books. */
void stage_two_succeed(struct memory *, const struct stage_two_result *);

/* The run failed: it costs a retry, and reason and text are kept. */
void stage_two_fail(struct memory *, const char *reason, const char *text);

/*
 * The run cannot go on, through no fault of its own: pending again, at no
 * cost.
 */
void stage_two_release(struct memory *, const char *reason);

/* A worker of the run ended before its part was done. */
void stage_two_lost(struct memory *, const char *reason,
    const struct child_end *);

/* The run is decided; when its workers are gone the memory is idle. */
void stage_two_end(struct memory *);

/* Start the workspace worker that m->state asks for. */
void stage_two_workspace(struct memory *);

/* The agent is done: publish, once the lease is confirmed. */
void stage_two_publish(struct memory *);

/*
 * Ask a worker of the run in the name of its agent.  Takes over `body'.  0,
 * or -1: it takes no request and is stopped.
 */
int stage_two_ask(struct memory *, struct child *, enum msg_id,
    json_object *body);

/* Prepare the agent's timer; start the agent on m->staging. */
void stage_two_agent_init(struct memory *);
void stage_two_agent(struct memory *);

/*
 * From now on, until m->watch is cancelled, an agent whose staging folder
 * grows beyond what agents write is killed: reason STAGING_LIMIT.
 */
void stage_two_watch(struct memory *);

/* 1 if what the folder may grow to is known. */
int stage_two_watched(const struct memory *);

#endif
