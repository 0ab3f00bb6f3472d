#ifndef MNEMOD_STORE_STAGE_ONE_H
#define MNEMOD_STORE_STAGE_ONE_H

#include <stddef.h>
#include <stdint.h>
#include "uuid.h"
#include "supervisor/store_base.h"
#include "supervisor/store_threads.h"

/*
 * Stage one.
 */
enum store_due {
	DUE_NOW,
	DUE_TOMBSTONE,		/* forgotten on purpose */
	DUE_DISABLED,		/* by a person */
	DUE_SOURCE,		/* not an interactive source */
	DUE_MEMORY_MODE,	/* disabled or polluted */
	DUE_ARCHIVED,
	DUE_NO_USER_MESSAGE,
	DUE_EXCLUDED,		/* no memory takes it */
	DUE_MISSING,		/* its file is not there */
	DUE_UP_TO_DATE,
	DUE_TOO_OLD,
	DUE_TOO_YOUNG,		/* not idle long enough yet */
	DUE_RUNNING,
	DUE_RETRY_BACKOFF,
	DUE_RETRY_EXHAUSTED,
	DUE_PAUSED,		/* by a person */
	DUE_BACKFILL,		/* enough asked about in 24 hours */
	DUE_BUDGET,		/* a ceiling is reached */
	DUE_PROVIDER,		/* the provider is not asked now */
	DUE_LOW_DISK,		/* standstill.h */
	DUE_ON_BATTERY,
	DUE__MAX
};
/* "too_young". */
const char *store_due_name(enum store_due);

/*
 * Where the claims of a pass have come to: what is newer was looked at, but
 * for what had not rested long enough then.
 */
struct store_place {
	int64_t		 updated_at_ms;
	char		 thread_id[UUID_SIZE];
	int64_t		 rested_ms;
};
#define STORE_PLACE_INIT	{ INT64_MAX, "", 0 }	/* nothing was */

struct store_stage_one_rules {
	int64_t		 now;
	int64_t		 idle_hours;	/* clamped to 0..48 */
	int64_t		 age_days;	/* clamped to 0..3650; 0: no limit */
	int64_t		 scan_limit;	/* candidates looked at: 5000 */
	int64_t		 max_claims;	/* of this call */
	struct store_place *place;	/* goes on there; NULL: at the newest */
	int64_t		 max_running;	/* live jobs of all runs */
	int64_t		 lease_s;	/* 3600 */
	const char	*worker_id;	/* the run thread; never claimed */
	/* Nothing is claimed before; 0: nothing holds back (waits.h). */
	int64_t		 backfill_until;
	int64_t		 backfill_left;	/* 0: no limit; the caller's to obey */
	int64_t		 budget_until;
	int64_t		 provider_until;
	/*
	 * A person asks for one thread: what was done before, its age, rest,
	 * retries, back-off and backfill do not count.
	 */
	int		 asked;
	int		 paused;	/* nothing is claimed */
	int		 low_disk;	/* the same */
	int		 on_battery;	/* the same */
	/* 1: some memory takes the thread; NULL: all are taken. */
	int		(*wanted)(const struct store_thread *, void *);
	void		*arg;
	/* 1: a person disabled the thread; NULL: none is. */
	int		(*disabled)(const struct store_thread *, const void *);
	const void	*disabled_arg;
};

/*
 * Every thread, newest first, with why it is or is not due and when that
 * may change by itself (0: it does not).
 */
typedef int store_due_cb(const struct store_thread *, enum store_due,
    int64_t when, void *);
enum store_status store_stage_one_survey(struct store *,
    const struct store_stage_one_rules *, store_due_cb *, void *arg);

/*
 * What bears on a thread's claim beside the thread itself.  Versions are in
 * seconds, -1: there is none.
 */
struct store_due_facts {
	int64_t		 output_version;	/* that an output was made from */
	int64_t		 success_version;	/* that last was done */
	int64_t		 job_version;		/* that was last claimed */
	int64_t		 retry_remaining;
	int64_t		 retry_at;
	int64_t		 running;
	int64_t		 lease_until;
	int64_t		 tombstone;
	int64_t		 present;		/* the file is there */
	int64_t		 outdated;	/* an output is, to be made again */
	int		 has_job;		/* else the job's are 0 */
};

/* One rule of the claim. */
struct store_rule {
	enum store_due	 refusal;	/* what it says when it refuses */
	int		 holds;		/* 1: it lets the thread pass */
	int64_t		 when;		/* else: will by itself then, or 0 */
};
#define STORE_RULES	(DUE__MAX - 1)

