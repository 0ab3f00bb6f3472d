#ifndef MNEMOD_STORE_REVIEW_H
#define MNEMOD_STORE_REVIEW_H

#include <stdint.h>
#include "common/uuid.h"
#include "supervisor/store_base.h"

/*
 * What an agent made and a person has not looked at yet: the agent is
 * `completed' with this reason.  The history has the work itself.
 */
#define REVIEW_PENDING	"review_pending"

/* STORE_OK and the agent that waits in this memory, or STORE_NONE. */
enum store_status store_review_pending(struct store *, const char *memory,
    char agent_id[UUID_SIZE]);

struct store_review_end {
	const char	*memory;
	const char	*agent_id;
	const char	*commit;	/* as published; NULL: discarded */
	int64_t		 files;		/* in it */
};

/*
 * In one transaction: the agent waits no more; what it made is live in the
 * memory, or the job is pending again.
 */
enum store_status store_review_end(struct store *,
    const struct store_review_end *);

/*
 * What waits in this memory, if anything does, is given up: the agent says
 * so, the job is pending.  Its work goes with the next preparation.
 */
enum store_status store_review_discard(struct store *, const char *memory);

#endif
