#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "common/mem.h"
#include "supervisor/store_db.h"
#include "supervisor/store_rules.h"

/*
 * Which threads are due for stage one, and why the others are not.  One
 * query brings a thread with all that bears on it; store_rules.c judges.
 */

/* The versions that an output was made from, and that last was done. */
#define OUTPUT_VERSION							\
	"coalesce(iif(o.outdated, NULL, o.source_updated_at), -1)"
#define SUCCESS_VERSION	"coalesce(j.last_success_watermark, -1)"

#define DUE_SELECT							\
	"SELECT " THREAD_COLUMNS ","					\
	" " OUTPUT_VERSION ", " SUCCESS_VERSION ","			\
	" coalesce(j.input_watermark, -1),"				\
	" j.retry_remaining, j.retry_at,"				\
	" j.status = 'running', j.lease_until,"				\
	" EXISTS (SELECT 1 FROM tombstones d WHERE d.thread_id = t.id),"\
	" EXISTS (SELECT 1 FROM sources f WHERE f.thread_id = t.id"	\
	"  AND f.path = t.rollout_path AND f.missing_since = 0),"	\
	" coalesce(o.outdated, 0)"					\
	" FROM threads t"						\
	" LEFT JOIN stage1_outputs o ON o.thread_id = t.id"		\
	" LEFT JOIN jobs j ON j.kind = '" KIND_STAGE_ONE "'"		\
	"  AND j.job_key = t.id"

#define DUE_RANGE " WHERE t.updated_at_ms >= ? AND t.updated_at_ms <= ?"
#define DUE_BEFORE							\
	" WHERE t.updated_at_ms >= ? AND (t.updated_at_ms, t.id) < (?, ?)"
#define DUE_ORDER " ORDER BY t.updated_at_ms DESC, t.id DESC"

/* What is up to date, which is most, need not come as far as the rules. */
#define DUE_OPEN							\
	" AND " OUTPUT_VERSION " < t.updated_at_ms / 1000"		\
	" AND " SUCCESS_VERSION " < t.updated_at_ms / 1000"

static void
read_facts(const struct db_rows *r, struct store_due_facts *f)
{
	int	 c = THREAD_NCOLUMNS;

	f->has_job = sqlite3_column_type(r->slot->stmt, c + 3) !=
	    SQLITE_NULL;
	f->output_version = db_int(r, c++);
	f->success_version = db_int(r, c++);
	f->job_version = db_int(r, c++);
	f->retry_remaining = db_int(r, c++);
	f->retry_at = db_int(r, c++);
	f->running = db_int(r, c++);
	f->lease_until = db_int(r, c++);
	f->tombstone = db_int(r, c++);
	f->present = db_int(r, c++);
	f->outdated = db_int(r, c);
}

static void
subject_read(const struct db_rows *r, struct due_subject *s,
    struct store_thread *t, struct store_due_facts *f)
{
	db_row_read(r, 0, &thread_shape, t);
	read_facts(r, f);
	s->thread = t;
	s->facts = f;
	s->version = t->updated_at_ms / 1000;
}

static struct due_verdict
judge_row(const struct db_rows *r, struct store_thread *t,
    const struct store_stage_one_rules *rules)
{
	struct store_due_facts	 f;
	struct due_subject		 s = { .rules = rules };

	subject_read(r, &s, t, &f);
	return due_judge(&s);
}

enum store_status
store_stage_one_explain(struct store *s,
    const struct store_stage_one_rules *rules, const char *thread_id,
    struct store_verdict *v)
{
	struct db_rows		 r;
	struct store_thread	 t;
	struct store_due_facts	 f;
	struct due_subject		 subject = { .rules = rules };
	enum store_status	 st;
	int			 found;

	memset(v, 0, sizeof(*v));
	db_about(s, "explaining thread %s", thread_id);
	db_open(&r, s, DUE_SELECT " WHERE t.id = ?", ARGS(TEXT(thread_id)));
	found = db_next(&r);
	if (found) {
		subject_read(&r, &subject, &t, &f);
		due_explain(&subject, v);
	}
	st = db_end(&r);
	return st == STORE_OK && !found ? STORE_NONE : st;
}

enum store_status
store_stage_one_survey(struct store *s,
    const struct store_stage_one_rules *rules, store_due_cb *cb, void *arg)
{
	struct db_rows		 r;
	struct store_thread	 t;
	struct due_verdict		 v;

	db_about(s, "surveying threads");
	db_open(&r, s, DUE_SELECT DUE_RANGE DUE_ORDER,
	    ARGS(INT(INT64_MIN), INT(INT64_MAX)));
	while (db_next(&r)) {
		v = judge_row(&r, &t, rules);
		if (cb(&t, v.due, v.when, arg) != 0)
			break;
	}
	return db_end(&r);
}

/* What is too old never becomes due, and may be most of what there is. */
enum store_status
store_stage_one_next(struct store *s,
    const struct store_stage_one_rules *rules, int64_t *when)
{
	struct db_rows		 r;
	struct store_thread	 t;
	struct due_verdict		 v;

	*when = 0;
	db_about(s, "surveying threads");
	db_open(&r, s, DUE_SELECT DUE_RANGE DUE_OPEN DUE_ORDER,
	    ARGS(INT(due_age_bound_ms(rules)), INT(INT64_MAX)));
	while (db_next(&r)) {
		v = judge_row(&r, &t, rules);
		if (v.due != DUE_TOO_YOUNG && v.due < DUE_RETRY_BACKOFF)
			continue;
		if (v.when == 0)
			continue;
		if (*when == 0 || v.when < *when)
			*when = v.when;
	}
	return db_end(&r);
}

