#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hook.h"
#include "json.h"
#include "log.h"
#include "mem.h"
#include "monotime.h"
#include "supervisor/adopt.h"
#include "supervisor/audit.h"
#include "supervisor/recovery.h"
#include "supervisor/scheduler.h"
#include "supervisor/settings.h"
#include "supervisor/stage_two.h"
#include "supervisor/stage_two_int.h"
#include "supervisor/staging.h"
#include "supervisor/store_review.h"
#include "supervisor/waits.h"

#define LEASE_S		3600
#define RETRY_DELAY_S	3600
#define HEARTBEAT_MS	90000
#define REVISIONS_MAX	2
#define NO_CHANGES	"no_workspace_changes"

static void	wspace_ready(struct child *, void *);
static void	wspace_message(struct child *, const struct msg *, void *);
static void	wspace_ended(struct child *, const struct child_end *, void *);

static const struct child_ops wspace_ops = {
	wspace_ready, wspace_message, NULL, wspace_ended
};

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
	store_stage_two_failed(m->sv->store, &e);
	snprintf(m->reason, sizeof(m->reason), "%s", reason);
	m->sv->outcome |= OUTCOME_JOB_FAILED;
	m->keep_staging = strcmp(reason, "rejected") == 0;
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
	store_stage_two_release(m->sv->store, &e);
	snprintf(m->reason, sizeof(m->reason), "%s", reason);
	stage_two_end(m);
}

static void
succeed_run(struct memory *m, const char *commit, int64_t files,
    const char *reason)
{
	struct store_stage_two_end	e;
	enum store_status		st;

	end_init(m, &e);
	e.commit = commit;
	e.live_files = files;
	e.reason = reason;
	measure_stage_two(m, commit == NULL && reason != NULL &&
	    strcmp(reason, NO_CHANGES) == 0 ?
	    "succeeded_no_workspace_changes" : "succeeded");
	st = store_stage_two_succeeded(m->sv->store, &e);
	if (st != STORE_OK)
		log_warnx("memory %s: the job's end is not recorded; the next "
		    "start completes it", name(m));
	m->reason[0] = '\0';
	stage_two_end(m);
}

