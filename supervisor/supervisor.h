#ifndef MNEMOD_SUPERVISOR_H
#define MNEMOD_SUPERVISOR_H

#include <sys/queue.h>
#include <stdint.h>
#include "exitcode.h"
#include "uuid.h"
#include "supervisor/config.h"
#include "supervisor/disabled.h"
#include "supervisor/options.h"
#include "supervisor/paths.h"
#include "supervisor/progress.h"
#include "supervisor/runtime.h"
#include "supervisor/state_dir.h"
#include "supervisor/store.h"

struct control;
struct logring;
struct memory;
struct metrics;
struct model;
struct notify;
struct operations;
struct scheduler;
struct stage_one;
struct telemetry;

TAILQ_HEAD(memory_list, memory);

/*
 * The supervisor as a whole: what scheduler, stage one and stage two share.
 * It is made by supervisor_run() and lives as long as that call.
 */
struct supervisor {
	const struct options	*opt;
	const struct paths	*paths;
	struct config		*config;
	struct runtime		 rt;
	struct state_dir	 state;
	struct store		*store;
	char			 run_id[UUID_SIZE];	/* the run thread */
	struct progress		 progress;
	struct scheduler	*scheduler;
	struct stage_one	*stage_one;
	struct model		*model;		/* NULL: none is asked */
	struct operations	*operations;
	struct control		*control;
	struct notify		*notify;	/* NULL: no schedule */
	struct logring		*logring;	/* NULL: none is kept */
	struct metrics		*metrics;	/* NULL: none are kept */
	struct telemetry	*telemetry;	/* where they go */
	struct memory_list	 memories;
	struct disabled		 disabled;
	int			 disabled_stale; /* supervisor_disabled() */
	unsigned		 outcome;	/* OUTCOME_* seen in this run */
	unsigned		 holds;		/* asked for: op_hold.c */
	unsigned		 held;		/* of them granted */
};

/* What decides the exit status, mnemod(8) EXIT STATUS. */
#define OUTCOME_JOB_FAILED	0x01u
#define OUTCOME_ROOT		0x02u
#define OUTCOME_WAITING		0x04u
#define OUTCOME_STATE		0x08u

/*
 * Take the state directory, recover, then run passes until stopped, or one
 * pass with -1.  Returns the exit status.
 */
enum mnemod_exit supervisor_run(const struct options *, const struct paths *,
    struct config *);

/*
 * The part of supervisor_run() that another caller needs: take the state
 * directory, open the database and what it takes to run workers of `roles'
 * (1u << enum role).  opt, paths and config are set; `how' is said in `lock'
 * (state_dir_say()).  EXIT_OK, or the reason
 * is logged and nothing is held.
 */
enum mnemod_exit supervisor_open(struct supervisor *, unsigned roles,
    const char *how);
void supervisor_close(struct supervisor *);

/* 1 while a stop is under way: begin nothing. */
int supervisor_stopping(const struct supervisor *);

/*
 * 1 if some memory that may be published takes the thread; a
 * struct supervisor is the argument.  For struct store_stage_one_rules.
 */
int supervisor_wants(const struct store_thread *, void *sv);

/* The thread id of the agent that this child is, or NULL. */
const char *supervisor_agent_id(const struct supervisor *,
    const struct child *);

/*
 * Read what is disabled, if that is not known: at the start, and after
 * sv->disabled_stale was set.  Not STORE_OK: it is not known now, and nothing
 * may be taken that it could forbid.
 */
enum store_status supervisor_disabled(struct supervisor *);

/*
 * The rules of stage-one claims, from the configuration and the clock.  Not
 * STORE_OK: what forbids claims cannot be known now; they are for a look, and
 * nothing is to be claimed by them.
 */
enum store_status supervisor_stage_one_rules(struct supervisor *,
    struct store_stage_one_rules *);

#endif