struct store_verdict {
	enum store_due		 due;	/* of the first rule that refuses */
	int64_t			 when;
	struct store_due_facts	 facts;
	struct store_rule	 rules[STORE_RULES];	/* as the claim goes */
};
/* Every rule on one thread.  STORE_NONE: no such thread. */
enum store_status store_stage_one_explain(struct store *,
    const struct store_stage_one_rules *, const char *thread_id,
    struct store_verdict *);

/* The earliest time at which a thread becomes due by itself, 0: none. */
enum store_status store_stage_one_next(struct store *,
    const struct store_stage_one_rules *, int64_t *when);

/*
 * How many threads are due but for what holds all back: a ceiling, the
 * provider, the disk (DUE_BACKFILL and on).
 */
enum store_status store_stage_one_held(struct store *,
    const struct store_stage_one_rules *, int64_t *n);

enum store_claim {
	CLAIM_CLAIMED,
	CLAIM_UP_TO_DATE,
	CLAIM_RUNNING,		/* also: the cap of live jobs is reached */
	CLAIM_RETRY_BACKOFF,	/* stage two: retry unavailable */
	CLAIM_RETRY_EXHAUSTED,	/* stage one only */
	CLAIM_COOLDOWN		/* stage two only */
};

/* The answer to a claim. */
struct store_job {
	enum store_claim outcome;
	char		 token[UUID_SIZE];	/* proof of ownership */
	int64_t		 watermark;		/* version claimed, seconds */
	int64_t		 next;		/* refused: when to ask again, or 0 */
	int		 cooldown_passed;	/* stage two: it was ignored */
};

/* Claim one thread at the version it has (id and updated_at_ms count). */
enum store_status store_stage_one_try(struct store *,
    const struct store_thread *, const struct store_stage_one_rules *,
    struct store_job *);
/*
 * Claim up to max_claims of the threads due, newest first, all or, after an
 * error, none.  They are handed out when the claims are in the database, or
 * in the transaction that the caller is in; no harm is done if a loss of power
 * undoes them.
 */
typedef void store_claimed_cb(const struct store_thread *,
    const struct store_job *, void *);
enum store_status store_stage_one_claim(struct store *,
    const struct store_stage_one_rules *, store_claimed_cb *, void *arg);

struct store_citation {
	const char	*thread_id;
	int64_t		 n;
};

struct store_finish {
	const char	*thread_id;
	const char	*token;
	int64_t		 now;
	const char	*const *memories;	/* to enqueue */
	size_t		 nmemories;
	const struct store_citation *citations;	/* of the whole rollout */
	size_t		 ncitations;
	const char	*gave_up;	/* redaction of it, and why; or NULL */
};

struct store_output {
	int64_t		 source_updated_at;
	const char	*raw_memory;
	const char	*rollout_summary;
	const char	*rollout_slug;		/* or NULL */
	const char	*facts;			/* JSON or NULL */
	const char	*generator;		/* "builtin/1" */
	int64_t		 keeps;		/* 1: holds a preference */
};

/*
 * What `body' does, ends of jobs and claims, in one transaction: all of it
 * or, after an error, nothing.  `lazily': a loss of power may undo it.
 */
typedef enum store_status store_step(struct store *, void *arg);
enum store_status store_stage_one_step(struct store *, int lazily,
    store_step *body, void *arg);

/*
 * The ends of a stage-one job, one transaction each, the file's last
 * result in it.  STORE_NONE: the job is not ours any more, nothing changed.
 */
enum store_status store_stage_one_succeeded(struct store *,
    const struct store_finish *, const struct store_output *);
enum store_status store_stage_one_no_output(struct store *,
    const struct store_finish *);
/* Next try after `delay_s'; costs one of three retries. */
enum store_status store_stage_one_failed(struct store *,
    const struct store_finish *, int64_t delay_s, const char *error);
/* Back to pending without costing a retry: the supervisor stops. */
enum store_status store_stage_one_release(struct store *,
    const struct store_finish *);

/*
 * The same, because the rollout is not what the scan saw: the thread has
 * this version until the next scan reads it.
 */
enum store_status store_stage_one_changed(struct store *,
    const struct store_finish *, int64_t updated_at_ms);

/* Renew the lease of every running job of the run; how many there were. */
enum store_status store_jobs_renew(struct store *, const char *worker_id,
    int64_t lease_until, int64_t *renewed);
/*
 * Recovery, with no other supervisor alive: running jobs of other runs
 * become pending without costing a retry.
 */
enum store_status store_jobs_recover(struct store *, const char *worker_id,
    int64_t *released);

#endif