/* Only what could be claimed is held back. */
enum store_status
store_stage_one_held(struct store *s,
    const struct store_stage_one_rules *rules, int64_t *n)
{
	struct db_rows		 r;
	struct store_thread	 t;

	*n = 0;
	db_about(s, "counting threads that are held back");
	db_open(&r, s, DUE_SELECT DUE_RANGE DUE_OPEN DUE_ORDER,
	    ARGS(INT(due_age_bound_ms(rules)), INT(due_idle_bound_ms(rules))));
	while (db_next(&r))
		*n += judge_row(&r, &t, rules).due >= DUE_BACKFILL;
	return db_end(&r);
}

/* A claimed thread, with its text. */
struct claimed {
	struct store_thread	*thread;
	struct store_job	 job;
};

struct claims {
	const struct store_stage_one_rules *rules;
	struct claimed		*rows;
	size_t			 n;
	int64_t			 looked_at;
	struct store_place	 place;		/* after this call */
};

/* Threads of a span of time, down to the oldest. */
struct span {
	int64_t			 oldest_ms;
	struct store_place	 at;		/* goes down */
	int			 stays;		/* at one that is due */
	int			 over;		/* none is left */
};

/*
 * Those that pass the filters count as looked at, but not what is up to
 * date: the end of a long backlog would never be reached.
 */
static int
counts_as_candidate(enum store_due due)
{
	return due == DUE_NOW || due > DUE_UP_TO_DATE;
}

/* The next call need not look at this thread again. */
static void
go_past(struct span *sp, const struct store_thread *t)
{
	if (sp->stays)
		return;
	sp->at.updated_at_ms = t->updated_at_ms;
	snprintf(sp->at.thread_id, sizeof(sp->at.thread_id), "%s", t->id);
}

static enum store_status
claim_row(struct store *s, const struct db_rows *r, struct claims *c,
    struct span *sp)
{
	struct store_thread	 t;
	struct store_job	 job;
	enum store_status	 st;
	struct due_verdict		 v = judge_row(r, &t, c->rules);

	c->looked_at += counts_as_candidate(v.due);
	if (v.due != DUE_NOW) {
		go_past(sp, &t);
		return STORE_OK;
	}
	st = stage_one_attempt(s, &t, c->rules, &job);
	if (st == STORE_OK && job.outcome != CLAIM_CLAIMED)
		sp->stays = 1;
	if (st != STORE_OK || job.outcome != CLAIM_CLAIMED)
		return st;
	go_past(sp, &t);
	c->rows = xreallocarray(c->rows, c->n + 1, sizeof(*c->rows));
	c->rows[c->n].thread = db_row_dup(&thread_shape, &t);
	c->rows[c->n++].job = job;
	return STORE_OK;
}

static int
may_go_on(const struct claims *c)
{
	return (int64_t)c->n < c->rules->max_claims &&
	    c->looked_at < c->rules->scan_limit;
}

static enum store_status
claim_span(struct store *s, struct claims *c, struct span *sp)
{
	struct db_rows		 r;
	enum store_status	 st = STORE_OK;

	db_open(&r, s, DUE_SELECT DUE_BEFORE DUE_OPEN DUE_ORDER,
	    ARGS(INT(sp->oldest_ms), INT(sp->at.updated_at_ms),
	    TEXT(sp->at.thread_id)));
	while (st == STORE_OK && may_go_on(c) && !sp->over) {
		if (db_next(&r))
			st = claim_row(s, &r, c, sp);
		else
			sp->over = 1;
	}
	if (db_end(&r) != STORE_OK)
		return r.status;
	return st;
}

/* What has rested long enough since the last call. */
static enum store_status
claim_newcomers(struct store *s, struct claims *c, int64_t rested_ms)
{
	struct span		sp = { .oldest_ms = c->place.rested_ms + 1,
				    .at = { rested_ms + 1, "", 0 } };
	enum store_status	st;

	if (rested_ms <= c->place.rested_ms)
		return STORE_OK;
	st = claim_span(s, c, &sp);
	if (sp.over && !sp.stays)
		c->place.rested_ms = rested_ms;
	return st;
}

static enum store_status
claim_rows(struct store *s, void *arg)
{
	struct claims				*c = arg;
	const struct store_stage_one_rules	*rules = c->rules;
	int64_t			 rested_ms = due_idle_bound_ms(rules);
	struct span		 sp = { .oldest_ms = due_age_bound_ms(rules) };
	enum store_status	 st;

	if (c->place.updated_at_ms == INT64_MAX)
		c->place = (struct store_place){ rested_ms + 1, "", rested_ms };
	st = claim_newcomers(s, c, rested_ms);
	if (st != STORE_OK)
		return st;
	sp.at = c->place;
	st = claim_span(s, c, &sp);
	c->place = sp.at;
	return st;
}

enum store_status
store_stage_one_claim(struct store *s,
    const struct store_stage_one_rules *rules, store_claimed_cb *cb,
    void *arg)
{
	struct claims		 c = { .rules = rules,
				    .place = STORE_PLACE_INIT };
	enum store_status	 st;
	size_t			 i;

	if (rules->place != NULL)
		c.place = *rules->place;
	if (rules->scan_limit <= 0 || rules->max_claims <= 0)
		return STORE_OK;
	db_about(s, "claiming threads");
	st = db_transaction_lazy(s, "claim", claim_rows, &c);
	if (st == STORE_OK && rules->place != NULL)
		*rules->place = c.place;
	for (i = 0; i < c.n; i++) {
		if (st == STORE_OK)
			cb(c.rows[i].thread, &c.rows[i].job, arg);
		db_row_free(&thread_shape, c.rows[i].thread);
	}
	free(c.rows);
	return st;
}