static void
heartbeat(struct loop_timer *t, void *arg)
{
	struct memory		*m = arg;
	enum store_status	 st;

	st = store_stage_two_heartbeat(m->sv->store, name(m), m->job.token,
	    wall_s() + LEASE_S);
	if (st == STORE_NONE) {
		stage_two_fail(m, "failed_agent", "the lease was lost");
		return;
	}
	loop_timer_set(m->sv->rt.loop, t, mono_ms() + HEARTBEAT_MS);
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
	if (waits_look(m->sv->store, m->sv->config, wall_s(), w) != STORE_OK)
		return NULL;
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

void
stage_two_start(struct memory *m, int pass_cooldown)
{
	struct store_stage_two_rules	rules;
	char				waiting[UUID_SIZE];

	if (m->stopped || m->state != MEM_IDLE)
		return;
	if (m->foreign) {
		adopt_start(m);		/* it was locked until now */
		return;
	}
	if (memory_take(m) == -1)
		return;
	if (store_review_pending(m->sv->store, name(m), waiting) ==
	    STORE_OK) {
		snprintf(m->reason, sizeof(m->reason), REVIEW_PENDING);
		log_info("memory %s: what agent %s made waits for review; see "
		    "mnemoctl review", name(m), waiting);
		return;
	}
	memset(&rules, 0, sizeof(rules));
	rules.memory = name(m);
	rules.worker_id = m->sv->run_id;
	rules.now = wall_s();
	rules.lease_s = LEASE_S;
	rules.cooldown_s =
	    m->sv->config->pipeline.consolidation_cooldown_hours * 3600;
	rules.pass_cooldown = pass_cooldown;
	if (is_held_back(m, &rules))
		return;
	memset(&m->usage, 0, sizeof(m->usage));
	m->completed = 0;
	m->reads_kind = NULL;
	if (store_stage_two_claim(m->sv->store, &rules, &m->job) != STORE_OK) {
		snprintf(m->reason, sizeof(m->reason), "failed_claim");
		measure_stage_two(m, "failed_claim");
		measure_stage_two_end(m, 0);
		return;
	}
	if (m->job.outcome != CLAIM_CLAIMED) {
		refused(m, m->job.outcome);
		return;
	}
	if (m->job.cooldown_passed)
		log_info("memory %s: the cooldown is passed over", name(m));
	measure_stage_two(m, "claimed");
	m->began_ms = mono_ms();
	m->state = MEM_PREPARING;
	m->revisions = 0;
	m->turns = 0;
	m->kept_out = m->conflicts;
	m->changed = m->conflicts = 0;
	m->capped = NULL;
	m->agent_done = 0;
	m->publish_waits = 0;
	m->keep_staging = 0;
	uuid_v7(m->agent_id);
	loop_timer_init(&m->heartbeat, heartbeat, m);
	stage_two_agent_init(m);
	loop_timer_set(m->sv->rt.loop, &m->heartbeat,
	    mono_ms() + HEARTBEAT_MS);
	memory_start_workspace(m, &wspace_ops);
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

static void
wspace_ready(struct child *c, void *arg)
{
	struct memory	*m = arg;
	json_object	*body;
	int		 first = m->state == MEM_PREPARING;

	if (m->state == MEM_ENDING)
		return;
	if (memory_send_input(m, first ? m->agent_id : NULL) == -1) {
		stage_two_fail(m, "failed_load_stage1_outputs",
		    "its rows cannot be read");
		return;
	}
	if (first) {
		stage_two_ask(m, c, MSG_PREPARE, NULL);
		return;
	}
	body = json_object_new_object();
	json_set_str(body, "base", m->base);
	stage_two_ask(m, c, MSG_PUBLISH, body);
}

static void
prepared(struct memory *m, const struct msg *msg)
{
	child_stop(m->wspace, "prepared");
	m->base = xstrdup(json_str(msg->body, "base"));
	m->staging = xstrdup(json_str(msg->body, "staging"));
	if (json_flag(msg->body, "hand_edited", 0))
		log_info("memory %s: edited by hand since the last "
		    "publication; the edits are kept", name(m));
	if (!json_flag(msg->body, "changed", 1)) {
		log_info("memory %s: nothing new", name(m));
		succeed_run(m, NULL, 0, NO_CHANGES);
		return;
	}
	store_agent_set_base(m->sv->store, m->agent_id, m->base);
	stage_two_agent(m);
}

void
stage_two_published(struct memory *m, const char *commit, int64_t files)
{
	hook_crash("stage_two.published.before");
	succeed_run(m, commit, files, m->capped);
	hook_crash("stage_two.published.after");
}

static void
published(struct memory *m, const struct msg *msg)
{
	json_object	*conflicts = json_arr(msg->body, "conflicts");

	m->changed = json_int(msg->body, "changed", 0);
	m->conflicts = conflicts == NULL ? 0 :
	    (int64_t)json_object_array_length(conflicts);
	log_info("memory %s: published %.12s, %lld files changed, %lld in all"
	    "%s", name(m), json_str(msg->body, "commit"),
	    (long long)m->changed, (long long)json_int(msg->body, "files", 0),
	    m->conflicts > 0 ? "; your edits won over the agent's" : "");
	stage_two_published(m, json_str(msg->body, "commit"),
	    json_int(msg->body, "files", 0));
	if (m->conflicts > 0)
		/* What was kept out leads the next run. */
		store_stage_two_enqueue(m->sv->store, name(m),
		    m->job.watermark);
}

/* publish = review: a person decides; until then no other agent. */
static void
held(struct memory *m, const struct msg *msg)
{
	log_info("memory %s: %lld files changed by agent %s wait for review; "
	    "see mnemoctl review", name(m),
	    (long long)json_int(msg->body, "changed", 0), m->agent_id);
	succeed_run(m, NULL, 0, REVIEW_PENDING);
	snprintf(m->reason, sizeof(m->reason), REVIEW_PENDING);
}

static void
log_violations(struct memory *m, json_object *list)
{
	json_object	*v;
	size_t		 i;

	for (i = 0; i < json_object_array_length(list); i++) {
		v = json_object_array_get_idx(list, i);
		log_warnx("memory %s: %s:%lld: %s: %s", name(m),
		    json_str(v, "file") == NULL ? "?" : json_str(v, "file"),
		    (long long)json_int(v, "line", 0),
		    json_str(v, "rule") == NULL ? "?" : json_str(v, "rule"),
		    json_str(v, "message") == NULL ? "" :
		    json_str(v, "message"));
	}
}

static void
rejected(struct memory *m, const struct msg *msg)
{
	json_object	*list = json_arr(msg->body, "violations"), *body;

	log_violations(m, list);
	audit_record(&m->sv->state, m->agent_id, "violations", msg->body);
	child_stop(m->wspace, "the validator refused");
	if (m->revisions++ >= REVISIONS_MAX || m->agent == NULL) {
		stage_two_fail(m, "rejected", "the validator refused the result; "
		    "the memory is as it was, staging is kept");
		return;
	}
	m->state = MEM_AGENT;
	m->agent_done = 0;
	body = json_object_new_object();
	json_set(body, "violations", json_object_get(list));
	stage_two_ask(m, m->agent, MSG_REVISE, body);
}

/* A workspace worker's `failed': some reasons concern the root. */
static void
wspace_failed(struct memory *m, const struct msg *msg)
{
	static const char *const root_reasons[] = { "foreign_root",
	    "root_vanished", "unsupported_filesystem", "read_only" };
	const char	*reason = json_str(msg->body, "reason");
	const char	*text = json_str(msg->body, "message");
	size_t		 i;

	for (i = 0; i < sizeof(root_reasons) / sizeof(root_reasons[0]); i++)
		if (strcmp(reason, root_reasons[i]) == 0) {
			log_warnx("memory %s: %s", name(m), text);
			memory_stop(m, reason);
			stage_two_release(m, reason);
			return;
		}
	if (strcmp(reason, "being_edited") == 0) {
		log_warnx("memory %s: %s; it waits", name(m), text);
		m->sv->outcome |= OUTCOME_WAITING;
		stage_two_release(m, reason);
	} else
		stage_two_fail(m, m->state == MEM_PREPARING ?
		    "failed_prepare_workspace" : "failed_workspace_commit",
		    text);
}

static void
wspace_message(struct child *c, const struct msg *msg, void *arg)
{
	struct memory	*m = arg;

	(void)c;
	if (m->state == MEM_ENDING)
		return;
	if (msg->id == MSG_FAILED)
		wspace_failed(m, msg);
	else if (msg->id == MSG_PREPARED && m->state == MEM_PREPARING)
		prepared(m, msg);
	else if (msg->id == MSG_PUBLISHED && m->state == MEM_PUBLISHING)
		published(m, msg);
	else if (msg->id == MSG_HELD && m->state == MEM_PUBLISHING)
		held(m, msg);
	else if (msg->id == MSG_REJECTED && m->state == MEM_PUBLISHING)
		rejected(m, msg);
}

/* A worker of the run ended before its part was done. */
void
stage_two_lost(struct memory *m, const char *reason, const struct child_end *end)
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

void
stage_two_publish(struct memory *m)
{
	if (m->wspace != NULL)
		return;		/* the one that prepared is still leaving */
	if (m->sv->held > 0) {
		m->publish_waits = 1;
		return;
	}
	if (store_stage_two_owned(m->sv->store, name(m), m->job.token,
	    wall_s()) != STORE_OK) {
		stage_two_fail(m, "failed_confirm_ownership", "the lease was lost");
		return;
	}
	m->state = MEM_PUBLISHING;
	memory_start_workspace(m, &wspace_ops);
}

void
stage_two_go_on(struct memory *m)
{
	int	waits = m->publish_waits;

	m->publish_waits = 0;
	if (waits && m->state == MEM_AGENT)
		stage_two_publish(m);
}

static void
wspace_ended(struct child *c, const struct child_end *end, void *arg)
{
	struct memory	*m = arg;

	(void)c;
	if (end->next != CHILD_GONE) {
		child_stop(c, "it is not started again");
		return;
	}
	m->wspace = NULL;
	if (m->state == MEM_ENDING)
		stage_two_end(m);
	else if (m->state == MEM_PREPARING)
		stage_two_lost(m, "failed_prepare_workspace", end);
	else if (m->state == MEM_PUBLISHING && !end->was_ready)
		stage_two_lost(m, "failed_workspace_commit", end);
	else if (m->state == MEM_PUBLISHING) {
		/* Did it pass the point of no return?  Look. */
		log_warnx("memory %s: the workspace worker ended while it "
		    "published (%s); recovering", name(m), end->text);
		loop_timer_cancel(&m->heartbeat);
		recovery_memory(m);
	} else if (m->agent_done)
		stage_two_publish(m);
}
