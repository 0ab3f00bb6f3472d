#ifndef MNEMOD_ROUND_H
#define MNEMOD_ROUND_H

#include <git2.h>
#include "common/uuid.h"
#include "worker/workspace/publish.h"
#include "worker/workspace/staged.h"

/* The part of publishing that may have to be done again: steps 2 to 9. */

#define ROUND_SUBJECT	"Publish"	/* of P, where A is an agent's */

/* One publication under way. */
struct publication {
	struct workspace	*ws;
	struct publish_result	*result;
	char			 thread_id[UUID_SIZE];
	struct staged		 staged;
	git_oid			 agent;		/* A */
	int			 own;		/* no agent's: not judged */
	int			 accepted;	/* by a person: not held */
	const char		*despite; /* this rule does not count */
	const git_oid		*expect;	/* M must be this; NULL: any */
	struct live		*live;	/* read a moment ago, for the first
					   round to take; NULL: none */
	git_oid			 next;		/* P */
	int			 has_next;
};

enum round_status {
	ROUND_DONE,		/* published */
	ROUND_HELD,		/* P waits for a person */
	ROUND_EDITED,		/* somebody wrote a file: once more */
	ROUND_REJECTED,		/* by the validator, nothing was changed */
	ROUND_FAILED		/* workspace_fail() */
};

/* Do it once.  Fills the publication's result. */
enum round_status round_run(struct publication *);

/* Do it until nobody edits meanwhile, PUBLISH_ROUNDS times at most. */
enum publish_status round_all(struct publication *);

/*
 * The references' part of steps 8 and 9; `live' is where that reference is.
 * Returns 0 or -1.
 */
int round_finish_refs(struct publication *, const git_oid *live);

#endif
