#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hook.h"
#include "log.h"
#include "mem.h"
#include "monotime.h"
#include "supervisor/adopt.h"
#include "supervisor/recovery.h"
#include "supervisor/scheduler.h"
#include "supervisor/stage_two.h"
#include "supervisor/stage_two_int.h"
#include "supervisor/staging.h"
#include "supervisor/store_review.h"
#include "supervisor/waits.h"

#define RETRY_DELAY_S	3600
#define HEARTBEAT_MS	90000

static const char *
name(const struct memory *m)
{
	return m->config->name;
}

/* The run is decided; when its workers are gone the memory is idle. */
void
stage_two_end(struct memory *m)
{
	m->state = MEM_ENDING;
	loop_timer_cancel(&m->heartbeat);
	loop_timer_cancel(&m->limit);
	if (m->wspace != NULL)
		child_stop(m->wspace, "the run is over");
	if (m->agent != NULL)
		child_stop(m->agent, "the run is over");
	if (m->wspace != NULL || m->agent != NULL)
		return;
	if (!m->keep_staging)
		staging_remove(&m->sv->state, m->agent_id);
	free(m->base);
	free(m->staging);
	m->base = m->staging = NULL;
	m->state = MEM_IDLE;
	if (m->began_ms != 0)
		measure_stage_two_end(m, mono_ms() - m->began_ms);
	m->began_ms = 0;
	scheduler_memory_idle(m->sv);
}

static void
end_init(struct memory *m, struct store_stage_two_end *e)
{
	struct store_spent	spent;

	memset(e, 0, sizeof(*e));
	e->memory = name(m);
	e->token = m->job.token;
	e->agent_id = m->agent_id;
	e->now = wall_s();
	e->completed = m->job.watermark;
	e->turns = m->turns;
	e->exit_status = -1;
	if (store_ledger_spent(m->sv->store, 0, m->agent_id, &spent) ==
	    STORE_OK)
		e->tokens = spent.tokens;
}

/*
 * 1 if the end of the job is in the database.  One that is not stays as if we
 * had died: the next pass, or start, completes it.
 */
static int
recorded(struct memory *m, enum store_status st)
{
	if (st == STORE_OK || st == STORE_NONE)
		return st == STORE_OK;
	log_warnx("memory %s: the job's end is not recorded; the next pass "
	    "completes it", name(m));
	m->unrecovered = 1;
	m->sv->outcome |= OUTCOME_JOB_FAILED;
	return 0;
}

/* The run failed: it costs a retry, and the reason is kept. */
void
stage_two_fail(struct memory *m, const char *reason, const char *text)
{
	struct store_stage_two_end	e;

	if (m->state == MEM_ENDING)
		return;
	log_warnx("memory %s: %s (%s); tried again in an hour", name(m), text,
	    reason);
	end_init(m, &e);
	e.reason = reason;
	e.delay_s = RETRY_DELAY_S;
	measure_stage_two(m, reason);
	recorded(m, store_stage_two_failed(m->sv->store, &e));
	snprintf(m->reason, sizeof(m->reason), "%s", reason);
	m->sv->outcome |= OUTCOME_JOB_FAILED;
	m->keep_staging = strcmp(reason, "rejected") == 0;
	stage_two_end(m);
}

/*
 * A person stopped it: not at once again.  The delay is no failure and costs
 * no retry.
 */
void
stage_two_interrupt(struct memory *m)
{
	struct store_stage_two_end	e;

	end_init(m, &e);
	e.reason = "interrupted";
	e.delay_s = RETRY_DELAY_S;
	log_info("memory %s: agent %s is stopped on request; another one in "
	    "an hour, with something new, or after mnemoctl retry %s",
	    name(m), m->agent_id, name(m));
	recorded(m, store_stage_two_release(m->sv->store, &e));
	snprintf(m->reason, sizeof(m->reason), "%s", e.reason);
	stage_two_end(m);
}

/* The run cannot go on, through no fault of its own: pending, at no cost. */
void
stage_two_release(struct memory *m, const char *reason)
{
	struct store_stage_two_end	e;

	if (m->state == MEM_ENDING)
		return;
	end_init(m, &e);
	e.reason = reason;
	recorded(m, store_stage_two_release(m->sv->store, &e));
	snprintf(m->reason, sizeof(m->reason), "%s", reason);
	stage_two_end(m);
}

