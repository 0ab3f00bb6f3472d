/* Stage one: the rules of the claim, with what each of them looked at. */

#include <stdio.h>
#include <string.h>

#include "common/buf.h"
#include "common/json.h"
#include "common/log.h"
#include "supervisor/match.h"
#include "supervisor/mnemoctl/when.h"
#include "supervisor/mnemoctl/why.h"

#define PREVIEW_SHOWN 40	/* bytes of the user's message */

/* What the rules are asked about. */
struct asked {
	struct ctl			*ctl;
	const struct store_thread	*thread;
	struct store_stage_one_rules	 rules;
	struct store_verdict		 verdict;
	const struct store_job_row	*job;		/* or NULL */
	const struct store_tombstone	*tombstone;	/* or NULL */
};

static void
add_span(struct buf *b, int64_t seconds)
{
	char	 text[TIME_TEXT];

	buf_addstr(b, span_text(text, seconds < 0 ? 0 : seconds));
}

static void
add_time(struct buf *b, const struct asked *a, int64_t when)
{
	char	 text[TIME_TEXT];

	buf_addstr(b, time_text(text, when, a->rules.now));
}

static int64_t
version_of(const struct asked *a)
{
	return a->thread->updated_at_ms / 1000;
}

static void
value_source(const struct asked *a, struct buf *b)
{
	buf_addstr(b, a->thread->source);
}

static void
value_memory_mode(const struct asked *a, struct buf *b)
{
	buf_addstr(b, a->thread->memory_mode);
}

static void
value_archived(const struct asked *a, struct buf *b)
{
	buf_addstr(b, a->thread->archived ? "archived" : "not archived");
}

static void
value_user_message(const struct asked *a, struct buf *b)
{
	const char	*text = a->thread->preview;
	size_t		 n = strnlen(text, PREVIEW_SHOWN);

	while (n > 0 && ((unsigned char)text[n] & 0xc0) == 0x80)
		n--;	/* not within a character */
	if (n == 0)
		buf_addstr(b, "none");
	else
		buf_addf(b, "\"%.*s%s\"", (int)n, text,
		    text[n] == '\0' ? "" : "...");
}

/* Which memories take it, or what keeps it out. */
static void
value_excluded(const struct asked *a, struct buf *b)
{
	const struct config		*c = a->ctl->config;
	const struct config_source	*s;
	const char			*cwd = a->thread->cwd;
	const char			*comma = "";
	size_t				 i;

	s = config_source(c, a->thread->source_name);
	buf_addf(b, "%s: ", cwd[0] == '\0' ? "no directory" : cwd);
	if (s == NULL)
		buf_addf(b, "source %s is not configured",
		    a->thread->source_name);
	else if (match_excluded(s, cwd))
		buf_addf(b, "excluded by source %s", s->name);
	for (i = 0; i < c->nmemories && s != NULL; i++) {
		if (!match_memory(&c->memories[i], s, cwd))
			continue;
		buf_addf(b, "%s%s memory %s", comma,
		    a->ctl->memories[i].usable ? "taken by" : "root of",
		    c->memories[i].name);
		if (!a->ctl->memories[i].usable)
			buf_addf(b, " is unusable (%s)",
			    root_state_name(a->ctl->memories[i].state));
		comma = ", ";
	}
	if (*comma == '\0' && s != NULL && !match_excluded(s, cwd))
		buf_addstr(b, "no memory takes it");
}

static void
value_tombstone(const struct asked *a, struct buf *b)
{
	if (a->tombstone == NULL) {
		buf_addstr(b, "none");
		return;
	}
	buf_addf(b, "%s, ", a->tombstone->reason);
	add_time(b, a, a->tombstone->made_at);
}

static void
value_disabled(const struct asked *a, struct buf *b)
{
	const char	*what = disabled_by(&a->ctl->disabled, a->thread);

	if (what == NULL)
		buf_addstr(b, "no");
	else
		buf_addf(b, "by %s", what);
}

static void
value_pause(const struct asked *a, struct buf *b)
{
	int64_t	since = a->ctl->waits.paused_since;

	if (since == 0) {
		buf_addstr(b, "not paused");
		return;
	}
	buf_addstr(b, "paused ");
	add_time(b, a, since);
}

static void
value_file(const struct asked *a, struct buf *b)
{
	buf_addstr(b, a->verdict.facts.present ? "there" : "missing");
}

