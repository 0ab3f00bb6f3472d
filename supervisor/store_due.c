#include <string.h>

#include "common/log.h"
#include "supervisor/store_db.h"

/*
 * Which threads are due for stage one, and why the others are not.  One
 * query brings a thread with all that bears on it, one function judges.
 */

#define DUE_QUERY							\
	"SELECT " THREAD_COLUMNS ","					\
	" coalesce(o.source_updated_at, -1),"				\
	" coalesce(j.last_success_watermark, -1),"			\
	" coalesce(j.input_watermark, -1),"				\
	" j.retry_remaining, j.retry_at,"				\
	" j.status = 'running', j.lease_until,"				\
	" EXISTS (SELECT 1 FROM tombstones d WHERE d.thread_id = t.id),"\
	" EXISTS (SELECT 1 FROM sources f WHERE f.thread_id = t.id"	\
	"  AND f.path = t.rollout_path AND f.missing_since = 0)"	\
	" FROM threads t"						\
	" LEFT JOIN stage1_outputs o ON o.thread_id = t.id"		\
	" LEFT JOIN jobs j ON j.kind = '" KIND_STAGE_ONE "'"		\
	"  AND j.job_key = t.id"					\
	" WHERE t.updated_at_ms >= ? AND t.updated_at_ms <= ?"		\
	" ORDER BY t.updated_at_ms DESC, t.id DESC"

/* What the query has beside the thread; absent versions are -1. */
struct facts {
	int64_t	output_version;
	int64_t	success_version;
	int64_t	job_version;
	int64_t	retry_remaining;
	int64_t	retry_at;
	int64_t	running;
	int64_t	lease_until;
	int64_t	tombstone;
	int64_t	present;
	int	has_job;
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
		[DUE_MISSING] = "file_missing",
		[DUE_UP_TO_DATE] = "up_to_date",
		[DUE_TOO_OLD] = "too_old",
		[DUE_TOO_YOUNG] = "too_young",
		[DUE_RUNNING] = "running",
		[DUE_RETRY_BACKOFF] = "retry_backoff",
		[DUE_RETRY_EXHAUSTED] = "retry_exhausted"
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
read_facts(const struct db_rows *r, struct facts *f)
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
	f->present = db_int(r, c);
}

/* What never changes by waiting. */
static enum store_due
judge_thread(const struct store_thread *t, const struct facts *f,
    const struct store_stage_one_rules *rules)
{
	if (!is_interactive(t->source))
		return DUE_SOURCE;
	if (strcmp(t->memory_mode, "enabled") != 0)
		return DUE_MEMORY_MODE;
	if (t->archived)
		return DUE_ARCHIVED;
	if (t->preview[0] == '\0')
		return DUE_NO_USER_MESSAGE;
	if (rules->worker_id != NULL && strcmp(t->id, rules->worker_id) == 0)
		return DUE_EXCLUDED;
	if (rules->wanted != NULL && !rules->wanted(t, rules->arg))
		return DUE_EXCLUDED;
	if (f->tombstone)
		return DUE_TOMBSTONE;
	return f->present ? DUE_NOW : DUE_MISSING;
}

/* The same tests as in store_stage_one_try(), told apart. */
static struct verdict
judge_job(int64_t version, const struct facts *f, int64_t now)
{
	if (!f->has_job)
		return (struct verdict){ DUE_NOW, 0 };
	if (f->running && f->lease_until > now)
		return (struct verdict){ DUE_RUNNING, f->lease_until };
	if (version > f->job_version)
		return (struct verdict){ DUE_NOW, 0 };
	if (f->retry_remaining <= 0)
		return (struct verdict){ DUE_RETRY_EXHAUSTED, 0 };
	if (f->retry_at > now)
		return (struct verdict){ DUE_RETRY_BACKOFF, f->retry_at };
	return (struct verdict){ DUE_NOW, 0 };
}

static struct verdict
judge(const struct store_thread *t, const struct facts *f,
    const struct store_stage_one_rules *rules)
{
	int64_t		 version = t->updated_at_ms / 1000;
	enum store_due	 due = judge_thread(t, f, rules);

	if (due != DUE_NOW)
		return (struct verdict){ due, 0 };
	if (f->output_version >= version || f->success_version >= version)
		return (struct verdict){ DUE_UP_TO_DATE, 0 };
	if (t->updated_at_ms < age_bound_ms(rules))
		return (struct verdict){ DUE_TOO_OLD, 0 };
	if (t->updated_at_ms > idle_bound_ms(rules))
		return (struct verdict){ DUE_TOO_YOUNG, (t->updated_at_ms +
		    999) / 1000 + clamp(rules->idle_hours, 48) * 3600 };
	return judge_job(version, f, rules->now);
}

static struct verdict
judge_row(const struct db_rows *r, struct store_thread *t,
    const struct store_stage_one_rules *rules)
{
	struct facts	 f;

	db_row_read(r, 0, &thread_shape, t);
	read_facts(r, &f);
	return judge(t, &f, rules);
}

enum store_status
store_stage_one_survey(struct store *s,
    const struct store_stage_one_rules *rules, store_due_cb *cb, void *arg)
{
	struct db_rows		 r;
	struct store_thread	 t;
	struct verdict		 v;

	db_about(s, "surveying threads");
	db_open(&r, s, DUE_QUERY, ARGS(INT(INT64_MIN), INT(INT64_MAX)));
	while (db_next(&r)) {
		v = judge_row(&r, &t, rules);
		if (cb(&t, v.due, v.when, arg) != 0)
			break;
	}
	return db_end(&r);
}

static int
earliest(const struct store_thread *t, enum store_due due, int64_t when,
    void *arg)
{
	int64_t	*first = arg;

	(void)t;
	if (due != DUE_TOO_YOUNG && due != DUE_RETRY_BACKOFF)
		return 0;
	if (*first == 0 || when < *first)
		*first = when;
	return 0;
}

enum store_status
store_stage_one_next(struct store *s,
    const struct store_stage_one_rules *rules, int64_t *when)
{
	*when = 0;
	return store_stage_one_survey(s, rules, earliest, when);
}

struct claims {
	const struct store_stage_one_rules *rules;
	store_claimed_cb	*cb;
	void			*arg;
	int64_t			 looked_at;
	int64_t			 claimed;
};

/* Those that pass the filters count as looked at, up to date or not. */
static int
counts_as_candidate(enum store_due due)
{
	return due == DUE_NOW || due >= DUE_UP_TO_DATE;
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
	st = store_stage_one_try(s, &t, c->rules, &job);
	if (st != STORE_OK || job.outcome != CLAIM_CLAIMED)
		return st;
	c->claimed++;
	c->cb(&t, &job, c->arg);
	return STORE_OK;
}

enum store_status
store_stage_one_claim(struct store *s,
    const struct store_stage_one_rules *rules, store_claimed_cb *cb,
    void *arg)
{
	struct claims		 c = { rules, cb, arg, 0, 0 };
	struct db_rows		 r;
	enum store_status	 st = STORE_OK;

	if (rules->scan_limit <= 0 || rules->max_claims <= 0)
		return STORE_OK;
	db_about(s, "claiming threads");
	db_open(&r, s, DUE_QUERY, ARGS(INT(age_bound_ms(rules)),
	    INT(idle_bound_ms(rules))));
	while (st == STORE_OK && c.claimed < rules->max_claims &&
	    c.looked_at < rules->scan_limit && db_next(&r))
		st = claim_row(s, &r, &c);
	if (db_end(&r) != STORE_OK)
		return r.status;
	return st;
}
