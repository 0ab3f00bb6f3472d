#ifndef MNEMOD_RATELIMIT_H
#define MNEMOD_RATELIMIT_H

#include <stdint.h>

/*
 * At most `burst' events in each window of `window' ms: for what workers
 * write to the log.
 */
struct ratelimit {
	unsigned	burst;
	int64_t		window;
	int64_t		began;		/* of the present window; -1: none */
	unsigned	passed;
	unsigned	dropped;	/* since the last report */
};

void ratelimit_init(struct ratelimit *, unsigned burst, int64_t window);

/*
 * May one more event pass at `now' (mono_ms())?  Returns 1 or 0.  Where a
 * new window begins after events were dropped, *missed (never NULL) is their
 * number, to be told once; else 0.
 */
int ratelimit_pass(struct ratelimit *, int64_t now, unsigned *missed);

#endif
