#ifndef MNEMOD_DESPITE_H
#define MNEMOD_DESPITE_H

#include <stdint.h>
#include "supervisor/memory.h"

/* What the validator refused and a person published all the same. */
struct despite {
	const char	*agent_id;
	const char	*rule;		/* that was let pass */
	const char	*commit;	/* as published */
	int64_t		 files;		/* in it */
};

/* 1 if the validator refused what the agent made, and nobody took it yet. */
int despite_is_refused(const struct store_agent *);

/*
 * It is live: write that down with the agent, the job and in the audit, and
 * let staging go.  Nothing happens if it is written down already.  Not
 * STORE_OK: it is not, recovery does it.
 */
enum store_status despite_accepted(struct memory *, const struct despite *);

#endif
