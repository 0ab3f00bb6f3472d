#ifndef MNEMOD_BUDGET_H
#define MNEMOD_BUDGET_H

#include <stddef.h>
#include <stdint.h>

/*
 * Ceilings and prices: pure functions.  Money is in millionths of the unit
 * of the prices; a limit of 0 is none.
 */
struct budget_limits {
	int64_t	tokens;		/* tokens_per_day */
	int64_t	requests;	/* requests_per_day */
	int64_t	money;		/* money_per_day */
};

/* What was spent, or is asked for. */
struct budget_sum {
	int64_t	tokens;
	int64_t	requests;
	int64_t	money;
};

/* Millionths per million tokens; 0: free, or not known. */
struct budget_prices {
	int64_t	input;
	int64_t	cached;
	int64_t	output;
};

struct budget_usage {
	int64_t	input;		/* the cached ones among them */
	int64_t	cached_input;
	int64_t	output;		/* the reasoning among them */
};

/* An upper estimate of the tokens of `bytes' of text. */
int64_t budget_tokens(size_t bytes);

/* Rounded up; negative counts are taken for 0. */
int64_t budget_money(const struct budget_prices *,
    const struct budget_usage *);

/*
 * What to reserve for a request: its bytes as input, and the whole of its
 * output cap.
 */
struct budget_sum budget_reserve(size_t bytes, int64_t output_cap,
    const struct budget_prices *);

enum budget_verdict {
	BUDGET_ALLOWED,
	BUDGET_LATER,		/* when enough of what was spent is a day old */
	BUDGET_NEVER		/* larger than the whole ceiling */
};

/*
 * May `ask' be spent beside `spent'?  If not, *key is the key of
 * mnemod.conf(5) that says no: "tokens_per_day".
 */
enum budget_verdict budget_check(const struct budget_limits *,
    const struct budget_sum *spent, const struct budget_sum *ask,
    const char **key);

/* The ceiling of that key, 0 for a word that is none. */
int64_t budget_limit(const struct budget_limits *, const char *key);

/*
 * When does it fit?  Feed what was spent, oldest first, until budget_frees()
 * returns 1: then it fits once that one no longer counts.
 */
struct budget_wait {
	struct budget_limits	limits;
	struct budget_sum	spent;
	struct budget_sum	ask;
};
int budget_frees(struct budget_wait *, int64_t tokens, int64_t money);

#endif
