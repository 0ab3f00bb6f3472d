#ifndef MNEMOD_GUARD_H
#define MNEMOD_GUARD_H

#include <json-c/json.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The rate-limit guard: background work must leave a share of the account's
 * limits to whoever works in the foreground.  Pure functions.
 */
struct guard_verdict {
	int	allowed;
	int64_t	resets_at;	/* of what refuses; 0: not said */
	double	used;		/* percent of the window that refuses */
};

/*
 * `state' is the body of quota_state; at least `remaining' percent must be
 * left.  What is not said is allowed: the guard fails open.
 */
void guard_check(json_object *state, int64_t remaining,
    struct guard_verdict *);

/*
 * How long to ask nothing after a refusal, in ms: until the window begins
 * anew, which may be any number, but look again within RETRY_MAX_MS.
 */
int64_t guard_hold_ms(const struct guard_verdict *, int64_t now_s);

#endif
