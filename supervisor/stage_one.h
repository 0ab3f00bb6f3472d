#ifndef MNEMOD_STAGE_ONE_H
#define MNEMOD_STAGE_ONE_H

#include <stdint.h>
#include "supervisor/measure.h"
#include "supervisor/supervisor.h"

/*
 * Stage one: the extract worker, the scan, and the rollouts that are being
 * extracted.  One pass is a scan of every source and then claims until
 * nothing is due; scheduler_stage_one_done() is called at its end.
 */
struct stage_one;

/* What one pass did. */
struct stage_one_counts {
	int64_t			taken;		/* claims, whatever came */
	int64_t			claimed;	/* less what was given back */
	int64_t			output;
	int64_t			no_output;
	int64_t			failed;
	int64_t			released;	/* at no cost: held back */
	int64_t			redactions;
	int64_t			bad_lines;
	struct measure_usage	usage;		/* of its requests */
};

struct stage_one *stage_one_new(struct supervisor *);
/* No worker may be left. */
void stage_one_free(struct stage_one *);

/* Begin a pass; none may be running. */
void stage_one_start(struct stage_one *);

/* What it waited for before its first claim is known. */
void stage_one_go_on(struct stage_one *);

/*
 * A person asks for this thread: the next pass, or the one that runs, claims
 * it before all others, as struct store_stage_one_rules has it for `asked'.
 */
void stage_one_ask(struct stage_one *, const char *thread_id);

int stage_one_busy(const struct stage_one *);

/* 1 while a pass waits for the worker to be ready. */
int stage_one_starting(const struct stage_one *);

/* The worker is replaced before the next pass (a reload). */
void stage_one_replace(struct stage_one *);

/* The rollout that the extract request `job' is about, or NULL. */
const char *stage_one_thread(const struct stage_one *, int64_t job);

/* Where the tokens of its requests are added up. */
struct measure_usage *stage_one_usage(struct stage_one *);

/* Of the pass that runs or ran last. */
const struct stage_one_counts *stage_one_counts(const struct stage_one *);

/* Lines for the log at the end of a pass. */
void stage_one_report(const struct stage_one *);

#endif
