/* mnemoctl status: what goes on, what waits. */

#include <stdlib.h>
#include <string.h>

#include "common/hook.h"
#include "common/json.h"
#include "supervisor/mnemoctl/agents.h"
#include "supervisor/mnemoctl/status.h"

#define AGENTS_SHOWN 5

static void
collect_owner(const struct ctl *ctl, json_object *doc)
{
	json_object	*o = ctl_set_object(doc, "supervisor");

	json_set_bool(o, "running", ctl->owner.running);
	if (ctl->owner.pid > 0)
		json_set_int(o, "pid", ctl->owner.pid);
	else
		json_set(o, "pid", NULL);
	json_set_bool(o, "orphans", ctl->owner.orphans);
	json_set_int(o, "scan_interval", ctl->config->scan_interval);
	json_set_str(doc, "provider", ctl->config->use_provider);
}

static int
take_oldest(int64_t at, int64_t tokens, int64_t money, void *arg)
{
	(void)tokens;
	(void)money;
	*(int64_t *)arg = at;
	return 1;
}

/* When the oldest of what counts leaves the 24 hours. */
static void
set_frees(const struct ctl *ctl, json_object *o)
{
	int64_t	oldest = 0;

	(void)store_ledger_each(ctl->store, ctl->now - LEDGER_DAY,
	    take_oldest, &oldest);
	ctl_set_time(o, "frees_at", oldest == 0 ? 0 : oldest + LEDGER_DAY);
}

/* What models were asked in 24 hours, and what keeps them from being asked. */
static enum ctl_exit
collect_model(struct ctl *ctl, json_object *doc)
{
	const struct config_budget	*b = &ctl->config->budget;
	const struct waits		*w = &ctl->waits;
	struct store_spent		 s;
	enum store_status		 st;
	json_object			*o;

	json_set(doc, "model", NULL);
	if (config_provider_used(ctl->config) == NULL)
		return CTL_OK;
	st = store_ledger_spent(ctl->store, ctl->now - LEDGER_DAY, NULL, &s);
	o = ctl_set_object(doc, "model");
	json_set_int(o, "requests", s.requests);
	json_set_int(o, "requests_per_day", b->requests_per_day);
	json_set_int(o, "tokens", s.tokens);
	json_set_int(o, "tokens_per_day", b->tokens_per_day);
	json_set_int(o, "money_millionths", s.money);
	json_set_int(o, "money_per_day_millionths", b->money_per_day);
	json_set_int(o, "open", s.open);
	set_frees(ctl, o);
	ctl_set_time(o, "backfill_until", w->backfill.until);
	ctl_set_time(o, "budget_until", w->budget_until);
	json_set_str(o, "budget_key", w->budget_until == 0 ? NULL :
	    w->budget_key);
	ctl_set_time(o, "provider_until", w->provider_until);
	json_set_str(o, "provider_reason", w->provider_until == 0 ? NULL :
	    w->provider_reason);
	json_set_str(o, "provider_message", w->provider_until == 0 ? NULL :
	    w->provider_message);
	return ctl_exit_of(st);
}

static int
add_reason(const char *reason, int64_t n, void *arg)
{
	json_object	*o = ctl_push(arg);

	json_set_str(o, "reason", reason);
	json_set_int(o, "count", n);
	return 0;
}

static enum store_status
count_missing(struct ctl *ctl, int64_t *missing)
{
	enum store_status	 st = STORE_OK;
	int64_t			 files, n;
	size_t			 i;

	*missing = 0;
	for (i = 0; i < ctl->config->nsources && st == STORE_OK; i++) {
		st = store_file_count(ctl->store,
		    ctl->config->sources[i].name, &files, &n);
		*missing += n;
	}
	return st;
}

static enum ctl_exit
collect_counts(struct ctl *ctl, json_object *doc)
{
	struct store_counts	 n;
	enum store_status	 st = store_counts(ctl->store, &n);
	json_object		*o = ctl_set_object(doc, "counts");
	int64_t			 missing = 0;

	if (st == STORE_OK)
		st = count_missing(ctl, &missing);
	json_set_int(o, "rollouts", n.files);
	json_set_int(o, "missing", missing);
	json_set_int(o, "threads", n.threads);
	json_set_int(o, "outputs", n.outputs);
	json_set_int(o, "agents", n.agents);
	if (st == STORE_OK)
		st = store_file_reason_each(ctl->store, add_reason,
		    ctl_set_array(doc, "unusable"));
	return ctl_exit_of(st);
}