static void
value_up_to_date(const struct asked *a, struct buf *b)
{
	const struct store_due_facts	*f = &a->verdict.facts;
	int64_t				 done = f->output_version;

	if (f->success_version > done)
		done = f->success_version;
	buf_addstr(b, "newest record ");
	add_time(b, a, version_of(a));
	if (done < 0) {
		buf_addstr(b, f->outdated ? ", to be made again by another "
		    "generator" : ", never extracted");
		return;
	}
	buf_addstr(b, ", extracted up to ");
	add_time(b, a, done);
	buf_addstr(b, f->output_version >= 0 ? "" : ", without output");
}

static void
value_age(const struct asked *a, struct buf *b)
{
	buf_addstr(b, "newest record ");
	add_time(b, a, version_of(a));
	if (a->rules.age_days == 0)
		buf_addstr(b, ", no limit");
	else
		buf_addf(b, ", limit %lld days",
		    (long long)a->rules.age_days);
}

static void
value_idle(const struct asked *a, struct buf *b)
{
	buf_addstr(b, "idle for ");
	add_span(b, a->rules.now - version_of(a));
	buf_addf(b, ", needs %lld hours", (long long)a->rules.idle_hours);
}

static void
value_running(const struct asked *a, struct buf *b)
{
	const struct store_due_facts	*f = &a->verdict.facts;

	if (!f->has_job || !f->running) {
		buf_addstr(b, "no job is running");
		return;
	}
	buf_addstr(b, "claimed ");
	add_time(b, a, a->job == NULL ? 0 : a->job->started_at);
	buf_addstr(b, f->lease_until > a->rules.now ? ", lease ends " :
	    ", lease ended ");
	add_time(b, a, f->lease_until);
}

/* Retries and back-off are those of the version that was claimed last. */
static int
add_other_version(const struct asked *a, struct buf *b)
{
	if (!a->verdict.facts.has_job) {
		buf_addstr(b, "never tried");
		return 1;
	}
	if (version_of(a) <= a->verdict.facts.job_version)
		return 0;
	buf_addstr(b, "newer records than at the last try");
	return 1;
}

static void
value_retries(const struct asked *a, struct buf *b)
{
	if (add_other_version(a, b))
		return;
	buf_addf(b, "%lld left", (long long)a->verdict.facts.retry_remaining);
	if (a->job != NULL && a->job->last_error != NULL)
		buf_addf(b, ", last error: %s", a->job->last_error);
}

static void
value_back_off(const struct asked *a, struct buf *b)
{
	if (add_other_version(a, b))
		return;
	if (a->verdict.facts.retry_at == 0) {
		buf_addstr(b, "none");
		return;
	}
	buf_addstr(b, "until ");
	add_time(b, a, a->verdict.facts.retry_at);
	if (a->job != NULL && a->job->last_error != NULL)
		buf_addf(b, ", last error: %s", a->job->last_error);
}

static void
add_until(const struct asked *a, struct buf *b, int64_t until,
    const char *what)
{
	if (until == 0) {
		buf_addstr(b, "nothing holds it back");
		return;
	}
	buf_addf(b, "%s, until ", what);
	add_time(b, a, until);
}

static void
value_backfill(const struct asked *a, struct buf *b)
{
	add_until(a, b, a->ctl->waits.backfill.until,
	    "pipeline.backfill_per_day is reached");
}

static void
value_budget(const struct asked *a, struct buf *b)
{
	char	 what[64];

	snprintf(what, sizeof(what), "budget.%s is reached",
	    a->ctl->waits.budget_key);
	add_until(a, b, a->ctl->waits.budget_until, what);
}

static void
value_provider(const struct asked *a, struct buf *b)
{
	const struct waits	*w = &a->ctl->waits;
	char			 what[600];

	snprintf(what, sizeof(what), "%s: %s", w->provider_reason,
	    w->provider_message);
	add_until(a, b, w->provider_until, what);
}

static void
value_standstill(const struct asked *a, struct buf *b, int held)
{
	buf_addstr(b, held ? a->ctl->waits.still.text :
	    "nothing holds it back");
}

static void
value_disk(const struct asked *a, struct buf *b)
{
	value_standstill(a, b, a->rules.low_disk);
}

static void
value_power(const struct asked *a, struct buf *b)
{
	value_standstill(a, b, a->rules.on_battery);
}

