#include <stdlib.h>
#include <string.h>

#include "hook.h"
#include "json.h"
#include "log.h"
#include "mem.h"
#include "monotime.h"
#include "supervisor/agent_prompt.h"
#include "supervisor/audit.h"
#include "supervisor/retry.h"
#include "supervisor/settings.h"
#include "supervisor/stage_two_int.h"
#include "supervisor/waits.h"

/* The agent of a run: its start, what it says, its bounds and its end. */

#define MINUTE_MS	60000
#define STATUSES_MAX	32	/* changes; a run with two revisions has 8 */
#define TURNS_MAX	1000000	/* more is a lie */

/* The first is the one that a new agent has. */
static const char *const statuses[] = {
	"pending_init", "running", "interrupted", "completed", "errored",
	"shutdown"
};
#define NSTATUSES	(sizeof(statuses) / sizeof(statuses[0]))

static void	agent_ready(struct child *, void *);
static void	agent_message(struct child *, const struct msg *, void *);
static void	agent_ended(struct child *, const struct child_end *, void *);

static const struct child_ops agent_ops = {
	agent_ready, agent_message, NULL, agent_ended
};

static const char *
name(const struct memory *m)
{
	return m->config->name;
}

/* Its time is up: what is in staging is judged like a finished agent's. */
static void
limit_fired(struct loop_timer *t, void *arg)
{
	struct memory	*m = arg;

	(void)t;
	if (m->state != MEM_AGENT || m->agent == NULL || m->agent_done)
		return;
	log_warnx("memory %s: the agent is stopped after %lld minutes; what "
	    "it had done is judged as it is", name(m),
	    (long long)m->sv->config->budget.minutes_per_agent);
	m->capped = "capped_minutes";
	m->agent_done = 1;
	child_stop(m->agent, "its time is up");
}

void
stage_two_agent_init(struct memory *m)
{
	loop_timer_init_boot(&m->limit, limit_fired, m);
}

static void
start_limit(struct memory *m)
{
	if (config_provider_agents(m->sv->config) != NULL)
		loop_timer_set(m->sv->rt.loop, &m->limit, boot_ms() +
		    m->sv->config->budget.minutes_per_agent *
		    hook_ms("MINUTE", MINUTE_MS));
}

void
stage_two_agent(struct memory *m)
{
	struct child_spec	spec;

	m->state = MEM_AGENT;
	m->status = m->statuses = 0;
	m->unsubmitted = 0;
	memset(&spec, 0, sizeof(spec));
	spec.role = ROLE_CONSOLIDATE;
	spec.name = name(m);
	spec.settings = settings_consolidate(m->sv->config, m->config,
	    m->staging);
	spec.root_fd = spec.peer_lock_fd = -1;
	spec.ops = &agent_ops;
	spec.arg = m;
	m->agent = child_start(m->sv->rt.children, &spec);
	start_limit(m);
	stage_two_watch(m);
	audit_begin(&m->sv->state, m->agent_id, name(m), m->staging);
}

/*
 * It did not get to work: it is shut down, and why is what counts, whatever
 * comes of that.
 */
static void
submit_failed(struct memory *m, const char *text)
{
	m->unsubmitted = 1;
	stage_two_fail(m, "failed_spawn_agent", text);
}

static void
agent_ready(struct child *c, void *arg)
{
	struct memory	*m = arg;
	json_object	*body;

	if (m->state != MEM_AGENT)
		return;
	if (!stage_two_watched(m)) {
		submit_failed(m, "its staging folder cannot be measured, and "
		    "would have no bound");
		return;
	}
	body = json_object_new_object();
	json_set(body, "items", agent_prompt(m));
	json_set(body, "environments", NULL);
	if (stage_two_ask(m, c, MSG_SUBMIT, body) == -1)
		submit_failed(m, "the prompt cannot be sent to the agent");
	else
		measure_agent(m);
}

/* The provider, or a ceiling, is not to be asked more for a while. */
static int
must_wait(const struct memory *m)
{
	struct waits	w;

	return waits_look(m->sv->store, m->sv->config, wall_s(), &w) ==
	    STORE_OK && waits_any(&w);
}

/*
 * The agent gave up.  Where that was the provider's doing, and it is not to
 * be asked for a while, the job waits at no cost.
 */
static void
agent_failed(struct memory *m, const struct msg *msg)
{
	const char		*reason = json_str(msg->body, "reason");
	const char		*text = json_str(msg->body, "message");
	enum model_error	 class = model_error_by_name(reason);

	if (m->status == 0) {
		submit_failed(m, text);
		return;
	}
	if (class < MODEL_ERROR__MAX && retry_is_providers(class) &&
	    must_wait(m)) {
		log_info("memory %s: waits (%s): %s", name(m), reason, text);
		m->sv->outcome |= OUTCOME_WAITING;
		stage_two_release(m, reason);
	} else
		stage_two_fail(m, "failed_agent", text);
}

