#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "log.h"
#include "mem.h"
#include "monotime.h"
#include "supervisor/adopt.h"
#include "supervisor/codex_copy.h"
#include "supervisor/despite.h"
#include "supervisor/recovery.h"
#include "supervisor/scheduler.h"
#include "supervisor/stage_two.h"
#include "supervisor/staging.h"
#include "supervisor/store_review.h"
#include "supervisor/turn.h"

#define FAILED	"recovery_failed"

/* The memories that are still to be recovered were all looked at? */
static int
all_recovered(struct supervisor *sv)
{
	struct memory	*m;

	TAILQ_FOREACH(m, &sv->memories, entry)
		if (m->state == MEM_FOUND || m->state == MEM_RECOVERING ||
		    m->state == MEM_ADOPTING)
			return 0;
	return 1;
}

static int
add_agent(const struct store_agent *a, void *arg)
{
	json_push_str(arg, a->thread_id);
	return 0;
}

/* Those whose end is not known, and the one that waits for review. */
static enum store_status
add_agents(struct memory *m, json_object *agents)
{
	enum store_status	st;
	char			waiting[UUID_SIZE];

	st = store_agent_open_each(m->sv->store, m->config->name, add_agent,
	    agents);
	if (st != STORE_OK)
		return st;
	st = store_review_pending(m->sv->store, m->config->name, waiting);
	if (st == STORE_OK)
		json_push_str(agents, waiting);
	return st == STORE_NONE ? STORE_OK : st;
}

/* A full disk or a lost worker may be over at the next pass. */
static void
put_off(struct memory *m, const char *reason)
{
	snprintf(m->reason, sizeof(m->reason), "%s", reason);
	m->unrecovered = 1;
	m->due = 0;
	m->sv->outcome |= OUTCOME_WAITING;
}

void
recovery_unrecorded(struct memory *m)
{
	log_warnx("memory %s: what became of it is not recorded; the next "
	    "pass, or start, completes it", m->config->name);
	put_off(m, FAILED);
}

/* Of an agent that is not named, the worker could not tell what it made. */
static void
wspace_ready(struct child *c, void *arg)
{
	struct memory	*m = arg;
	struct msg_head	 head = { .id = MSG_RECOVER };
	json_object	*agents = json_object_new_array();
	json_object	*body = json_object_new_object();

	json_set(body, "agents", agents);
	json_set_bool(body, "claimed", 1);
	if (add_agents(m, agents) != STORE_OK ||
	    memory_send_input(m, NULL) == -1) {
		log_warnx("memory %s: what its agents did cannot be read now; "
		    "recovered at the next pass", m->config->name);
		put_off(m, FAILED);
		json_object_put(body);
		child_stop(c, "recovery cannot be asked for");
	} else if (child_request(c, &head, body) == -1) {
		put_off(m, FAILED);
		child_stop(c, "recovery cannot be asked for");
	}
}

/* What a list of the worker's says of an agent, or NULL. */
static json_object *
told_of(json_object *published, const char *thread_id)
{
	json_object	*o;
	const char	*id;
	size_t		 i;

	for (i = 0; published != NULL &&
	    i < json_object_array_length(published); i++) {
		o = json_object_array_get_idx(published, i);
		id = json_str(o, "thread_id");
		if (id != NULL && strcmp(id, thread_id) == 0)
			return o;
	}
	return NULL;
}

/* Its commit, or NULL. */
static const char *
commit_of(json_object *published, const char *thread_id)
{
	json_object	*o = told_of(published, thread_id);

	return o == NULL ? NULL : json_str(o, "commit");
}

/* It was published; if a bound had stopped it, some may be left. */
static enum store_status
settle_published(const struct store_agent *a, struct store_stage_two_end *e,
    struct store *store, json_object *told)
{
	struct store_left	left = { NULL, 0, 0 };
	enum store_status	st;

	log_info("memory %s: the publication of agent %s is complete",
	    a->memory, a->thread_id);
	e->commit = json_str(told, "commit");
	e->reason = a->reason;
	if (a->reason != NULL && json_arr(told, "left") != NULL) {
		stage_two_left(&left, json_arr(told, "left"));
		e->left = &left;
	}
	st = store_stage_two_succeeded(store, e);
	e->left = NULL;
	free(left.ids);
	return st;
}

