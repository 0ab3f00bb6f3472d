#include <stddef.h>

#include "supervisor/store_clock.h"
#include "supervisor/store_db.h"

/* ?1 is now; the longest waits are those of retry.h and LEDGER_DAY. */
#define HOUR	"3600"
#define DAY	"86400"

static const char *const repairs[] = {
	"UPDATE model_requests SET at = ?1 WHERE at > ?1",
	"UPDATE jobs SET retry_at = ?1 + " HOUR
	    " WHERE retry_at > ?1 + " HOUR,
	"UPDATE jobs SET lease_until = ?1 + " HOUR
	    " WHERE lease_until > ?1 + " HOUR,
	"UPDATE jobs SET finished_at = ?1 WHERE finished_at > ?1",
	"UPDATE agents SET finished_at = ?1 WHERE finished_at > ?1",
	"UPDATE agents SET started_at = ?1 WHERE started_at > ?1",
	"UPDATE provider_holds SET until = ?1 + " DAY
	    " WHERE until > ?1 + " DAY,
	"UPDATE provider_holds SET until = ?1 + " HOUR
	    " WHERE until > ?1 + " HOUR " AND reason <> 'over_budget'"
};

struct healing {
	int64_t	now;
	int64_t	n;
};

static enum store_status
heal(struct store *s, void *arg)
{
	struct healing		*h = arg;
	enum store_status	 st = STORE_OK;
	size_t			 i;

	for (i = 0; st == STORE_OK &&
	    i < sizeof(repairs) / sizeof(repairs[0]); i++) {
		st = db_run(s, repairs[i], ARGS(INT(h->now)));
		h->n += s->changes;
	}
	return st;
}

enum store_status
store_clock_heal(struct store *s, int64_t now, int64_t *n)
{
	struct healing		h = { now, 0 };
	enum store_status	st;

	db_about(s, "looking for times in the future");
	st = db_transaction(s, "clock", heal, &h);
	*n = st == STORE_OK ? h.n : 0;
	return st;
}
