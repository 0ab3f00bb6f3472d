#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hook.h"
#include "json.h"
#include "log.h"
#include "mem.h"
#include "monotime.h"
#include "supervisor/audit.h"
#include "supervisor/recovery.h"
#include "supervisor/stage_two.h"
#include "supervisor/stage_two_int.h"
#include "supervisor/store_review.h"

/* The workspace workers of a run: one prepares, one publishes. */

#define REVISIONS_MAX	2
#define CONFIRM_TRIES	5
#define CONFIRM_MS	2000	/* between two of them */

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

void
stage_two_left(struct store_left *left, json_object *list)
{
	const char	*id;
	size_t		 i, n = json_object_array_length(list);

	memset(left, 0, sizeof(*left));
	left->ids = xcalloc(n + 1, sizeof(*left->ids));
	for (i = 0; i < n; i++) {
		id = json_object_get_string(json_object_array_get_idx(list,
		    i));
		if (id != NULL)
			left->ids[left->n++] = id;
	}
}

void
stage_two_workspace(struct memory *m)
{
	memory_start_workspace(m, &wspace_ops);
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
	json_set_bool(body, "capped", m->capped != NULL);
	stage_two_ask(m, c, MSG_PUBLISH, body);
}

static void
prepared(struct memory *m, const struct msg *msg)
{
	static const struct stage_two_result nothing = {
		.reason = STAGE_TWO_NO_CHANGES
	};

	child_stop(m->wspace, "prepared");
	m->base = xstrdup(json_str(msg->body, "base"));
	m->staging = xstrdup(json_str(msg->body, "staging"));
	if (json_flag(msg->body, "hand_edited", 0))
		log_info("memory %s: edited by hand since the last "
		    "publication; the edits are kept", name(m));
	if (!json_flag(msg->body, "changed", 1)) {
		log_info("memory %s: nothing new", name(m));
		stage_two_succeed(m, &nothing);
		return;
	}
	m->again = json_int(msg->body, "again", 0);
	store_agent_set_base(m->sv->store, m->agent_id, m->base);
	stage_two_agent(m);
}

static void
published(struct memory *m, const struct msg *msg)
{
	json_object			*conflicts;
	const struct stage_two_result	 r = {
		.commit = json_str(msg->body, "commit"),
		.files = json_int(msg->body, "files", 0),
		.reason = m->capped,
		.left = json_arr(msg->body, "left"),
	};

	conflicts = json_arr(msg->body, "conflicts");

	m->changed = json_int(msg->body, "changed", 0);
	m->conflicts = conflicts == NULL ? 0 :
	    (int64_t)json_object_array_length(conflicts);
	log_info("memory %s: published %.12s, %lld files changed, %lld in all"
	    "%s", name(m), r.commit, (long long)m->changed, (long long)r.files,
	    m->conflicts > 0 ? "; your edits won over the agent's" : "");
	m->published = 1;
	hook_crash("stage_two.published.before");
	stage_two_succeed(m, &r);
	hook_crash("stage_two.published.after");
	if (m->conflicts > 0)
		/* What was kept out leads the next run. */
		store_stage_two_enqueue(m->sv->store, name(m),
		    m->job.watermark);
}

/* publish = review: a person decides; until then no other agent. */
static void
held(struct memory *m, const struct msg *msg)
{
	const struct stage_two_result	r = {
		.reason = REVIEW_PENDING,
		.left = json_arr(msg->body, "left"),
	};

	log_info("memory %s: %lld files changed by agent %s wait for review; "
	    "see mnemoctl review", name(m),
	    (long long)json_int(msg->body, "changed", 0), m->agent_id);
	stage_two_succeed(m, &r);
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
	const char	*reason = json_str(msg->body, "reason");
	const char	*text = json_str(msg->body, "message");

	if (memory_reason_stops(reason)) {
		log_warnx("memory %s: %s", name(m), text);
		memory_stop(m, reason);
		stage_two_release(m, reason);
	} else if (strcmp(reason, "being_edited") == 0) {
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

/*
 * 1 if the job is ours still.  Who cannot be told tries again for a while: what
 * the agent made may have been paid for.
 */
static int
is_confirmed(struct memory *m)
{
	enum store_status	st;

	st = store_stage_two_heartbeat(m->sv->store, name(m), m->job.token,
	    wall_s() + STAGE_TWO_LEASE_S);
	if (st == STORE_OK)
		return 1;
	if (st == STORE_NONE)
		stage_two_fail(m, "failed_confirm_ownership",
		    "the lease was lost");
	else if (m->unconfirmed++ == CONFIRM_TRIES)
		stage_two_fail(m, "failed_confirm_ownership",
		    "its lease cannot be confirmed");
	else {
		log_warnx("memory %s: its lease cannot be confirmed now; tried "
		    "again before what the agent made is published", name(m));
		m->publish_waits = 1;
		loop_timer_set(m->sv->rt.loop, &m->heartbeat, mono_ms() +
		    hook_ms("CONFIRM", CONFIRM_MS));
	}
	return 0;
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
	/* A lease that ran out while the machine slept is ours all the same. */
	if (!is_confirmed(m))
		return;
	if (m->capped != NULL || m->revisions > 0)
		store_agent_set_capped(m->sv->store, m->agent_id, m->capped);
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

	if (!child_once(c, end))
		return;
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