static void
tell_left(struct memory *m, const struct store_left *left)
{
	if (left->again) {
		log_info("memory %s: the agent did not come to %zu sessions; "
		    "they lead the next run", name(m), left->n);
		m->sv->outcome |= OUTCOME_WAITING;
	} else if (left->n > 0)
		log_warnx("memory %s: the agent was stopped at a bound again "
		    "and came to none of %zu sessions; they stay in "
		    "raw_memories.md, and no further run is made for them",
		    name(m), left->n);
}

void
stage_two_succeed(struct memory *m, const struct stage_two_result *r)
{
	struct store_stage_two_end	e;
	struct store_left		left = { NULL, 0, 0 };

	end_init(m, &e);
	e.commit = r->commit;
	e.live_files = r->files;
	e.reason = r->reason;
	if (r->left != NULL) {
		stage_two_left(&left, r->left);
		e.left = &left;
	}
	measure_stage_two(m, r->commit == NULL && r->reason != NULL &&
	    strcmp(r->reason, STAGE_TWO_NO_CHANGES) == 0 ?
	    "succeeded_no_workspace_changes" : "succeeded");
	if (recorded(m, store_stage_two_succeeded(m->sv->store, &e)))
		tell_left(m, &left);
	free(left.ids);
	m->reason[0] = '\0';
	stage_two_end(m);
}

static void
heartbeat(struct loop_timer *t, void *arg)
{
	struct memory		*m = arg;
	enum store_status	 st;

	st = store_stage_two_heartbeat(m->sv->store, name(m), m->job.token,
	    wall_s() + STAGE_TWO_LEASE_S);
	if (st == STORE_NONE) {
		stage_two_fail(m, "failed_agent", "the lease was lost");
		return;
	}
	loop_timer_set(m->sv->rt.loop, t, mono_ms() +
	    hook_ms("HEARTBEAT", HEARTBEAT_MS));
	if (m->unconfirmed > 0 && m->sv->held == 0)
		stage_two_go_on(m);
}

/* Why a claim was refused, in the words of mnemod(8). */
static void
refused(struct memory *m, enum store_claim c)
{
	static const char *const words[] = {
		[CLAIM_CLAIMED] = "", [CLAIM_UP_TO_DATE] = "up_to_date",
		[CLAIM_RUNNING] = "skipped_running",
		[CLAIM_RETRY_BACKOFF] = "skipped_retry_unavailable",
		[CLAIM_RETRY_EXHAUSTED] = "skipped_retry_unavailable",
		[CLAIM_COOLDOWN] = "skipped_cooldown",
	};

	snprintf(m->reason, sizeof(m->reason), "%s", words[c]);
	measure_stage_two(m, words[c]);
	measure_stage_two_end(m, 0);
	log_debug("memory %s: not consolidated now (%s)", name(m), m->reason);
}

/* Its own root's disk is full: said once. */
static int
has_no_room(struct memory *m, struct standstill *still)
{
	if (!standstill_root(m->sv->config, m->config->root, still))
		return 0;
	if (strcmp(m->reason, LOW_DISK) != 0)
		log_warnx("memory %s: not consolidated until there is more "
		    "room: %s", name(m), still->text);
	return 1;
}

/* What keeps an agent from being begun now, or NULL. */
static const char *
held_by(struct memory *m, struct waits *w)
{
	(void)waits_look(m->sv->store, m->sv->config, wall_s(), w);
	if (w->still.reason != NULL || has_no_room(m, &w->still))
		return w->still.reason;
	if (config_provider_agents(m->sv->config) == NULL)
		return NULL;
	if (w->budget_until > 0)
		return "over_budget";
	return w->provider_until > 0 ? w->provider_reason : NULL;
}

/* It would be claimed, but nothing is begun now. */
static int
is_held_back(struct memory *m, const struct store_stage_two_rules *rules)
{
	struct store_job	 job;
	struct waits		 w;
	const char		*reason;

	if (store_stage_two_look(m->sv->store, rules, &job) != STORE_OK ||
	    job.outcome != CLAIM_CLAIMED || (reason = held_by(m, &w)) == NULL)
		return 0;
	snprintf(m->reason, sizeof(m->reason), "%s", reason);
	log_debug("memory %s: not consolidated now (%s)", name(m), m->reason);
	m->sv->outcome |= OUTCOME_WAITING;
	return 1;
}

