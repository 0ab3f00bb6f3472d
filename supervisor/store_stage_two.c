#include <string.h>

#include "common/log.h"
#include "common/uuid.h"
#include "supervisor/store_db.h"

/*
 * Stage-two jobs, one per memory: enqueue, claim, lease, ends.  Watermarks
 * are bookkeeping; whether there is work is what the workspace finds.
 */

#define JOB	" WHERE kind = '" KIND_STAGE_TWO "' AND job_key = ?1"
#define OWNED	JOB " AND status = 'running' AND ownership_token = ?2"

/* The watermark always moves, so an older input is news as well. */
enum store_status
stage_two_enqueue(struct store *s, const char *memory, int64_t watermark)
{
	return db_run(s, "INSERT INTO jobs (kind, job_key, status,"
	    " retry_remaining, input_watermark, last_success_watermark)"
	    " VALUES ('" KIND_STAGE_TWO "', ?, 'pending', 3, ?, 0)"
	    " ON CONFLICT (kind, job_key) DO UPDATE SET"
	    " status = CASE status WHEN 'running' THEN 'running'"
	    "  ELSE 'pending' END,"
	    " retry_at = CASE status WHEN 'running' THEN retry_at END,"
	    " retry_remaining = max(retry_remaining, 3),"
	    " input_watermark = CASE"
	    "  WHEN excluded.input_watermark > coalesce(input_watermark, -1)"
	    "  THEN excluded.input_watermark"
	    "  ELSE input_watermark + 1 END",
	    ARGS(TEXT(memory), INT(watermark)));
}

enum store_status
stage_two_enqueue_selecting(struct store *s, const char *thread_id,
    int64_t watermark)
{
	struct db_rows		 r;
	enum store_status	 st = STORE_OK;

	db_open(&r, s, "SELECT memory FROM selections WHERE thread_id = ?",
	    ARGS(TEXT(thread_id)));
	while (st == STORE_OK && db_next(&r))
		st = stage_two_enqueue(s, db_text(&r, 0), watermark);
	if (db_end(&r) != STORE_OK)
		return r.status;
	return st;
}

enum store_status
store_stage_two_enqueue(struct store *s, const char *memory,
    int64_t watermark)
{
	db_about(s, "enqueueing memory %s", memory);
	return stage_two_enqueue(s, memory, watermark);
}

struct attempt {
	const struct store_stage_two_rules *rules;
	struct store_job		*job;
};

/* Fills job->outcome and ->next; CLAIM_CLAIMED: it may be taken. */
static void
judge(const struct db_rows *r, const struct attempt *a)
{
	const struct store_stage_two_rules *rules = a->rules;
	struct store_job	*job = a->job;
	int64_t			 retry_at = db_int(r, 0);
	int64_t			 lease = db_int(r, 2);
	int64_t			 cool = db_int(r, 3) + rules->cooldown_s;

	job->watermark = db_int(r, 5);
	job->outcome = CLAIM_CLAIMED;
	if (retry_at > rules->now) {
		job->outcome = CLAIM_RETRY_BACKOFF;
		job->next = retry_at;
	} else if (db_int(r, 1) && lease > rules->now) {
		job->outcome = CLAIM_RUNNING;
		job->next = lease;
	} else if (db_int(r, 4) && cool > rules->now) {
		job->cooldown_passed = rules->pass_cooldown;
		if (rules->pass_cooldown)
			return;
		job->outcome = CLAIM_COOLDOWN;
		job->next = cool;
	}
}

#define JUDGED								\
	"retry_at, status = 'running', lease_until, finished_at,"	\
	" last_error IS NULL AND finished_at IS NOT NULL, input_watermark"

static enum store_status
look(struct store *s, const struct attempt *a)
{
	struct db_rows	 r;

	a->job->outcome = CLAIM_CLAIMED;
	db_open(&r, s, "SELECT " JUDGED " FROM jobs" JOB,
	    ARGS(TEXT(a->rules->memory)));
	if (db_next(&r))
		judge(&r, a);
	return db_end(&r);
}