/* The names of the rules, mnemoctl(1), and what changes a refusal. */
static const struct claim_rule {
	const char	*name;
	void		(*value)(const struct asked *, struct buf *);
	const char	*until;
} claim_rules[DUE__MAX] = {
	[DUE_SOURCE] = { "source", value_source,
	    "never: only sessions led by a person are read" },
	[DUE_MEMORY_MODE] = { "memory_mode", value_memory_mode,
	    "memory is enabled in the session" },
	[DUE_ARCHIVED] = { "archived", value_archived,
	    "the session leaves the archive" },
	[DUE_NO_USER_MESSAGE] = { "user_message", value_user_message,
	    "a person writes in the session" },
	[DUE_EXCLUDED] = { "excluded", value_excluded,
	    "the configuration takes it: cwd, exclude, sources, root" },
	[DUE_TOMBSTONE] = { "tombstone", value_tombstone,
	    "never: it was forgotten on purpose" },
	[DUE_DISABLED] = { "disabled", value_disabled,
	    "mnemoctl enable" },
	[DUE_PAUSED] = { "pause", value_pause, "mnemoctl resume" },
	[DUE_MISSING] = { "file", value_file, "the file is back" },
	[DUE_UP_TO_DATE] = { "up_to_date", value_up_to_date,
	    "the rollout has newer records" },
	[DUE_TOO_OLD] = { "age", value_age, "the rollout goes on, or "
	    "pipeline.max_rollout_age_days is raised" },
	[DUE_TOO_YOUNG] = { "idle", value_idle, "the session rests" },
	[DUE_RUNNING] = { "running", value_running,
	    "the job ends or its lease does" },
	[DUE_RETRY_EXHAUSTED] = { "retries", value_retries,
	    "the rollout has newer records" },
	[DUE_RETRY_BACKOFF] = { "back_off", value_back_off,
	    "the back-off is over" },
	[DUE_BACKFILL] = { "backfill", value_backfill,
	    "24 hours have passed, or pipeline.backfill_per_day is raised" },
	[DUE_BUDGET] = { "budget", value_budget,
	    "what was spent is a day old, or the ceiling is raised" },
	[DUE_PROVIDER] = { "provider", value_provider,
	    "the provider is asked again" },
	[DUE_LOW_DISK] = { "disk", value_disk,
	    "there is more room, or min_free_mb is lowered" },
	[DUE_ON_BATTERY] = { "power", value_power,
	    "the machine is plugged in, or on_battery is run" }
};

static void
add_rule(const struct asked *a, const struct store_rule *r,
    json_object *list)
{
	const struct claim_rule	*c = &claim_rules[r->refusal];
	struct buf		 value = BUF_INIT;

	if (c->name == NULL)
		BUG("no name for the rule %s", store_due_name(r->refusal));
	c->value(a, &value);
	why_add_rule(list, &(struct rule_line){ c->name,
	    store_due_name(r->refusal), r->holds, buf_str(&value), r->when,
	    c->until });
	buf_release(&value);
}

static void
add_rules(const struct asked *a, json_object *doc)
{
	json_object	*o = ctl_set_object(doc, "stage_one"), *list;
	size_t		 i;
	int64_t		 when;

	json_set_str(o, "verdict", store_due_name(a->verdict.due));
	ctl_set_time(o, "when", a->verdict.when);
	list = ctl_set_array(o, "rules");
	for (i = 0; i < STORE_RULES; i++)
		add_rule(a, &a->verdict.rules[i], list);
	(void)why_decide(list, &when);
}

enum ctl_exit
why_stage_one(struct ctl *ctl, const struct store_thread *t,
    json_object *doc)
{
	struct asked		 a = { .ctl = ctl, .thread = t };
	struct store_job_row	*job = NULL;
	struct store_tombstone	*tombstone = NULL;
	enum ctl_exit		 e;

	ctl_stage_one_rules(ctl, &a.rules);
	e = ctl_exit_of(store_stage_one_explain(ctl->store, &a.rules, t->id,
	    &a.verdict));
	if (e == CTL_OK)
		e = ctl_exit_of(store_job_get(ctl->store, "memory_stage1",
		    t->id, &job));
	if (e == CTL_OK)
		e = ctl_exit_of(store_tombstone_get(ctl->store, t->id,
		    &tombstone));
	a.job = job;
	a.tombstone = tombstone;
	if (e == CTL_OK)
		add_rules(&a, doc);
	store_job_free(job);
	store_tombstone_free(tombstone);
	return e;
}