struct settle {
	struct memory		*m;
	const struct msg	*msg;
	enum store_status	 st;	/* of the last one */
};

/* Finish or undo one agent whose end is not recorded. */
static int
settle_agent(const struct store_agent *a, void *arg)
{
	struct settle			*s = arg;
	struct store_stage_two_end	 e;
	json_object			*told;

	memset(&e, 0, sizeof(e));
	e.memory = a->memory;
	e.token = a->token;
	e.agent_id = a->thread_id;
	e.now = wall_s();
	e.completed = a->watermark;
	e.turns = a->turns;
	e.exit_status = -1;
	told = told_of(json_arr(s->msg->body, "published"), a->thread_id);
	if (told != NULL) {
		e.live_files = json_int(s->msg->body, "entries", 0);
		s->st = settle_published(a, &e, s->m->sv->store, told);
	} else if (commit_of(json_arr(s->msg->body, "held"), a->thread_id) !=
	    NULL) {
		e.reason = REVIEW_PENDING;
		s->st = store_stage_two_succeeded(s->m->sv->store, &e);
	} else {
		e.reason = "supervisor_died";
		log_info("memory %s: agent %s did not finish; its job is "
		    "pending again", a->memory, a->thread_id);
		s->st = store_stage_two_release(s->m->sv->store, &e);
	}
	/* STORE_NONE: the job is somebody else's by now. */
	if (s->st != STORE_OK && s->st != STORE_NONE)
		return 1;
	staging_remove(&s->m->sv->state, a->thread_id);
	return 0;
}

static enum store_status
settle_agents(struct memory *m, const struct msg *msg)
{
	struct settle		s = { m, msg, STORE_OK };
	enum store_status	st;

	st = store_agent_open_each(m->sv->store, m->config->name,
	    settle_agent, &s);
	if (st != STORE_OK)
		return st;
	return s.st == STORE_NONE ? STORE_OK : s.st;
}

/* A person's decision that was carried out, but not written down. */
static enum store_status
settle_review(struct memory *m, const struct msg *msg)
{
	struct store_review_end	e = { .memory = m->config->name };
	enum store_status	st;
	char			waiting[UUID_SIZE];

	st = store_review_pending(m->sv->store, m->config->name, waiting);
	if (st != STORE_OK)
		return st == STORE_NONE ? STORE_OK : st;
	if (commit_of(json_arr(msg->body, "held"), waiting) != NULL)
		return STORE_OK;
	e.agent_id = waiting;
	e.commit = commit_of(json_arr(msg->body, "published"), waiting);
	e.files = json_int(msg->body, "entries", 0);
	log_info("memory %s: what agent %s made was %s", e.memory, waiting,
	    e.commit == NULL ? "discarded" : "accepted");
	return store_review_end(m->sv->store, &e);
}

/* The same of what the validator had refused. */
static enum store_status
settle_despite(struct memory *m, const struct msg *msg)
{
	json_object	*o = json_obj(msg->body, "despite");
	struct despite	 d = { .files = json_int(msg->body, "entries", 0) };

	if (o == NULL)
		return STORE_OK;
	d.agent_id = json_str(o, "thread_id");
	d.rule = json_str(o, "rule");
	d.commit = json_str(msg->body, "live");
	if (d.agent_id == NULL || d.rule == NULL || d.commit == NULL)
		return STORE_OK;
	return despite_accepted(m, &d);
}

/*
 * The folder was ours, but its history knows nothing of it: a damaged one was
 * moved away, or a backup is older.  With --adopt it begins anew.
 */
static void
without_history(struct memory *m)
{
	const char	*name = m->config->name;

	if (m->sv->scheduler != NULL && m->config->adopt_now) {
		log_info("memory %s: %s: its history is not there; it is "
		    "adopted", name, m->root.real);
		m->foreign = 1;
		return;
	}
	log_warnx("memory %s: %s: its history is not there; nothing is "
	    "published: put it back, or adopt the folder as it is with "
	    "--adopt=%s (mnemod(8), MEMORY ROOTS)", name, m->root.real, name);
	memory_stop(m, "foreign_root");
}

