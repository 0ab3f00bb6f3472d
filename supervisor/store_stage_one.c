#include <string.h>

#include "common/uuid.h"
#include "supervisor/store_db.h"

/*
 * Stage-one jobs: the claim of one thread's version and its four ends.
 * Only the holder of the token of a running job can end it.
 */

#define OWNED								\
	" WHERE kind = '" KIND_STAGE_ONE "' AND job_key = ?1"		\
	" AND status = 'running' AND ownership_token = ?2"

struct attempt {
	const struct store_thread	*thread;
	const struct store_stage_one_rules *rules;
	struct store_job		*job;
};

static enum store_status
is_up_to_date(struct store *s, const struct attempt *a, int64_t *yes)
{
	return db_value(s, "SELECT EXISTS (SELECT 1 FROM stage1_outputs"
	    " WHERE thread_id = ?1 AND source_updated_at >= ?2"
	    " AND NOT outdated) OR EXISTS"
	    " (SELECT 1 FROM jobs WHERE kind = '" KIND_STAGE_ONE "'"
	    " AND job_key = ?1 AND last_success_watermark >= ?2)",
	    ARGS(TEXT(a->thread->id), INT(a->job->watermark)), yes);
}

/*
 * Make or take over the row.  A newer version begins with three retries
 * and no back-off.  The cap counts this thread's own live row too, which
 * does no harm: a live row is refused anyway.
 */
static enum store_status
take(struct store *s, const struct attempt *a)
{
	const struct store_stage_one_rules	*rules = a->rules;

	return db_run(s, "INSERT INTO jobs (kind, job_key, status,"
	    " worker_id, ownership_token, started_at, lease_until,"
	    " retry_remaining, input_watermark)"
	    " SELECT '" KIND_STAGE_ONE "', ?1, 'running', ?2, ?3, ?4, ?5,"
	    " 3, ?6 WHERE (SELECT count(*) FROM jobs"
	    "  WHERE kind = '" KIND_STAGE_ONE "' AND status = 'running'"
	    "  AND lease_until > ?4) < ?7"
	    " ON CONFLICT (kind, job_key) DO UPDATE SET status = 'running',"
	    " worker_id = excluded.worker_id,"
	    " ownership_token = excluded.ownership_token,"
	    " started_at = excluded.started_at, finished_at = NULL,"
	    " lease_until = excluded.lease_until, retry_at = NULL,"
	    " retry_remaining = CASE WHEN excluded.input_watermark >"
	    "  coalesce(input_watermark, -1) THEN 3"
	    "  ELSE retry_remaining END, last_error = NULL,"
	    " input_watermark = excluded.input_watermark"
	    " WHERE NOT (status = 'running' AND"
	    "  coalesce(lease_until, 0) > ?4)"
	    " AND (retry_at IS NULL OR retry_at <= ?4 OR"
	    "  excluded.input_watermark > coalesce(input_watermark, -1))"
	    " AND (retry_remaining > 0 OR"
	    "  excluded.input_watermark > coalesce(input_watermark, -1))",
	    ARGS(TEXT(a->thread->id), TEXT(rules->worker_id),
	    TEXT(a->job->token), INT(rules->now),
	    INT(rules->now + rules->lease_s), INT(a->job->watermark),
	    INT(rules->max_running)));
}

/* Why nothing was taken; with no row or no other reason, the cap. */
static enum store_status
refuse(struct store *s, const struct attempt *a)
{
	struct db_rows	 r;
	int64_t		 now = a->rules->now;

	a->job->outcome = CLAIM_RUNNING;
	db_open(&r, s, "SELECT retry_remaining, retry_at, status = 'running',"
	    " lease_until FROM jobs WHERE kind = '" KIND_STAGE_ONE "'"
	    " AND job_key = ?", ARGS(TEXT(a->thread->id)));
	if (db_next(&r)) {
		if (db_int(&r, 0) <= 0)
			a->job->outcome = CLAIM_RETRY_EXHAUSTED;
		else if (db_int(&r, 1) > now) {
			a->job->outcome = CLAIM_RETRY_BACKOFF;
			a->job->next = db_int(&r, 1);
		} else if (db_int(&r, 2) && db_int(&r, 3) > now)
			a->job->next = db_int(&r, 3);
	}
	return db_end(&r);
}

static enum store_status
attempt(struct store *s, void *arg)
{
	struct attempt		*a = arg;
	enum store_status	 st;
	int64_t			 yes;

	st = is_up_to_date(s, a, &yes);
	if (st != STORE_OK)
		return st;
	if (yes) {
		a->job->outcome = CLAIM_UP_TO_DATE;
		return STORE_OK;
	}
	st = take(s, a);
	if (st != STORE_OK)
		return st;
	if (s->changes == 0)
		return refuse(s, a);
	a->job->outcome = CLAIM_CLAIMED;
	return STORE_OK;
}