static enum store_status
take(struct store *s, const struct attempt *a)
{
	const struct store_stage_two_rules *rules = a->rules;

	return db_run(s, "INSERT INTO jobs (kind, job_key, status,"
	    " worker_id, ownership_token, started_at, lease_until,"
	    " retry_remaining, input_watermark, last_success_watermark)"
	    " VALUES ('" KIND_STAGE_TWO "', ?1, 'running', ?2, ?3, ?4, ?5,"
	    " 3, 0, 0) ON CONFLICT (kind, job_key) DO UPDATE SET"
	    " status = 'running', worker_id = excluded.worker_id,"
	    " ownership_token = excluded.ownership_token,"
	    " started_at = excluded.started_at,"
	    " lease_until = excluded.lease_until, finished_at = NULL,"
	    " retry_at = NULL, last_error = NULL",
	    ARGS(TEXT(rules->memory), TEXT(rules->worker_id),
	    TEXT(a->job->token), INT(rules->now),
	    INT(rules->now + rules->lease_s)));
}

static enum store_status
attempt(struct store *s, void *arg)
{
	struct attempt		*a = arg;
	enum store_status	 st;

	st = look(s, a);
	if (st != STORE_OK || a->job->outcome != CLAIM_CLAIMED)
		return st;
	return take(s, a);
}

enum store_status
store_stage_two_claim(struct store *s,
    const struct store_stage_two_rules *rules, struct store_job *job)
{
	struct attempt	 a = { rules, job };

	memset(job, 0, sizeof(*job));
	uuid_v4(job->token);
	db_about(s, "claiming memory %s", rules->memory);
	return db_transaction(s, "claim", attempt, &a);
}

enum store_status
store_stage_two_look(struct store *s,
    const struct store_stage_two_rules *rules, struct store_job *job)
{
	struct attempt	 a = { rules, job };

	memset(job, 0, sizeof(*job));
	db_about(s, "looking at memory %s", rules->memory);
	return look(s, &a);
}

enum store_status
store_stage_two_heartbeat(struct store *s, const char *memory,
    const char *token, int64_t lease_until)
{
	db_about(s, "renewing the lease of memory %s", memory);
	return db_run_one(s, "UPDATE jobs SET lease_until = ?3" OWNED,
	    ARGS(TEXT(memory), TEXT(token), INT(lease_until)));
}

int64_t
store_stage_two_watermark(int64_t claimed, const int64_t *updated, size_t n)
{
	size_t	 i;

	for (i = 0; i < n; i++)
		if (updated[i] > claimed)
			claimed = updated[i];
	return claimed;
}

/* `status' unless the caller has a better word. */
static enum store_status
end_agent(struct store *s, const struct store_stage_two_end *e,
    const char *status)
{
	if (e->agent_status != NULL)
		status = e->agent_status;
	return db_run(s, "UPDATE agents SET status = ?2, finished_at = ?3,"
	    " turns = ?4, tokens = ?5, exit_status = ?6,"
	    " published_commit = ?7, reason = ?8 WHERE thread_id = ?1",
	    ARGS(TEXT(e->agent_id), TEXT(status), INT(e->now),
	    INT(e->turns), INT(e->tokens), INT(e->exit_status),
	    TEXT(e->commit), TEXT(e->reason)));
}

static enum store_status
note_live(struct store *s, const struct store_stage_two_end *e)
{
	enum store_status	 st;

	st = store_memory_live(s, e->memory, e->commit, e->live_files);
	if (st != STORE_NONE)
		return st;
	log_warnx("memory %s: published, but its root was never recorded",
	    e->memory);
	return STORE_OK;
}

static enum store_status
succeed(struct store *s, void *arg)
{
	const struct store_stage_two_end	*e = arg;
	enum store_status			 st;

	st = db_run_one(s, "UPDATE jobs SET status = 'done',"
	    " finished_at = ?3, lease_until = NULL, last_error = NULL,"
	    " last_success_watermark ="
	    "  max(coalesce(last_success_watermark, 0), ?4)" OWNED,
	    ARGS(TEXT(e->memory), TEXT(e->token), INT(e->now),
	    INT(e->completed)));
	if (st == STORE_OK && e->agent_id != NULL)
		st = end_agent(s, e, "completed");
	if (st == STORE_OK && e->agent_id != NULL)
		st = selection_replace(s, e);
	if (st == STORE_OK && e->commit != NULL)
		st = note_live(s, e);
	return st;
}

enum store_status
store_stage_two_succeeded(struct store *s,
    const struct store_stage_two_end *e)
{
	struct store_stage_two_end	 copy = *e;

	db_about(s, "completing memory %s", e->memory);
	return db_transaction(s, "stage_two", succeed, &copy);
}