/* What the worker told, into the database. */
static void
settle(struct memory *m, const struct msg *msg)
{
	enum store_status	st = settle_agents(m, msg);

	if (st == STORE_OK)
		st = settle_review(m, msg);
	if (st == STORE_OK)
		st = settle_despite(m, msg);
	if (st != STORE_OK)
		recovery_unrecorded(m);
}

static void
recovered(struct memory *m, const struct msg *msg)
{
	const char	*root = json_str(msg->body, "root");
	int64_t		 moved = json_int(msg->body, "moved", 0);

	if (strcmp(root, "foreign") == 0) {
		without_history(m);
		return;
	}
	if (strcmp(root, "vanished") == 0) {
		log_warnx("memory %s: %s: it is empty, but should not be: is "
		    "it mounted?; nothing is published (mnemod(8), MEMORY "
		    "ROOTS)", m->config->name, m->root.real);
		memory_stop(m, "root_vanished");
		return;
	}
	if (moved > 0)
		log_info("memory %s: %lld files put in place that an "
		    "interrupted publication left", m->config->name,
		    (long long)moved);
	if (moved > 0)
		store_memory_live(m->sv->store, m->config->name,
		    json_str(msg->body, "live"),
		    json_int(msg->body, "entries", 0));
	settle(m, msg);
}

static void
wspace_message(struct child *c, const struct msg *msg, void *arg)
{
	struct memory	*m = arg;
	const char	*reason;
	int		 stops;

	if (msg->id == MSG_RECOVERED) {
		recovered(m, msg);
		child_stop(c, "recovered");
	} else if (msg->id == MSG_FAILED) {
		reason = json_str(msg->body, "reason");
		stops = memory_reason_stops(reason);
		log_warnx("memory %s: %s; %s", m->config->name,
		    json_str(msg->body, "message"), stops ?
		    "nothing is published" : "recovered at the next pass, if "
		    "it can be (mnemoctl doctor)");
		if (stops)
			memory_stop(m, reason);
		else
			put_off(m, reason);
		child_stop(c, "recovery failed");
	}
}

static void
wspace_ended(struct child *c, const struct child_end *end, void *arg)
{
	struct memory	*m = arg;

	if (!child_once(c, end))
		return;
	m->wspace = NULL;
	if (end->cause != CAUSE_STOPPED && !supervisor_stopping(m->sv)) {
		log_warnx("memory %s: the workspace worker ended during "
		    "recovery (%s); recovered at the next pass",
		    m->config->name, end->text);
		put_off(m, FAILED);
	}
	m->state = m->agent != NULL ? MEM_ENDING : MEM_IDLE;
	if (m->agent != NULL) {
		child_stop(m->agent, "the run is over");
		return;
	}
	if (m->foreign) {
		memory_give_back(m);
		if (!supervisor_stopping(m->sv) && adopt_start(m))
			return;
	}
	recovery_over(m->sv);
}

void
recovery_over(struct supervisor *sv)
{
	if (sv->scheduler != NULL && all_recovered(sv))
		scheduler_recovered(sv);
}

static const struct child_ops recovery_ops = {
	wspace_ready, wspace_message, NULL, wspace_ended
};

void
recovery_memory(struct memory *m)
{
	m->state = MEM_RECOVERING;
	m->unrecovered = 0;
	memory_start_workspace(m, &recovery_ops);
}

/* It is its turn: 1 if it is being recovered or adopted. */
static int
begin(struct memory *m)
{
	if (m->state != MEM_FOUND)
		return 0;
	m->state = MEM_IDLE;
	if (m->foreign)
		return adopt_start(m);
	recovery_memory(m);
	return 1;
}

void
recovery_look(struct memory *m)
{
	memory_look(m);
	if (m->foreign || (!m->stopped && m->held))
		m->state = MEM_FOUND;
}

void
recovery_turns(struct supervisor *sv)
{
	struct memory	*m;

	TAILQ_FOREACH(m, &sv->memories, entry)
		if (m->state == MEM_FOUND) {
			turn_offer(sv, begin);
			recovery_over(sv);
			return;
		}
}

void
recovery_start(struct supervisor *sv)
{
	struct memory	*m;

	codex_copy_sweep(sv->state.path);
	TAILQ_FOREACH(m, &sv->memories, entry)
		recovery_look(m);
	recovery_over(sv);
}
