#ifndef MNEMOD_STORE_LEDGER_H
#define MNEMOD_STORE_LEDGER_H

#include <stdint.h>
#include "common/uuid.h"
#include "supervisor/store_base.h"

/*
 * The ledger: a row for each model request, made before it is sent.  What
 * was reserved counts until the request is settled with what it used, and
 * for ever if it never is, also across a crash.  Money is in millionths of
 * the unit of the providers' prices, times in seconds of wall time.
 */
#define LEDGER_DAY	86400	/* the window of all ceilings, rolling */

struct store_reserve {
	int64_t		 at;
	const char	*provider;
	const char	*model;
	const char	*purpose;	/* "stage_one", "agent" */
	const char	*thread_id;	/* the rollout's, or the agent's own */
	int64_t		 attempt;
	int64_t		 tokens;
	int64_t		 money;
};

/* Make the row; its id (> 0) in *id. */
enum store_status store_ledger_reserve(struct store *,
    const struct store_reserve *, int64_t *id);

struct store_settle {
	int64_t		 at;
	const char	*outcome;	/* "ok" or a class of model_error.h */
	int64_t		 http_status;	/* 0: none */
	int64_t		 sent_bytes;
	int64_t		 received_bytes;
	int		 has_usage;	/* 0: what was reserved stands */
	int64_t		 tokens;	/* that count against the ceilings */
	int64_t		 money;
	int64_t		 input, cached_input, output, reasoning_output;
};

/* Close the row.  STORE_NONE: there is none, or it is closed already. */
enum store_status store_ledger_settle(struct store *, int64_t id,
    const struct store_settle *);

/* What counts from `since' on; of one thread, or of all (NULL). */
struct store_spent {
	int64_t		 requests;
	int64_t		 tokens;
	int64_t		 money;
	int64_t		 open;		/* of them not settled */
};
enum store_status store_ledger_spent(struct store *, int64_t since,
    const char *thread_id, struct store_spent *);

/*
 * All that was asked in the name of a thread: how often, how many of it
 * failed or were never settled, and the tokens as the provider counted them.
 */
struct store_usage {
	int64_t		 requests;
	int64_t		 failed;
	int64_t		 open;
	int64_t		 tokens;	/* that count against the ceilings */
	int64_t		 money;
	int64_t		 input, cached_input, output, reasoning_output;
};
enum store_status store_ledger_usage(struct store *, const char *thread_id,
    struct store_usage *);

/*
 * The same for all that was asked after `since', by day (UTC, "2026-11-23"),
 * provider and model ("openai:gpt-5.4"), purpose, or the memory of an agent;
 * sorted by the key, which is NULL for stage one by memory: its outputs are
 * there for every memory.
 */
enum ledger_by {
	LEDGER_BY_DAY,
	LEDGER_BY_MODEL,
	LEDGER_BY_PURPOSE,
	LEDGER_BY_MEMORY
};
struct ledger_grouping {
	enum ledger_by	by;
	int64_t		since;
};
typedef int store_ledger_group_cb(const char *key,
    const struct store_usage *, void *arg);
enum store_status store_ledger_group(struct store *,
    const struct ledger_grouping *, store_ledger_group_cb *, void *arg);

/*
 * What counts from `since' on, oldest first, until `cb' returns non-zero.
 * Rows that cost nothing are left out.
 */
typedef int store_ledger_cb(int64_t at, int64_t tokens, int64_t money,
    void *arg);
enum store_status store_ledger_each(struct store *, int64_t since,
    store_ledger_cb *, void *arg);

/* How many rollouts stage one asked a model about from `since' on, and when
 * it asked about the first of them (0: there is none). */
enum store_status store_ledger_threads(struct store *, int64_t since,
    int64_t *n, int64_t *first);

/* Forget rows from before `until'; how many in *n. */
enum store_status store_ledger_prune(struct store *, int64_t until,
    int64_t *n);

/*
 * Why a provider is not asked now: for the supervisor that starts next and
 * for those who look on.
 */
struct store_hold {
	const char	*provider;
	const char	*reason;	/* a class of model_error.h */
	const char	*message;	/* printable */
	int64_t		 since;
	int64_t		 until;
	/* In a row, without success between; or the ceiling that was met. */
	int64_t		 rounds;
};
/* Replace what was held of this provider. */
enum store_status store_hold_set(struct store *, const struct store_hold *);
enum store_status store_hold_clear(struct store *, const char *provider);
/* STORE_NONE: nothing is.  store_hold_free() what comes. */
enum store_status store_hold_get(struct store *, const char *provider,
    struct store_hold **);
void store_hold_free(struct store_hold *);

#endif
