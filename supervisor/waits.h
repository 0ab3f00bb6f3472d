#ifndef MNEMOD_WAITS_H
#define MNEMOD_WAITS_H

#include <stdint.h>
#include "supervisor/config.h"
#include "supervisor/ledger.h"
#include "supervisor/standstill.h"
#include "supervisor/store.h"

/*
 * What keeps work from being begun: any of it, or until when that which needs
 * a model.  For the supervisor's claims and for mnemoctl(1), from the same
 * rows.
 */
struct waits {
	struct standstill still;		/* .reason NULL: none */
	int64_t	paused_since;		/* then .reason is PAUSED; 0: no */
	struct ledger_backfill backfill;	/* zeroes: no limit */
	int64_t	budget_until;		/* a ceiling is reached; 0: no */
	char	budget_key[24];		/* which: "tokens_per_day" */
	int64_t	provider_until;		/* it is not asked before; 0: no */
	char	provider_reason[24];	/* "rate_limit", "login_expired" */
	char	provider_message[512];	/* printable */
};

/* How much of a request is assumed before it is known. */
#define WAITS_INPUT_BYTES	((size_t)12 * 1024)

/*
 * Where builtin answers all but the first two is 0.  A person's pause goes
 * before what else keeps everything from being begun; if it, or what a model
 * cost, cannot be known, that is such a reason: STATE_UNREADABLE, and the
 * status is not STORE_OK.
 */
enum store_status waits_look(struct store *, const struct config *,
    int64_t now, struct waits *);

/* Let claims obey. */
void waits_rules(const struct waits *, struct store_stage_one_rules *);

/* 1 if anything keeps a model from being asked. */
int waits_any(const struct waits *);

#endif