/* Threads by what the claim says of them. */
struct queue {
	int64_t	 count[DUE__MAX];
	int64_t	 when[DUE__MAX];	/* the first of them, or 0 */
};

static int
count_thread(const struct store_thread *t, enum store_due due, int64_t when,
    void *arg)
{
	struct queue	*q = arg;

	(void)t;
	q->count[due]++;
	if (when > 0 && (q->when[due] == 0 || when < q->when[due]))
		q->when[due] = when;
	return 0;
}

static enum ctl_exit
collect_queue(struct ctl *ctl, json_object *doc)
{
	struct store_stage_one_rules	 rules;
	struct queue			 q;
	json_object			*a = ctl_set_array(doc, "queue"), *o;
	enum store_status		 st;
	size_t				 i;

	memset(&q, 0, sizeof(q));
	ctl_stage_one_rules(ctl, &rules);
	st = store_stage_one_survey(ctl->store, &rules, count_thread, &q);
	for (i = 0; i < DUE__MAX; i++) {
		if (q.count[i] == 0)
			continue;
		o = ctl_push(a);
		json_set_str(o, "state", store_due_name((enum store_due)i));
		json_set_int(o, "count", q.count[i]);
		ctl_set_time(o, "when", q.when[i]);
	}
	return ctl_exit_of(st);
}

/* What comes first of what has a time; `due' things come with a pass. */
struct plan {
	int64_t		 at;
	const char	*what;
	const char	*name;
};

static void
plan_earlier(struct plan *p, json_object *o, const char *state,
    const struct plan *candidate)
{
	int	 due = state != NULL && strcmp(state, "due") == 0;
	int64_t	 at = due ? candidate->at : json_int(o, "when", 0);

	if (at == 0 || (p->at != 0 && p->at <= at))
		return;
	*p = *candidate;
	p->at = at;
}

static int
waits_for_time(const char *state)
{
	static const char *const words[] = { "due", "too_young",
	    "retry_backoff", "cooldown", "backfill_limit", "over_budget",
	    "provider_waits" };
	size_t	 i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (state != NULL && strcmp(state, words[i]) == 0)
			return 1;
	return 0;
}

static void
plan_from(struct plan *p, json_object *list, const char *key,
    const struct plan *base)
{
	struct plan	 c = *base;
	json_object	*o;
	const char	*state;
	size_t		 i;

	for (i = 0; i < json_object_array_length(list); i++) {
		o = json_object_array_get_idx(list, i);
		state = json_str(o, key);
		c.name = json_str(o, "name");
		if (waits_for_time(state))
			plan_earlier(p, o, state, &c);
	}
}

static void
collect_next(const struct ctl *ctl, json_object *doc)
{
	struct plan	 p = { 0, NULL, NULL };
	json_object	*o = ctl_set_object(doc, "next");

	/* What could be planned would not be begun. */
	if (ctl->waits.still.reason != NULL) {
		ctl_set_time(o, "at", 0);
		json_set_str(o, "what", NULL);
		json_set_str(o, "memory", NULL);
		return;
	}
	plan_from(&p, json_arr(doc, "queue"), "state",
	    &(struct plan){ ctl->now, "stage_one", NULL });
	plan_from(&p, json_arr(doc, "memories"), "outcome",
	    &(struct plan){ ctl->now, "stage_two", NULL });
	ctl_set_time(o, "at", p.at);
	json_set_str(o, "what", p.what);
	json_set_str(o, "memory", p.name);
}

enum ctl_exit
status_collect(struct ctl *ctl, json_object *doc)
{
	enum ctl_exit	 e;

	collect_owner(ctl, doc);
	e = collect_model(ctl, doc);
	if (e == CTL_OK)
		e = collect_counts(ctl, doc);
	if (e == CTL_OK)
		e = collect_queue(ctl, doc);
	if (e == CTL_OK)
		e = status_memories(ctl, doc);
	if (e == CTL_OK)
		e = agents_set(ctl, doc, AGENTS_SHOWN);
	if (e != CTL_OK)
		return e;
	collect_next(ctl, doc);
	return CTL_OK;
}

void
status_complete(struct ctl *ctl, json_object *doc)
{
	hook_crash("status.disk.before");
	status_disk(ctl, doc);
	status_degraded(ctl, doc);
}