/* 1 if a later agent did the job meanwhile. */
static enum store_status
superseded(struct store *s, const struct store_stage_two_end *e,
    int64_t *later)
{
	return db_value(s, "SELECT count(*) FROM agents o JOIN agents a"
	    " ON o.memory = a.memory AND o.rowid > a.rowid"
	    " WHERE a.thread_id = ? AND o.status = 'completed'",
	    ARGS(TEXT(e->agent_id)), later);
}

static enum store_status
accept_refused(struct store *s, void *arg)
{
	const struct store_stage_two_end	*e = arg;
	enum store_status			 st;
	int64_t					 later = 0;

	st = superseded(s, e, &later);
	if (st == STORE_OK && later > 0)
		st = end_agent(s, e, "completed");
	if (st != STORE_OK || later > 0)
		return st == STORE_OK ? note_live(s, e) : st;
	st = db_run(s, "UPDATE jobs SET status = 'done', finished_at = ?2,"
	    " retry_at = NULL, last_error = NULL, last_success_watermark ="
	    "  max(coalesce(last_success_watermark, 0), ?3)" JOB
	    " AND status <> 'running'",
	    ARGS(TEXT(e->memory), INT(e->now), INT(e->completed)));
	if (st == STORE_OK)
		st = end_agent(s, e, "completed");
	if (st == STORE_OK)
		st = selection_replace(s, e);
	return st == STORE_OK ? note_live(s, e) : st;
}

enum store_status
store_stage_two_accepted(struct store *s, const struct store_stage_two_end *e)
{
	struct store_stage_two_end	 copy = *e;

	db_about(s, "accepting what agent %s made", e->agent_id);
	return db_transaction(s, "stage_two", accept_refused, &copy);
}

typedef enum store_status end_job(struct store *,
    const struct store_stage_two_end *);

struct ending {
	const struct store_stage_two_end *end;
	end_job		*job;
	const char	*agent_status;
	int		 lost;		/* the job is not ours any more */
};

static enum store_status
fail_job(struct store *s, const struct store_stage_two_end *e)
{
	int64_t	 delay = e->delay_s < 0 ? 0 : e->delay_s;

	return db_run_one(s, "UPDATE jobs SET status = 'error',"
	    " finished_at = ?3, lease_until = NULL, retry_at = ?4,"
	    " retry_remaining = max(retry_remaining - 1, 0),"
	    " last_error = ?5" JOB " AND status = 'running'"
	    " AND ownership_token IS ?2",
	    ARGS(TEXT(e->memory), TEXT(e->token), INT(e->now),
	    INT(e->now + delay),
	    TEXT(e->reason == NULL ? "failed" : e->reason)));
}

static enum store_status
release_job(struct store *s, const struct store_stage_two_end *e)
{
	return db_run_one(s, "UPDATE jobs SET status = 'pending',"
	    " lease_until = NULL, worker_id = NULL, ownership_token = NULL,"
	    " retry_at = iif(?3 > 0, ?4 + ?3, NULL),"
	    " last_error = iif(?3 > 0, ?5, last_error)"
	    OWNED, ARGS(TEXT(e->memory), TEXT(e->token), INT(e->delay_s),
	    INT(e->now), TEXT(e->reason)));
}

/* The agent's end is a fact even if the job went to somebody else. */
static enum store_status
end_both(struct store *s, void *arg)
{
	struct ending		*g = arg;
	enum store_status	 st = g->job(s, g->end);

	g->lost = st == STORE_NONE;
	if (st != STORE_OK && st != STORE_NONE)
		return st;
	if (g->end->agent_id == NULL)
		return STORE_OK;
	return end_agent(s, g->end, g->agent_status);
}

static enum store_status
end_without_success(struct store *s, struct ending *g)
{
	enum store_status	 st;

	st = db_transaction(s, "stage_two", end_both, g);
	return st == STORE_OK && g->lost ? STORE_NONE : st;
}

enum store_status
store_stage_two_failed(struct store *s, const struct store_stage_two_end *e)
{
	struct ending	 g = { e, fail_job, "errored", 0 };

	db_about(s, "failing memory %s", e->memory);
	return end_without_success(s, &g);
}

enum store_status
store_stage_two_release(struct store *s,
    const struct store_stage_two_end *e)
{
	struct ending	 g = { e, release_job, "interrupted", 0 };

	db_about(s, "releasing memory %s", e->memory);
	return end_without_success(s, &g);
}
