#include <string.h>

#include "common/log.h"
#include "supervisor/store_rules.h"

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

int64_t
due_idle_bound_ms(const struct store_stage_one_rules *rules)
{
	return (rules->now - clamp(rules->idle_hours, 48) * 3600) * 1000;
}

int64_t
due_age_bound_ms(const struct store_stage_one_rules *rules)
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

static int
from_a_person(const struct due_subject *s, int64_t *when)
{
	(void)when;
	return is_interactive(s->thread->source);
}

static int
memory_enabled(const struct due_subject *s, int64_t *when)
{
	(void)when;
	return strcmp(s->thread->memory_mode, "enabled") == 0;
}

static int
not_archived(const struct due_subject *s, int64_t *when)
{
	(void)when;
	return !s->thread->archived;
}

static int
has_user_message(const struct due_subject *s, int64_t *when)
{
	(void)when;
	return s->thread->preview[0] != '\0';
}

/* The run's own thread feeds no memory either. */
static int
feeds_a_memory(const struct due_subject *s, int64_t *when)
{
	const struct store_stage_one_rules	*rules = s->rules;

	(void)when;
	if (rules->worker_id != NULL &&
	    strcmp(s->thread->id, rules->worker_id) == 0)
		return 0;
	return rules->wanted == NULL || rules->wanted(s->thread, rules->arg);
}

static int
not_forgotten(const struct due_subject *s, int64_t *when)
{
	(void)when;
	return !s->facts->tombstone;
}

static int
not_disabled(const struct due_subject *s, int64_t *when)
{
	const struct store_stage_one_rules	*rules = s->rules;

	(void)when;
	return rules->disabled == NULL ||
	    !rules->disabled(s->thread, rules->disabled_arg);
}

static int
file_present(const struct due_subject *s, int64_t *when)
{
	(void)when;
	return s->facts->present != 0;
}

static int
not_extracted(const struct due_subject *s, int64_t *when)
{
	(void)when;
	return s->rules->asked || (s->facts->output_version < s->version &&
	    s->facts->success_version < s->version);
}

static int
young_enough(const struct due_subject *s, int64_t *when)
{
	(void)when;
	return s->rules->asked ||
	    s->thread->updated_at_ms >= due_age_bound_ms(s->rules);
}

static int
idle_enough(const struct due_subject *s, int64_t *when)
{
	int64_t	 ms = s->thread->updated_at_ms;

	if (s->rules->asked || ms <= due_idle_bound_ms(s->rules))
		return 1;
	*when = (ms + 999) / 1000 + clamp(s->rules->idle_hours, 48) * 3600;
	return 0;
}

/* The rules of the job are the tests of store_stage_one_try(), told apart. */
static int
not_running(const struct due_subject *s, int64_t *when)
{
	const struct store_due_facts	*f = s->facts;

	if (!f->has_job || !f->running || f->lease_until <= s->rules->now)
		return 1;
	*when = f->lease_until;
	return 0;
}

/* A newer version begins with fresh retries and no back-off. */
static int
starts_afresh(const struct due_subject *s)
{
	return s->rules->asked || !s->facts->has_job ||
	    s->version > s->facts->job_version;
}

static int
retries_left(const struct due_subject *s, int64_t *when)
{
	(void)when;
	return starts_afresh(s) || s->facts->retry_remaining > 0;
}

static int
not_backing_off(const struct due_subject *s, int64_t *when)
{
	if (starts_afresh(s) || s->facts->retry_at <= s->rules->now)
		return 1;
	*when = s->facts->retry_at;
	return 0;
}

/* What holds back all threads alike, until a time. */
static int
is_past(const struct due_subject *s, int64_t until, int64_t *when)
{
	if (until <= s->rules->now)
		return 1;
	*when = until;
	return 0;
}

static int
below_backfill(const struct due_subject *s, int64_t *when)
{
	return s->rules->asked ||
	    is_past(s, s->rules->backfill_until, when);
}

static int
below_ceilings(const struct due_subject *s, int64_t *when)
{
	return is_past(s, s->rules->budget_until, when);
}

static int
provider_answers(const struct due_subject *s, int64_t *when)
{
	return is_past(s, s->rules->provider_until, when);
}

static int
not_paused(const struct due_subject *s, int64_t *when)
{
	(void)when;
	return !s->rules->paused;
}

static int
has_room(const struct due_subject *s, int64_t *when)
{
	(void)when;
	return !s->rules->low_disk;
}

static int
has_power(const struct due_subject *s, int64_t *when)
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
	int		(*holds)(const struct due_subject *, int64_t *when);
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

struct due_verdict
due_judge(const struct due_subject *s)
{
	int64_t	 when = 0;
	size_t	 i;

	for (i = 0; i < STORE_RULES; i++)
		if (!claim_rules[i].holds(s, &when))
			return (struct due_verdict){ claim_rules[i].refusal,
			    when };
	return (struct due_verdict){ DUE_NOW, 0 };
}

void
due_explain(const struct due_subject *s, struct store_verdict *v)
{
	struct due_verdict		 first = due_judge(s);
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
