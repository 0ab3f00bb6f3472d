#include <string.h>

#include "supervisor/store_db.h"

/*
 * All jobs of a run together: leases, recovery, what is left waiting.
 */

/* Both kinds by name: without, no index leads to the few that run. */
#define RUNNING								\
	" WHERE kind IN ('" KIND_STAGE_ONE "', '" KIND_STAGE_TWO "')"	\
	" AND status = 'running'"

enum store_status
store_jobs_renew(struct store *s, const char *worker_id,
    int64_t lease_until, int64_t *renewed)
{
	enum store_status	 st;

	db_about(s, "renewing leases");
	st = db_run(s, "UPDATE jobs SET lease_until = ?" RUNNING
	    " AND worker_id = ?",
	    ARGS(INT(lease_until), TEXT(worker_id)));
	*renewed = s->changes;
	return st;
}

enum store_status
store_jobs_recover(struct store *s, const char *worker_id,
    int64_t *released)
{
	enum store_status	 st;

	db_about(s, "releasing the jobs of earlier runs");
	st = db_run(s, "UPDATE jobs SET status = 'pending',"
	    " lease_until = NULL, worker_id = NULL, ownership_token = NULL"
	    RUNNING " AND worker_id IS NOT ?",
	    ARGS(TEXT(worker_id)));
	*released = s->changes;
	return st;
}

/*
 * Stage one waits while its version is neither extracted nor running, stage
 * two while its input has moved beyond the last success.
 */
#define WAITING								\
	"SELECT kind, job_key, status, retry_at, retry_remaining,"	\
	" finished_at, last_error FROM jobs"				\
	" WHERE (kind = '" KIND_STAGE_ONE "'"				\
	"  AND status IN ('error', 'pending')"				\
	"  AND coalesce(last_success_watermark, -1) < input_watermark"	\
	"  AND NOT EXISTS (SELECT 1 FROM threads t"			\
	"   WHERE t.id = job_key AND t.updated_at > input_watermark))"	\
	" OR (kind = '" KIND_STAGE_TWO "' AND status <> 'running'"	\
	"  AND (status IN ('error', 'pending') OR input_watermark >"	\
	"  coalesce(last_success_watermark, 0)))"			\
	" ORDER BY coalesce(retry_at, 0), kind, job_key"

static void
cooldown(struct store_waiting *w, int64_t finished_at,
    const struct store_stage_two_rules *rules)
{
	int64_t	 until = finished_at + rules->cooldown_s;

	if (w->last_error != NULL || finished_at == 0 || until <= rules->now)
		return;
	w->reason = CLAIM_COOLDOWN;
	w->next = until;
}

static void
read_waiting(const struct db_rows *r, struct store_waiting *w,
    const struct store_stage_two_rules *rules)
{
	int	 stage_one;

	memset(w, 0, sizeof(*w));
	w->kind = db_text(r, 0);
	w->key = db_text(r, 1);
	w->last_error = db_text(r, 6);
	w->reason = CLAIM_CLAIMED;
	stage_one = strcmp(w->kind, KIND_STAGE_ONE) == 0;
	if (stage_one && db_int(r, 4) <= 0)
		w->reason = CLAIM_RETRY_EXHAUSTED;
	else if (db_int(r, 3) > rules->now) {
		w->reason = CLAIM_RETRY_BACKOFF;
		w->next = db_int(r, 3);
	} else if (!stage_one)
		cooldown(w, db_int(r, 5), rules);
}

enum store_status
store_waiting_each(struct store *s,
    const struct store_stage_two_rules *rules, store_waiting_cb *cb,
    void *arg)
{
	struct db_rows		 r;
	struct store_waiting	 w;

	db_about(s, "listing jobs that wait");
	db_open(&r, s, WAITING, NOARGS);
	while (db_next(&r)) {
		read_waiting(&r, &w, rules);
		if (cb(&w, arg) != 0)
			break;
	}
	return db_end(&r);
}

static enum store_status
read_counts(struct db_rows *r, struct store_counts *c)
{
	if (db_next(r)) {
		c->files = db_int(r, 0);
		c->threads = db_int(r, 1);
		c->outputs = db_int(r, 2);
		c->agents = db_int(r, 3);
		c->stage_one_running = db_int(r, 4);
		c->stage_one_done = db_int(r, 5);
		c->stage_one_error = db_int(r, 6);
		c->stage_two_running = db_int(r, 7);
		c->stage_two_pending = db_int(r, 8);
	}
	return db_end(r);
}

#define COUNT_JOBS(kind_, status_)					\
	"(SELECT count(*) FROM jobs WHERE kind = '" kind_ "'"		\
	" AND status = '" status_ "')"

enum store_status
store_counts(struct store *s, struct store_counts *c)
{
	struct db_rows	 r;

	memset(c, 0, sizeof(*c));
	db_about(s, "counting");
	db_open(&r, s, "SELECT (SELECT count(*) FROM sources),"
	    " (SELECT count(*) FROM threads),"
	    " (SELECT count(*) FROM stage1_outputs),"
	    " (SELECT count(*) FROM agents), "
	    COUNT_JOBS(KIND_STAGE_ONE, "running") ", "
	    COUNT_JOBS(KIND_STAGE_ONE, "done") ", "
	    COUNT_JOBS(KIND_STAGE_ONE, "error") ", "
	    COUNT_JOBS(KIND_STAGE_TWO, "running") ", "
	    COUNT_JOBS(KIND_STAGE_TWO, "pending"), NOARGS);
	return read_counts(&r, c);
}
