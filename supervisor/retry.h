#ifndef MNEMOD_RETRY_H
#define MNEMOD_RETRY_H

#include <stdint.h>
#include "common/model_error.h"

/*
 * When a model is asked again: pure functions.  A short wait is the asker's,
 * which keeps its request; a long one gives the work back and holds the
 * provider until then, so that nothing is claimed for it.
 */
#define RETRY_ASKER_MAX_MS	((int64_t)60 * 1000)	/* longer: a hold */
#define RETRY_MAX_MS		((int64_t)3600 * 1000)	/* longest of all */
#define RETRY_NEVER		(-1)

/* One failed attempt. */
struct retry_case {
	enum model_error error;
	int64_t		 attempt;	/* of this request: 0, 1, ... */
	int64_t		 rounds;	/* holds in a row before this one */
	int64_t		 server_ms;	/* Retry-After and its like; -1: none */
	uint32_t	 random;	/* any number, evenly spread */
};

struct retry_plan {
	/* The asker asks again after so long, or RETRY_NEVER. */
	int64_t		 asker_ms;
	/*
	 * Nobody asks this provider before that: from 0 (all may go on) to
	 * RETRY_MAX_MS.
	 */
	int64_t		 hold_ms;
};

/*
 * What follows.  The server's delay is obeyed as it is, up to RETRY_MAX_MS;
 * our own grows exponentially and is spread over its upper half.
 */
void retry_plan(const struct retry_case *, struct retry_plan *);

/*
 * 1 if the work may go back to where it came from at no cost: the provider
 * could not, the request was not at fault.
 */
int retry_is_providers(enum model_error);

#endif