/* The bound that ended it, as a word that outlives the message. */
static const char *
capped_by(const struct msg *msg)
{
	static const char *const bounds[][2] = {
		{ "turns", "capped_turns" }, { "context", "capped_context" },
	};
	const char	*by = json_str(msg->body, "capped");
	size_t		 i;

	if (by == NULL)
		return NULL;
	for (i = 0; i < sizeof(bounds) / sizeof(bounds[0]); i++)
		if (strcmp(by, bounds[i][0]) == 0)
			return bounds[i][1];
	return "capped_tokens";
}

/*
 * Capped before it changed anything.  What it spent would be spent again at
 * once: an hour lies between.  What was never asked costs nothing.
 */
static void
capped_in_vain(struct memory *m)
{
	struct store_spent	spent;

	/* What cannot be known was spent. */
	if ((store_ledger_spent(m->sv->store, 0, m->agent_id, &spent) !=
	    STORE_OK || spent.tokens > 0) && !must_wait(m)) {
		stage_two_fail(m, m->capped, "the agent was stopped before it "
		    "changed anything");
		return;
	}
	log_warnx("memory %s: the agent was stopped (%s) before it changed "
	    "anything; it waits", name(m), m->capped);
	m->sv->outcome |= OUTCOME_WAITING;
	stage_two_release(m, m->capped);
}

static void
agent_completed(struct memory *m, const struct msg *msg)
{
	m->turns = json_int(msg->body, "turns", 0);
	if (m->turns < 0 || m->turns > TURNS_MAX) {
		m->turns = 0;
		child_refuse(m->agent, "a number of turns that cannot be");
		return;
	}
	m->capped = capped_by(msg);
	m->agent_done = 1;
	m->completed = 1;
	loop_timer_cancel(&m->limit);
	if (m->capped == NULL)
		stage_two_publish(m);
	else if (json_flag(msg->body, "changed", 0)) {
		log_warnx("memory %s: the agent was stopped (%s); what it had "
		    "done is judged as it is", name(m), m->capped);
		stage_two_publish(m);
	} else
		capped_in_vain(m);
}

/* Each change is a write to the disk: as many as a run has, no more. */
static void
agent_status(struct memory *m, const struct msg *msg)
{
	const char	*word = json_str(msg->body, "status");
	unsigned	 i;

	for (i = 0; i < NSTATUSES; i++)
		if (strcmp(word, statuses[i]) == 0)
			break;
	if (i == NSTATUSES)
		child_refuse(m->agent, "a status that there is not");
	else if (i == m->status)
		return;
	else if (m->statuses++ == STATUSES_MAX)
		child_refuse(m->agent, "its status changes without end");
	else {
		m->status = i;
		store_agent_set_status(m->sv->store, m->agent_id, word);
	}
}

static void
agent_message(struct child *c, const struct msg *msg, void *arg)
{
	struct memory	*m = arg;

	(void)c;
	if (m->state != MEM_AGENT)
		return;
	if (msg->id == MSG_TOOL) {
		audit_record(&m->sv->state, m->agent_id, "response_item",
		    json_obj(msg->body, "record"));
		measure_tool(m, json_obj(msg->body, "record"));
	} else if (msg->id == MSG_STATUS)
		agent_status(m, msg);
	else if (msg->id == MSG_FAILED)
		agent_failed(m, msg);
	else if (msg->id == MSG_COMPLETED)
		agent_completed(m, msg);
}

/* How the shutdown of an agent failed, or NULL; the caller frees it. */
static char *
shutdown_error(const struct memory *m, const struct child_end *end)
{
	if (end->late)
		return xasprintf("memory consolidation agent %s shutdown "
		    "timed out", m->agent_id);
	if (end->killed || end->status == 0)	/* in haste; or all is well */
		return NULL;
	return xasprintf("memory consolidation agent %s shut down with an "
	    "error: %s", m->agent_id, end->text);
}

/* It was told to end, and has. */
static void
agent_shut_down(struct memory *m, const struct child_end *end)
{
	char	*error = shutdown_error(m, end);

	if (error != NULL)
		log_warnx("%s%s", m->unsubmitted ? "failed to shut down "
		    "consolidation agent after submit error: " : "", error);
	free(error);
}

static void
agent_ended(struct child *c, const struct child_end *end, void *arg)
{
	struct memory	*m = arg;

	if (!child_once(c, end))
		return;
	m->agent = NULL;
	loop_timer_cancel(&m->watch);
	if (end->cause == CAUSE_STOPPED)
		agent_shut_down(m, end);
	if (m->state == MEM_ENDING)
		stage_two_end(m);
	else if (m->state == MEM_AGENT && !m->agent_done)
		stage_two_lost(m, end->was_ready ? "failed_agent" :
		    "failed_spawn_agent", end);
	else if (m->state == MEM_AGENT && m->wspace == NULL)
		stage_two_publish(m);	/* it was stopped at its limit */
}
