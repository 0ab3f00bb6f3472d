#ifndef MNEMOD_MEASURE_H
#define MNEMOD_MEASURE_H

#include <json-c/json.h>
#include <stdint.h>
#include "supervisor/metrics.h"
#include "supervisor/store_ledger.h"

/*
 * What the two stages, the ledger and the workers tell the registry of
 * metrics: one function for each event, which knows names, tags and when
 * nothing is to be told.  Without a registry each does nothing.
 */
struct memory;
struct stage_one_counts;
struct supervisor;

enum { USAGE_TOTAL, USAGE_INPUT, USAGE_CACHED, USAGE_OUTPUT, USAGE_REASONING,
    USAGE__MAX };

/* Tokens of one run, as far as the provider told them. */
struct measure_usage {
	int	 told;
	int64_t	 tokens[USAGE__MAX];
};

/* A pass began nothing, because of the account's limits. */
void measure_guard_refused(struct supervisor *);

/*
 * Stage one of a pass is over, `ms' after its first claim.  Counters of 0 are
 * not told.
 */
void measure_stage_one(struct supervisor *, const struct stage_one_counts *,
    int64_t ms);

/* A step or an end of a run of stage two; words that are no status of it are
 * not told. */
void measure_stage_two(const struct memory *, const char *status);

/* The agent has its prompt. */
void measure_agent(const struct memory *);

/* The run is over, `ms' after its claim; tokens are those of an agent that
 * completed. */
void measure_stage_two_end(const struct memory *, int64_t ms);

/* A record of what the agent did: reads of memory files count. */
void measure_tool(struct memory *, json_object *record);

/* A request to the provider is settled; adds it to `usage'. */
struct measure_request {
	int				 agent;	/* purpose: 0 is stage one */
	const struct store_settle	*settle;
	struct measure_usage		*usage;	/* of its run, or NULL */
};
void measure_request(struct supervisor *, const struct measure_request *);

/* What the workers are and cost by now. */
void measure_workers(struct supervisor *);

#endif
