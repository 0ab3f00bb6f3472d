#ifndef MNEMOD_LEDGER_H
#define MNEMOD_LEDGER_H

#include "supervisor/budget.h"
#include "supervisor/config.h"
#include "supervisor/store.h"

/*
 * The ceilings of mnemod.conf(5), budget, against what the ledger holds:
 * for the supervisor, which reserves, and for mnemoctl(1), which explains.
 */

/* The ceilings and prices of a configuration. */
void ledger_limits(const struct config *, struct budget_limits *);
void ledger_prices(const struct config_provider *, struct budget_prices *);

/* What is to be spent, and what it is measured against. */
struct ledger_ask {
	const struct budget_limits *limits;
	struct budget_sum	 sum;
	int64_t			 now;
};

/* What a verdict says. */
struct ledger_answer {
	enum budget_verdict	 verdict;
	const char		*key;	/* that says no; NULL if allowed */
	int64_t			 when;	/* BUDGET_LATER: it fits from then on */
	struct budget_sum	 spent;	/* what counted, if it mattered */
	int64_t			 id;	/* of the row reserved, or 0 */
};

/*
 * May it be spent, beside what counts of the 24 hours before?  What the
 * ledger cannot tell is not allowed.
 */
enum store_status ledger_ask(struct store *, const struct ledger_ask *,
    struct ledger_answer *);

/* A request that is about to be sent. */
struct ledger_request {
	const char	*provider;
	const char	*model;
	const char	*purpose;
	const char	*thread_id;
	int64_t		 attempt;
};

/* Ask, and reserve if it is allowed, in one transaction. */
enum store_status ledger_reserve(struct store *, const struct ledger_ask *,
    const struct ledger_request *, struct ledger_answer *);

/* What backfill_per_day (not 0) leaves to stage one. */
struct ledger_backfill {
	int64_t	left;		/* rollouts about which it may ask now */
	int64_t	until;		/* none: not before then; else 0 */
};
enum store_status ledger_backfill(struct store *, int64_t per_day,
    int64_t now, struct ledger_backfill *);

#endif