/* 1 if its root is ours to publish to; else it is known what comes first. */
static int
has_root(struct memory *m)
{
	if (m->unknown)
		memory_look(m);
	if (m->unknown || m->stopped)
		return 0;
	if (m->foreign) {
		adopt_start(m);		/* it was locked until now */
		return 0;
	}
	if (memory_take(m) == -1)
		return 0;
	if (m->unrecovered) {
		m->due = 1;		/* behind it, in the same pass */
		recovery_memory(m);
		return 0;
	}
	return 1;
}

/* 1 also if that cannot be known: a second agent would go past a person. */
static int
waits_for_review(struct memory *m)
{
	enum store_status	st;
	char			waiting[UUID_SIZE];

	st = store_review_pending(m->sv->store, name(m), waiting);
	if (st == STORE_NONE)
		return 0;
	if (st != STORE_OK) {
		snprintf(m->reason, sizeof(m->reason), STATE_UNREADABLE);
		log_warnx("memory %s: whether something waits for review "
		    "cannot be read now; not consolidated in this pass",
		    name(m));
		m->sv->outcome |= OUTCOME_WAITING;
		return 1;
	}
	snprintf(m->reason, sizeof(m->reason), REVIEW_PENDING);
	log_info("memory %s: what agent %s made waits for review; see "
	    "mnemoctl review", name(m), waiting);
	return 1;
}

/* Into m->job; 1 if it is ours now, else it is told why not. */
static int
claim(struct memory *m, const struct store_stage_two_rules *rules)
{
	if (store_stage_two_claim(m->sv->store, rules, &m->job) != STORE_OK) {
		snprintf(m->reason, sizeof(m->reason), "failed_claim");
		m->sv->outcome |= OUTCOME_JOB_FAILED;
		measure_stage_two(m, "failed_claim");
		measure_stage_two_end(m, 0);
		return 0;
	}
	if (m->job.outcome != CLAIM_CLAIMED) {
		refused(m, m->job.outcome);
		return 0;
	}
	if (m->job.cooldown_passed)
		log_info("memory %s: the cooldown is passed over", name(m));
	measure_stage_two(m, "claimed");
	return 1;
}

/* The claimed job, from its first step on. */
static void
begin(struct memory *m)
{
	m->began_ms = mono_ms();
	m->state = MEM_PREPARING;
	m->revisions = 0;
	m->turns = 0;
	m->kept_out = m->conflicts;
	m->changed = m->conflicts = 0;
	m->published = 0;
	m->capped = NULL;
	m->agent_done = 0;
	m->publish_waits = 0;
	m->unconfirmed = 0;
	m->keep_staging = 0;
	uuid_v7(m->agent_id);
	loop_timer_init(&m->heartbeat, heartbeat, m);
	stage_two_agent_init(m);
	loop_timer_set(m->sv->rt.loop, &m->heartbeat, mono_ms() +
	    hook_ms("HEARTBEAT", HEARTBEAT_MS));
	stage_two_workspace(m);
}

void
stage_two_start(struct memory *m, int pass_cooldown)
{
	struct store_stage_two_rules	rules;

	if (m->stopped || m->state != MEM_IDLE || !has_root(m) ||
	    waits_for_review(m))
		return;
	memset(&rules, 0, sizeof(rules));
	rules.memory = name(m);
	rules.worker_id = m->sv->run_id;
	rules.now = wall_s();
	rules.lease_s = STAGE_TWO_LEASE_S;
	rules.cooldown_s =
	    m->sv->config->pipeline.consolidation_cooldown_hours * 3600;
	rules.pass_cooldown = pass_cooldown;
	if (is_held_back(m, &rules))
		return;
	memset(&m->usage, 0, sizeof(m->usage));
	m->completed = 0;
	m->reads_kind = NULL;
	if (claim(m, &rules))
		begin(m);
}

int
stage_two_ask(struct memory *m, struct child *c, enum msg_id id,
    json_object *body)
{
	struct msg_head	head = { .id = id,
			    .session_id = m->agent_id,
			    .thread_id = m->agent_id };

	if (child_request(c, &head, body) != -1)
		return 0;
	child_stop(c, "it takes no request");
	return -1;
}

/* A worker of the run ended before its part was done. */
void
stage_two_lost(struct memory *m, const char *reason,
    const struct child_end *end)
{
	char	*text;

	if (supervisor_stopping(m->sv)) {
		stage_two_release(m, "interrupted");
		return;
	}
	text = xasprintf("its worker ended: %s", end->text);
	stage_two_fail(m, reason, text);
	free(text);
}
