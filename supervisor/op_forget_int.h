#ifndef MNEMOD_OP_FORGET_INT_H
#define MNEMOD_OP_FORGET_INT_H

#include <json-c/json.h>

#include "supervisor/memory.h"
#include "supervisor/op_table.h"

/* What the two rounds of forget share: op_forget.c, op_forget_purge.c. */

/* op_run.data; the threads are in run's result, as they were found. */
struct forgetting {
	struct op_run	*run;
	json_object	*result;
	json_object	*ids;		/* array of thread ids */
	json_object	*concerned;	/* memories by name */
	int		 unknown;	/* a thread that no scan has seen */
	struct memory	*memory;	/* at work on, or NULL: all done */
	int		 purging;	/* the second round */
	int		 begun;		/* with this memory */
	int		 answered;	/* the purging worker did */
	int		 left;		/* audits or the database hold some */
};

/* A member of an array of the result that is about a memory; the result's. */
json_object *forget_tell(struct forgetting *, const char *array,
    const char *state);

/* To the next memory, or round; what can be told at once is. */
void forget_next(struct forgetting *);

/*
 * Begin to purge the history of the memory: 1 if a worker is under way, and
 * forget_next() comes at its end; else the reason why not is told.
 */
int forget_purge(struct forgetting *);

/* What the state directory itself holds of them. */
void forget_purge_state(struct forgetting *);

#endif