static void
attempt_init(struct attempt *a)
{
	memset(a->job, 0, sizeof(*a->job));
	a->job->outcome = CLAIM_RUNNING;
	a->job->watermark = a->thread->updated_at_ms / 1000;
	uuid_v4(a->job->token);
}

enum store_status
stage_one_attempt(struct store *s, const struct store_thread *t,
    const struct store_stage_one_rules *rules, struct store_job *job)
{
	struct attempt	 a = { t, rules, job };

	attempt_init(&a);
	return attempt(s, &a);
}

enum store_status
store_stage_one_try(struct store *s, const struct store_thread *t,
    const struct store_stage_one_rules *rules, struct store_job *job)
{
	struct attempt	 a = { t, rules, job };

	attempt_init(&a);
	db_about(s, "claiming thread %s", t->id);
	return db_transaction(s, "claim", attempt, &a);
}

struct ending {
	const struct store_finish	*fin;
	const struct store_output	*output;	/* or NULL */
	const char			*error;		/* failed */
	int64_t				 delay_s;	/* failed */
	int64_t				 updated_at_ms;	/* changed */
};

/* What became of the file that the thread was read from. */
static enum store_status
note_result(struct store *s, const struct store_finish *fin,
    const char *result)
{
	return db_run(s, "UPDATE sources SET last_result = ?1,"
	    " last_result_at = ?2, gave_up = ?4"
	    " WHERE thread_id = ?3 AND path ="
	    " (SELECT rollout_path FROM threads WHERE id = ?3)",
	    ARGS(TEXT(result), INT(fin->now), TEXT(fin->thread_id),
	    TEXT(fin->gave_up)));
}

static enum store_status
mark_done(struct store *s, const struct store_finish *fin)
{
	return db_run_one(s, "UPDATE jobs SET status = 'done',"
	    " finished_at = ?3, lease_until = NULL, last_error = NULL,"
	    " last_success_watermark = input_watermark" OWNED,
	    ARGS(TEXT(fin->thread_id), TEXT(fin->token), INT(fin->now)));
}

static enum store_status
write_output(struct store *s, const struct ending *e)
{
	const struct store_output	*o = e->output;

	return db_run(s, "INSERT INTO stage1_outputs (thread_id,"
	    " source_updated_at, raw_memory, rollout_summary, rollout_slug,"
	    " facts, generator, keeps, generated_at)"
	    " VALUES (?,?,?,?,?,?,?,?,?)"
	    " ON CONFLICT (thread_id) DO UPDATE SET"
	    " source_updated_at = excluded.source_updated_at,"
	    " raw_memory = excluded.raw_memory,"
	    " rollout_summary = excluded.rollout_summary,"
	    " rollout_slug = excluded.rollout_slug, facts = excluded.facts,"
	    " generator = excluded.generator, keeps = excluded.keeps,"
	    " generated_at = excluded.generated_at, outdated = 0"
	    " WHERE excluded.source_updated_at >= source_updated_at",
	    ARGS(TEXT(e->fin->thread_id), INT(o->source_updated_at),
	    TEXT(o->raw_memory), TEXT(o->rollout_summary),
	    TEXT(o->rollout_slug), TEXT(o->facts), TEXT(o->generator),
	    INT(o->keeps), INT(e->fin->now)));
}

static enum store_status
enqueue_memories(struct store *s, const struct store_finish *fin,
    int64_t watermark)
{
	enum store_status	 st = STORE_OK;
	size_t			 i;

	for (i = 0; i < fin->nmemories && st == STORE_OK; i++)
		st = stage_two_enqueue(s, fin->memories[i], watermark);
	return st;
}

static enum store_status
succeed(struct store *s, void *arg)
{
	const struct ending	*e = arg;
	enum store_status	 st;

	st = mark_done(s, e->fin);
	if (st == STORE_OK)
		st = write_output(s, e);
	if (st == STORE_OK)
		st = citations_replace(s, e->fin);
	if (st == STORE_OK)
		st = usage_refresh(s, e->fin->thread_id);
	if (st == STORE_OK)
		st = note_result(s, e->fin, "output");
	if (st == STORE_OK)
		st = enqueue_memories(s, e->fin,
		    e->output->source_updated_at);
	return st;
}

enum store_status
store_stage_one_step(struct store *s, int lazily, store_step *body, void *arg)
{
	db_about(s, "keeping what was extracted");
	if (lazily)
		return db_transaction_lazy(s, "stage_one", body, arg);
	return db_transaction(s, "stage_one", body, arg);
}

