#ifndef MNEMOD_MEMORY_H
#define MNEMOD_MEMORY_H

#include <sys/queue.h>
#include <stdint.h>
#include "supervisor/measure.h"
#include "supervisor/root.h"
#include "supervisor/staging_size.h"
#include "supervisor/supervisor.h"

/*
 * One memory while the supervisor runs: its root, its stage-two job and the
 * workers that serve it.
 *
 *	MEM_IDLE -> MEM_FOUND -> MEM_ADOPTING, MEM_RECOVERING	(recovery.c)
 *	MEM_ADOPTING -> MEM_RECOVERING				(adopt.c)
 *	MEM_RECOVERING -> MEM_IDLE				(recovery.c)
 *	MEM_IDLE -> MEM_PREPARING -> MEM_AGENT -> MEM_PUBLISHING
 *	         -> MEM_ENDING -> MEM_IDLE			(stage_two.c)
 *	MEM_IDLE -> MEM_OPERATING -> MEM_IDLE		(op_memory.c, trim.c)
 *
 * MEM_FOUND waits for its turn, MEM_ENDING for the workers of the run to be
 * gone.
 */
enum memory_state {
	MEM_IDLE,
	MEM_FOUND,
	MEM_ADOPTING,
	MEM_RECOVERING,
	MEM_PREPARING,
	MEM_AGENT,
	MEM_PUBLISHING,
	MEM_ENDING,
	MEM_OPERATING
};

struct memory {
	struct supervisor		*sv;
	const struct config_memory	*config;
	enum memory_state		 state;
	struct root			 root;
	int				 held;	/* root.fd is ours */
	int				 stopped; /* exit status 7 */
	int				 unknown; /* its root, for now */
	int				 unrecovered; /* looked at again first */
	int				 due;	/* its turn in this pass comes */
	int				 by_hand; /* then without cooldown */
	int64_t				 hand_pass; /* from which on; 0: none */
	int				 trim;	/* its history is to be cut */
	int				 foreign; /* to be adopted first */
	struct adoption			*adoption; /* in MEM_ADOPTING */
	char				 reason[64]; /* why nothing happens */

	struct child			*wspace;
	struct child			*agent;
	int				 agent_done; /* it said completed */
	int				 publish_waits; /* for op_hold.c, or */
	unsigned			 unconfirmed; /* its lease, so often */
	int				 completed; /* the same, in this run */
	int				 unsubmitted; /* the submit failed */
	const char			*capped; /* the bound that it met */
	unsigned			 status; /* that it told last */
	unsigned			 statuses; /* how often it changed */
	struct loop_timer		 limit;	/* minutes_per_agent */
	struct loop_timer		 watch;	/* of staging, while it lives */
	struct staging_size		 staging_most; /* allowed there */

	/* The run of stage two; valid from MEM_PREPARING to MEM_ENDING. */
	struct store_job		 job;
	int64_t				 watermark;
	char				 agent_id[UUID_SIZE];
	char				*base;		/* commit */
	char				*staging;
	int64_t				 turns;
	unsigned			 revisions;
	int				 keep_staging;	/* for a person */
	struct loop_timer		 heartbeat;
	int64_t				 began_ms; /* its claim; 0: recovered */
	struct measure_usage		 usage;	/* of its requests */
	const char			*reads_kind; /* of a call, or NULL */
	const char			*reads_tool;

	/* What the last run did, for the report. */
	int64_t				 rows;
	int				 published; /* it did */
	int64_t				 changed;
	int64_t				 conflicts;
	int64_t				 kept_out; /* of the run before */
	int64_t				 again;	/* sessions it did not come to */
	TAILQ_ENTRY(memory)		 entry;
};

/* Make one for each memory of the configuration; fills sv->memories. */
void memory_make_all(struct supervisor *);
/* Give the roots' locks back; no worker may be left. */
void memory_free_all(struct supervisor *);

/* What a row says of a root; borrows from it. */
void memory_record(const struct store_memory *, struct root_record *);

/*
 * Look at the root.  A root that is ours is taken at once, an empty or
 * absent one when there is something to publish, one that is to be adopted
 * by adopt_start(): m->foreign is set; any other stops the memory, logged
 * with the ways on.  If it cannot be looked at now m->unknown is set.
 */
void memory_look(struct memory *);

/*
 * Does this reason of a workspace worker concern the root, so that the memory
 * is stopped?  Any other may be gone when the same is tried again.
 */
int memory_reason_stops(const char *);

/*
 * Take the root for publishing: create, lock and record it.  0; or -1 with
 * m->reason set (locked_by, io_error, or the memory was stopped).
 */
int memory_take(struct memory *);

/*
 * Take a root that is to be adopted: locked, its history is there, nothing is
 * recorded.  0, or -1 as memory_take().
 */
int memory_take_foreign(struct memory *);

/*
 * 1 if the state directory holds a history of it, ours now or not, or may do
 * so: it cannot be looked at.
 */
int memory_has_history(const struct memory *);

/* Unlock the root; it stays as it is.  No worker may be left. */
void memory_give_back(struct memory *);

/* Stop this memory for the rest of the run: exit status 7.  Logs nothing. */
void memory_stop(struct memory *, const char *reason);

/* How many memories may still be published into. */
unsigned memory_usable(const struct supervisor *);

/* 1 if no memory has work under way. */
int memory_all_idle(const struct supervisor *);

/* Start the workspace worker with these callbacks; m is the argument. */
void memory_start_workspace(struct memory *, const struct child_ops *);

/* The same with an argument of the caller's. */
void memory_start_workspace_for(struct memory *, const struct child_ops *,
    void *arg);

/*
 * Start a workspace worker that may write nothing and reads history and root,
 * taken or not, beside whatever goes on.  It is the caller's, not m->wspace.
 */
struct child *memory_start_reader(struct memory *, const struct child_ops *,
    void *arg);

/*
 * Send the memory's rows and tombstones to its workspace worker.  With
 * `agent_id' the rows are recorded as that agent's inputs, in a transaction
 * with the agent's own row.  Returns 0 or -1, logged.
 */
int memory_send_input(struct memory *, const char *agent_id);

#endif
