#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "common/mem.h"
#include "supervisor/store_db.h"

/*
 * Which threads are due for stage one, and why the others are not.  One
 * query brings a thread with all that bears on it; one table holds the
 * rules in the order of the claim.
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
#define DUE_ORDER " ORDER BY t.updated_at_ms DESC, t.id DESC"

/* What is up to date, which is most, need not come as far as the rules. */
#define DUE_OPEN							\
	" AND " OUTPUT_VERSION " < t.updated_at_ms / 1000"		\
	" AND " SUCCESS_VERSION " < t.updated_at_ms / 1000"

/* What a rule looks at. */
struct subject {
	const struct store_thread		*thread;
	const struct store_due_facts		*facts;
	const struct store_stage_one_rules	*rules;
	int64_t					 version;
};

struct verdict {
	enum store_due	due;
	int64_t		when;
};

const char *
store_due_name(enum store_due due)
{
	static const char *const names[DUE__MAX] = {
		[DUE_NOW] = "due",
		[DUE_SOURCE] = "source_not_interactive",
		[DUE_MEMORY_MODE] = "memory_mode",
		[DUE_ARCHIVED] = "archived",
		[DUE_NO_USER_MESSAGE] = "no_user_message",
		[DUE_EXCLUDED] = "excluded",
		[DUE_TOMBSTONE] = "tombstone",
		[DUE_DISABLED] = "disabled",
		[DUE_MISSING] = "file_missing",
		[DUE_UP_TO_DATE] = "up_to_date",
		[DUE_TOO_OLD] = "too_old",
		[DUE_TOO_YOUNG] = "too_young",
		[DUE_RUNNING] = "running",
		[DUE_RETRY_BACKOFF] = "retry_backoff",
		[DUE_RETRY_EXHAUSTED] = "retry_exhausted",
		[DUE_PAUSED] = "paused",
		[DUE_BACKFILL] = "backfill_limit",
		[DUE_BUDGET] = "over_budget",
		[DUE_PROVIDER] = "provider_waits",
		[DUE_LOW_DISK] = "low_disk",
		[DUE_ON_BATTERY] = "on_battery"
	};

	if (due >= DUE__MAX)
		BUG("due %d", (int)due);
	return names[due];
}

static int64_t
clamp(int64_t v, int64_t max)
{
	if (v < 0)
		return 0;
	return v > max ? max : v;
}

/* Newest version that counts as idle. */
static int64_t
idle_bound_ms(const struct store_stage_one_rules *rules)
{
	return (rules->now - clamp(rules->idle_hours, 48) * 3600) * 1000;
}

/* Oldest version that is not too old. */
static int64_t
age_bound_ms(const struct store_stage_one_rules *rules)
{
	int64_t	 days = clamp(rules->age_days, 3650);

	if (days == 0)
		return INT64_MIN;
	return (rules->now - days * 86400) * 1000;
}

/* Sessions that a person led: the terminal, the editor, two own clients. */
static int
is_interactive(const char *source)
{
	static const char *const interactive[] = {
		"cli", "vscode", "atlas", "chatgpt",
		"{\"custom\":\"atlas\"}", "{\"custom\":\"chatgpt\"}"
	};
	size_t	 i;

	for (i = 0; i < sizeof(interactive) / sizeof(*interactive); i++)
		if (strcmp(source, interactive[i]) == 0)
			return 1;
	return 0;
}

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

static int
from_a_person(const struct subject *s, int64_t *when)
{
	(void)when;
	return is_interactive(s->thread->source);
}

static int
memory_enabled(const struct subject *s, int64_t *when)
{
	(void)when;
	return strcmp(s->thread->memory_mode, "enabled") == 0;
}

static int
not_archived(const struct subject *s, int64_t *when)
{
	(void)when;
	return !s->thread->archived;
}

static int
has_user_message(const struct subject *s, int64_t *when)
{
	(void)when;
	return s->thread->preview[0] != '\0';
}

/* The run's own thread feeds no memory either. */
static int
feeds_a_memory(const struct subject *s, int64_t *when)
{
	const struct store_stage_one_rules	*rules = s->rules;

	(void)when;
	if (rules->worker_id != NULL &&
	    strcmp(s->thread->id, rules->worker_id) == 0)
		return 0;
	return rules->wanted == NULL || rules->wanted(s->thread, rules->arg);
}

static int
not_forgotten(const struct subject *s, int64_t *when)
{
	(void)when;
	return !s->facts->tombstone;
}