enum store_status
store_stage_one_succeeded(struct store *s, const struct store_finish *fin,
    const struct store_output *output)
{
	struct ending	 e = { .fin = fin, .output = output };

	db_about(s, "keeping the output of thread %s", fin->thread_id);
	/* A model's was paid for. */
	if (output->generator != NULL &&
	    strncmp(output->generator, "builtin/", 8) == 0)
		return db_transaction_lazy(s, "stage_one", succeed, &e);
	return db_transaction(s, "stage_one", succeed, &e);
}

/*
 * Only an output that went is news for a memory.  What was adopted is another
 * program's, which found more in the rollout than we do: it stays.
 */
static enum store_status
drop_output(struct store *s, const struct store_finish *fin)
{
	enum store_status	 st;
	int64_t			 watermark;

	st = db_run(s, "DELETE FROM stage1_outputs WHERE thread_id = ?"
	    " AND generator <> 'adopted'", ARGS(TEXT(fin->thread_id)));
	if (st != STORE_OK || s->changes == 0)
		return st;
	st = db_value(s, "SELECT input_watermark FROM jobs WHERE kind = '"
	    KIND_STAGE_ONE "' AND job_key = ?", ARGS(TEXT(fin->thread_id)),
	    &watermark);
	return st == STORE_OK ? enqueue_memories(s, fin, watermark) : st;
}

static enum store_status
succeed_without(struct store *s, void *arg)
{
	const struct ending	*e = arg;
	enum store_status	 st;

	st = mark_done(s, e->fin);
	if (st == STORE_OK)
		st = drop_output(s, e->fin);
	if (st == STORE_OK)
		st = citations_replace(s, e->fin);
	if (st == STORE_OK)
		st = note_result(s, e->fin, "no_output");
	return st;
}

enum store_status
store_stage_one_no_output(struct store *s, const struct store_finish *fin)
{
	struct ending	 e = { .fin = fin };

	db_about(s, "ending thread %s without output", fin->thread_id);
	return db_transaction(s, "stage_one", succeed_without, &e);
}

static enum store_status
fail(struct store *s, void *arg)
{
	const struct ending	*e = arg;
	const struct store_finish *fin = e->fin;
	enum store_status	 st;
	int64_t			 delay = e->delay_s < 0 ? 0 : e->delay_s;

	st = db_run_one(s, "UPDATE jobs SET status = 'error',"
	    " finished_at = ?3, lease_until = NULL, retry_at = ?4,"
	    " retry_remaining = retry_remaining - 1, last_error = ?5" OWNED,
	    ARGS(TEXT(fin->thread_id), TEXT(fin->token), INT(fin->now),
	    INT(fin->now + delay), TEXT(e->error)));
	return st == STORE_OK ? note_result(s, fin, e->error) : st;
}

enum store_status
store_stage_one_failed(struct store *s, const struct store_finish *fin,
    int64_t delay_s, const char *error)
{
	struct ending	 e = {
		.fin = fin, .error = error, .delay_s = delay_s
	};

	db_about(s, "failing thread %s", fin->thread_id);
	return db_transaction(s, "stage_one", fail, &e);
}

static enum store_status
let_go(struct store *s, void *arg)
{
	const struct ending	*e = arg;

	return db_run_one(s, "UPDATE jobs SET status = 'pending',"
	    " lease_until = NULL, worker_id = NULL, ownership_token = NULL"
	    OWNED, ARGS(TEXT(e->fin->thread_id), TEXT(e->fin->token)));
}

enum store_status
store_stage_one_release(struct store *s, const struct store_finish *fin)
{
	struct ending	 e = { .fin = fin };

	db_about(s, "releasing thread %s", fin->thread_id);
	return db_transaction(s, "release", let_go, &e);
}

static enum store_status
let_go_changed(struct store *s, void *arg)
{
	const struct ending	*e = arg;
	enum store_status	 st = let_go(s, arg);

	if (st == STORE_OK)
		st = db_run(s, "UPDATE threads SET updated_at_ms = ?2,"
		    " content_hash = '' WHERE id = ?1",
		    ARGS(TEXT(e->fin->thread_id), INT(e->updated_at_ms)));
	if (st != STORE_OK)
		return st;
	return db_run(s, "UPDATE sources SET size = -1"
	    " WHERE (source_name, path) ="
	    " (SELECT source_name, rollout_path FROM threads WHERE id = ?1)",
	    ARGS(TEXT(e->fin->thread_id)));
}

enum store_status
store_stage_one_changed(struct store *s, const struct store_finish *fin,
    int64_t updated_at_ms)
{
	struct ending	 e = { .fin = fin, .updated_at_ms = updated_at_ms };

	db_about(s, "releasing thread %s", fin->thread_id);
	return db_transaction(s, "changed", let_go_changed, &e);
}