static int
not_disabled(const struct subject *s, int64_t *when)
{
	const struct store_stage_one_rules	*rules = s->rules;

	(void)when;
	return rules->disabled == NULL ||
	    !rules->disabled(s->thread, rules->disabled_arg);
}

static int
file_present(const struct subject *s, int64_t *when)
{
	(void)when;
	return s->facts->present != 0;
}

static int
not_extracted(const struct subject *s, int64_t *when)
{
	(void)when;
	return s->rules->asked || (s->facts->output_version < s->version &&
	    s->facts->success_version < s->version);
}

static int
young_enough(const struct subject *s, int64_t *when)
{
	(void)when;
	return s->rules->asked ||
	    s->thread->updated_at_ms >= age_bound_ms(s->rules);
}

static int
idle_enough(const struct subject *s, int64_t *when)
{
	int64_t	 ms = s->thread->updated_at_ms;

	if (s->rules->asked || ms <= idle_bound_ms(s->rules))
		return 1;
	*when = (ms + 999) / 1000 + clamp(s->rules->idle_hours, 48) * 3600;
	return 0;
}

/* The rules of the job are the tests of store_stage_one_try(), told apart. */
static int
not_running(const struct subject *s, int64_t *when)
{
	const struct store_due_facts	*f = s->facts;

	if (!f->has_job || !f->running || f->lease_until <= s->rules->now)
		return 1;
	*when = f->lease_until;
	return 0;
}

/* A newer version begins with fresh retries and no back-off. */
static int
starts_afresh(const struct subject *s)
{
	return s->rules->asked || !s->facts->has_job ||
	    s->version > s->facts->job_version;
}

static int
retries_left(const struct subject *s, int64_t *when)
{
	(void)when;
	return starts_afresh(s) || s->facts->retry_remaining > 0;
}

static int
not_backing_off(const struct subject *s, int64_t *when)
{
	if (starts_afresh(s) || s->facts->retry_at <= s->rules->now)
		return 1;
	*when = s->facts->retry_at;
	return 0;
}

/* What holds back all threads alike, until a time. */
static int
is_past(const struct subject *s, int64_t until, int64_t *when)
{
	if (until <= s->rules->now)
		return 1;
	*when = until;
	return 0;
}

static int
below_backfill(const struct subject *s, int64_t *when)
{
	return s->rules->asked ||
	    is_past(s, s->rules->backfill_until, when);
}

static int
below_ceilings(const struct subject *s, int64_t *when)
{
	return is_past(s, s->rules->budget_until, when);
}

static int
provider_answers(const struct subject *s, int64_t *when)
{
	return is_past(s, s->rules->provider_until, when);
}

static int
not_paused(const struct subject *s, int64_t *when)
{
	(void)when;
	return !s->rules->paused;
}

static int
has_room(const struct subject *s, int64_t *when)
{
	(void)when;
	return !s->rules->low_disk;
}

static int
has_power(const struct subject *s, int64_t *when)
{
	(void)when;
	return !s->rules->on_battery;
}

/*
 * In the order of the claim.  `holds' is 1 if the rule lets the thread
 * pass; else it sets when it will by itself, if it will.
 */
static const struct {
	enum store_due	 refusal;
	int		(*holds)(const struct subject *, int64_t *when);
} claim_rules[STORE_RULES] = {
	{ DUE_TOMBSTONE, not_forgotten },
	{ DUE_DISABLED, not_disabled },
	{ DUE_SOURCE, from_a_person },
	{ DUE_MEMORY_MODE, memory_enabled },
	{ DUE_ARCHIVED, not_archived },
	{ DUE_NO_USER_MESSAGE, has_user_message },
	{ DUE_EXCLUDED, feeds_a_memory },
	{ DUE_MISSING, file_present },
	{ DUE_UP_TO_DATE, not_extracted },
	{ DUE_TOO_OLD, young_enough },
	{ DUE_TOO_YOUNG, idle_enough },
	{ DUE_RUNNING, not_running },
	{ DUE_RETRY_EXHAUSTED, retries_left },
	{ DUE_RETRY_BACKOFF, not_backing_off },
	{ DUE_PAUSED, not_paused },
	{ DUE_BACKFILL, below_backfill },
	{ DUE_BUDGET, below_ceilings },
	{ DUE_PROVIDER, provider_answers },
	{ DUE_LOW_DISK, has_room },
	{ DUE_ON_BATTERY, has_power }
};

/* The first rule that refuses decides. */
static struct verdict
judge(const struct subject *s)
{
	int64_t	 when = 0;
	size_t	 i;

	for (i = 0; i < STORE_RULES; i++)
		if (!claim_rules[i].holds(s, &when))
			return (struct verdict){ claim_rules[i].refusal,
			    when };
	return (struct verdict){ DUE_NOW, 0 };
}

static void
subject_read(const struct db_rows *r, struct subject *s,
    struct store_thread *t, struct store_due_facts *f)
{
	db_row_read(r, 0, &thread_shape, t);
	read_facts(r, f);
	s->thread = t;
	s->facts = f;
	s->version = t->updated_at_ms / 1000;
}

static struct verdict
judge_row(const struct db_rows *r, struct store_thread *t,
    const struct store_stage_one_rules *rules)
{
	struct store_due_facts	 f;
	struct subject		 s = { .rules = rules };

	subject_read(r, &s, t, &f);
	return judge(&s);
}

static void
explain(const struct subject *s, struct store_verdict *v)
{
	struct verdict		 first = judge(s);
	struct store_rule	*rule;
	size_t			 i;

	v->due = first.due;
	v->when = first.when;
	v->facts = *s->facts;
	for (i = 0; i < STORE_RULES; i++) {
		rule = &v->rules[i];
		rule->refusal = claim_rules[i].refusal;
		rule->when = 0;
		rule->holds = claim_rules[i].holds(s, &rule->when);
	}
}

enum store_status
store_stage_one_explain(struct store *s,
    const struct store_stage_one_rules *rules, const char *thread_id,
    struct store_verdict *v)
{
	struct db_rows		 r;
	struct store_thread	 t;
	struct store_due_facts	 f;
	struct subject		 subject = { .rules = rules };
	enum store_status	 st;
	int			 found;

	memset(v, 0, sizeof(*v));
	db_about(s, "explaining thread %s", thread_id);
	db_open(&r, s, DUE_SELECT " WHERE t.id = ?", ARGS(TEXT(thread_id)));
	found = db_next(&r);
	if (found) {
		subject_read(&r, &subject, &t, &f);
		explain(&subject, v);
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
	struct verdict		 v;

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
	struct verdict		 v;

	*when = 0;
	db_about(s, "surveying threads");
	db_open(&r, s, DUE_SELECT DUE_RANGE DUE_OPEN DUE_ORDER,
	    ARGS(INT(age_bound_ms(rules)), INT(INT64_MAX)));
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

static enum store_status
claim_row(struct store *s, const struct db_rows *r, struct claims *c)
{
	struct store_thread	 t;
	struct store_job	 job;
	enum store_status	 st;
	struct verdict		 v = judge_row(r, &t, c->rules);

	c->looked_at += counts_as_candidate(v.due);
	if (v.due != DUE_NOW)
		return STORE_OK;
	st = stage_one_attempt(s, &t, c->rules, &job);
	if (st != STORE_OK || job.outcome != CLAIM_CLAIMED)
		return st;
	c->rows = xreallocarray(c->rows, c->n + 1, sizeof(*c->rows));
	c->rows[c->n].thread = db_row_dup(&thread_shape, &t);
	c->rows[c->n++].job = job;
	return STORE_OK;
}

static enum store_status
claim_rows(struct store *s, void *arg)
{
	struct claims				*c = arg;
	const struct store_stage_one_rules	*rules = c->rules;
	struct db_rows				 r;
	enum store_status			 st = STORE_OK;

	db_open(&r, s, DUE_SELECT DUE_RANGE DUE_OPEN DUE_ORDER,
	    ARGS(INT(age_bound_ms(rules)), INT(idle_bound_ms(rules))));
	while (st == STORE_OK && (int64_t)c->n < rules->max_claims &&
	    c->looked_at < rules->scan_limit && db_next(&r))
		st = claim_row(s, &r, c);
	if (db_end(&r) != STORE_OK)
		return r.status;
	return st;
}

enum store_status
store_stage_one_claim(struct store *s,
    const struct store_stage_one_rules *rules, store_claimed_cb *cb,
    void *arg)
{
	struct claims		 c = { .rules = rules };
	enum store_status	 st;
	size_t			 i;

	if (rules->scan_limit <= 0 || rules->max_claims <= 0)
		return STORE_OK;
	db_about(s, "claiming threads");
	st = db_transaction_lazy(s, "claim", claim_rows, &c);
	for (i = 0; i < c.n; i++) {
		if (st == STORE_OK)
			cb(c.rows[i].thread, &c.rows[i].job, arg);
		db_row_free(&thread_shape, c.rows[i].thread);
	}
	free(c.rows);
	return st;
}
