#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/hook.h"
#include "common/json.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/monotime.h"
#include "supervisor/ledger.h"
#include "supervisor/memory.h"
#include "supervisor/model.h"
#include "supervisor/retry.h"
#include "supervisor/stage_one.h"
#include "supervisor/telemetry.h"

#define TOKENS_MAX	INT64_C(1000000000)	/* more, nobody used */
#define LEDGER_RETRY_MS	10000
/* An agent is asked once and revised twice; turns_per_agent is for each. */
#define AGENT_STRETCHES	3

static const struct config_provider *
provider(const struct model *m)
{
	return config_provider_used(m->sv->config);
}

static unsigned
clerk_credits(const struct child *c, void *arg)
{
	struct model	*m = arg;

	return child_role(c) == ROLE_EXTRACT ?
	    (unsigned)m->sv->config->pipeline.max_stage_one_jobs : 1;
}

static const char *
clerk_accept(struct relay_ask *q, const struct child *c, void *arg)
{
	struct model	*m = arg;
	const char	*id;

	if (provider(m) == NULL)
		return "a model request, but no model is used";
	id = q->agent ? supervisor_agent_id(m->sv, c) :
	    stage_one_thread(m->sv->stage_one, q->job);
	if (id == NULL)
		return "a model request for no job that is open";
	snprintf(q->thread_id, sizeof(q->thread_id), "%s", id);
	return NULL;
}

/* Sent away: the provider is not asked now. */
static void
refuse_held(const struct model *m, int64_t left, struct relay_answer *a)
{
	a->error = m->hold_error;
	a->retry_ms = m->gave_up || left > RETRY_ASKER_MAX_MS ? RETRY_NEVER :
	    left;
	snprintf(a->message, sizeof(a->message), "%s", m->hold_text);
}

/* A ceiling says no.  If it gives way one day, nothing is begun till then. */
static void
refuse_budget(struct model *m, const struct relay_ask *q,
    const struct ledger_answer *answer, struct relay_answer *a)
{
	a->error = MODEL_OVER_BUDGET;
	a->retry_ms = RETRY_NEVER;
	if (answer->verdict == BUDGET_NEVER) {
		snprintf(a->message, sizeof(a->message), "a request of about "
		    "%lld tokens is larger than budget.%s allows at all",
		    (long long)q->reserved.tokens, answer->key);
		log_warnx("thread %s: %s", q->thread_id, a->message);
		return;
	}
	snprintf(a->message, sizeof(a->message), "budget.%s is reached",
	    answer->key);
	model_hold_set(m, MODEL_OVER_BUDGET,
	    (answer->when - wall_s()) * 1000, answer->key);
}

/*
 * One agent's own ceilings: what it spent so far is in the ledger, so that
 * nothing the agent says counts.  1 if it may go on.
 */
static int
agent_may(const struct model *m, const struct relay_ask *q,
    struct relay_answer *a)
{
	const struct config_budget	*b = &m->sv->config->budget;
	struct store_spent		 spent;
	const char			*key = NULL;

	if (!q->agent)
		return 1;
	if (store_ledger_spent(m->sv->store, 0, q->thread_id, &spent) !=
	    STORE_OK)
		key = "ledger";
	else if (b->tokens_per_agent > 0 &&
	    spent.tokens + q->reserved.tokens > b->tokens_per_agent)
		key = "budget.tokens_per_agent";
	else if (spent.requests >= b->turns_per_agent * AGENT_STRETCHES)
		key = "budget.turns_per_agent";
	if (key == NULL)
		return 1;
	a->error = MODEL_OVER_BUDGET;
	a->retry_ms = RETRY_NEVER;
	snprintf(a->message, sizeof(a->message), "%s is reached", key);
	log_info("agent %s: %s", q->thread_id, a->message);
	return 0;
}

static struct budget_sum
sum_of(const struct model *m, const struct relay_ask *q)
{
	const struct config_provider	*p = provider(m);
	struct budget_prices		 prices;

	ledger_prices(p, &prices);
	return budget_reserve(q->bytes, p->max_output_tokens, &prices);
}

/*
 * Would it fit if what is under way used nothing?  Then it may fit soon: most
 * requests use far less than is reserved for them.
 */
static int
may_fit_soon(const struct model *m, const struct relay_ask *q,
    const struct budget_limits *limits, const struct ledger_answer *answer)
{
	struct budget_sum	 spent = answer->spent;
	const char		*key;

	if (answer->verdict != BUDGET_LATER || m->open.requests == 0)
		return 0;
	spent.tokens -= m->open.tokens;
	spent.money -= m->open.money;
	return budget_check(limits, &spent, &q->reserved, &key) ==
	    BUDGET_ALLOWED;
}

static void
count_open(struct model *m, const struct relay_ask *q, int sign)
{
	m->open.tokens += sign * q->reserved.tokens;
	m->open.money += sign * q->reserved.money;
	m->open.requests += sign;
}

static enum relay_admit
reserve(struct model *m, struct relay_ask *q, struct relay_answer *a)
{
	const struct config_provider	*p = provider(m);
	struct ledger_request		 r = { .provider = p->name,
					    .model = model_name(p, q->agent),
					    .purpose = q->agent ? "agent" :
					    "stage_one",
					    .thread_id = q->thread_id,
					    .attempt = q->attempt };
	struct budget_limits		 limits;
	struct ledger_ask		 ask = { .limits = &limits,
					    .sum = sum_of(m, q),
					    .now = wall_s() };
	struct ledger_answer		 answer;

	q->reserved = ask.sum;
	if (!agent_may(m, q, a))
		return ADMIT_REFUSE;
	ledger_limits(m->sv->config, &limits);
	if (ledger_reserve(m->sv->store, &ask, &r, &answer) != STORE_OK) {
		a->error = MODEL_OVER_BUDGET;
		a->retry_ms = RETRY_NEVER;
		snprintf(a->message, sizeof(a->message),
		    "the ledger cannot be written");
		model_hold_set(m, MODEL_OVER_BUDGET, LEDGER_RETRY_MS,
		    "ledger");
		return ADMIT_REFUSE;
	}
	q->ledger = answer.id;
	if (answer.verdict == BUDGET_ALLOWED) {
		count_open(m, q, 1);
		return ADMIT_SEND;
	}
	if (may_fit_soon(m, q, &limits, &answer))
		return ADMIT_WAIT;
	refuse_budget(m, q, &answer, a);
	return ADMIT_REFUSE;
}

static enum relay_admit
clerk_admit(struct relay_ask *q, struct relay_order *o,
    struct relay_answer *a, void *arg)
{
	struct model		*m = arg;
	int64_t			 left = model_hold_left(m);
	enum relay_admit	 admit;

	if (provider(m) == NULL) {
		a->error = MODEL_CANCELLED;
		return ADMIT_REFUSE;
	}
	if (left > 0 && m->hold_error != MODEL_OVER_BUDGET) {
		refuse_held(m, left, a);
		return ADMIT_REFUSE;
	}
	admit = reserve(m, q, a);
	if (admit == ADMIT_SEND) {
		q->gateway = m->gateways;
		model_order(m, q, o);
	}
	return admit;
}

static int64_t
tokens(json_object *usage, const char *key)
{
	int64_t	n = json_int(usage, key, 0);

	return n < 0 ? 0 : n > TOKENS_MAX ? TOKENS_MAX : n;
}

/* What was used, if that was said; else whether it can have cost anything. */
static void
count_usage(const struct model *m, const struct msg *msg,
    struct store_settle *e)
{
	const struct config_provider	*p = provider(m);
	json_object			*usage = json_obj(msg->body, "usage");
	struct budget_prices		 prices = { 0, 0, 0 };
	struct budget_usage		 u;

	if (usage == NULL) {
		/* Never sent, or refused before the model saw it. */
		e->has_usage = strcmp(e->outcome, "ok") != 0 &&
		    (e->sent_bytes == 0 || e->http_status >= 400);
		return;
	}
	if (p != NULL)
		ledger_prices(p, &prices);
	e->has_usage = 1;
	e->input = tokens(usage, "input");
	e->cached_input = tokens(usage, "cached_input");
	e->output = tokens(usage, "output");
	e->reasoning_output = tokens(usage, "reasoning_output");
	e->tokens = tokens(usage, "total");
	if (e->tokens < e->input + e->output)
		e->tokens = e->input + e->output;
	u = (struct budget_usage){ e->input, e->cached_input, e->output };
	e->money = budget_money(&prices, &u);
}

static void
measure(struct model *m, const struct relay_ask *q,
    const struct store_settle *e)
{
	struct measure_request	r = { q->agent, e, NULL };
	struct memory		*mem;

	if (!q->agent)
		r.usage = stage_one_usage(m->sv->stage_one);
	TAILQ_FOREACH(mem, &m->sv->memories, entry)
		if (q->agent && strcmp(mem->agent_id, q->thread_id) == 0)
			r.usage = &mem->usage;
	measure_request(m->sv, &r);
}

/* Close the row of the ledger; NULL: the gateway ended, so it stands. */
static void
settle_row(struct model *m, struct relay_ask *q, enum model_error error,
    const struct msg *msg)
{
	struct store_settle	e;

	if (q->ledger == 0)
		return;
	memset(&e, 0, sizeof(e));
	e.at = wall_s();
	e.outcome = error == MODEL_NONE ? "ok" : model_error_name(error);
	if (msg != NULL) {
		e.http_status = json_int(msg->body, "http_status", 0);
		e.sent_bytes = json_int(msg->body, "sent_bytes", 0);
		e.received_bytes = json_int(msg->body, "received_bytes", 0);
		count_usage(m, msg, &e);
	}
	hook_crash("model.settle.before");
	store_ledger_settle(m->sv->store, q->ledger, &e);
	hook_crash("model.settle.after");
	measure(m, q, &e);
	q->ledger = 0;
	count_open(m, q, -1);
}

/* The class in a response; one that we do not know is its sender's fault. */
static enum model_error
class_of(const struct msg *msg)
{
	const char		*name = json_str(msg->body, "error");
	enum model_error	 e;

	if (strcmp(json_str(msg->body, "outcome"), "ok") == 0)
		return MODEL_NONE;
	e = name == NULL ? MODEL_PROTOCOL : model_error_by_name(name);
	return e == MODEL_NONE || e >= MODEL_ERROR__MAX ? MODEL_PROTOCOL : e;
}

static void
say(struct relay_answer *a, const char *text)
{
	if (text == NULL)
		text = "";
	log_printable(a->message, sizeof(a->message), text, strlen(text));
}

static void
clerk_settle(struct relay_ask *q, const struct msg *msg,
    struct relay_answer *a, void *arg)
{
	struct model	*m = arg;
	int64_t		 server_ms = -1;

	a->error = msg == NULL ? MODEL_TRANSPORT : class_of(msg);
	settle_row(m, q, a->error, msg);
	if (a->error == MODEL_NONE) {
		m->key_retried = 0;
		model_hold_clear(m);
		return;
	}
	say(a, msg == NULL ? "the gateway ended" :
	    json_str(msg->body, "message"));
	if (msg != NULL)
		server_ms = json_int(msg->body, "server_delay_ms", -1);
	if (supervisor_stopping(m->sv) || q->asker == NULL)
		return;
	model_failed(m, q, a, server_ms);
}

static json_object *
clerk_settings(void *arg)
{
	struct model	*m = arg;

	m->gateways++;
	provider_file_look(m->sv->config, &m->key_file);
	return model_settings(m);
}

static void
clerk_reply(const struct msg *msg, void *arg)
{
	struct model	*m = arg;

	if (!telemetry_reply(m->sv->telemetry, msg))
		model_guard_reply(m, msg);
}

static void
clerk_ready(void *arg)
{
	struct model	*m = arg;

	model_guard_ready(m);
	telemetry_ready(m->sv->telemetry);
}

int64_t
model_export(struct model *m, const struct msg_head *head, json_object *body)
{
	return relay_control(m->relay, head, body);
}

struct model *
model_new(struct supervisor *sv)
{
	struct model		*m = xcalloc(1, sizeof(*m));
	struct relay_clerk	 clerk = { clerk_credits, clerk_accept,
				    clerk_admit, clerk_settle,
				    clerk_settings, clerk_reply,
				    clerk_ready, m };

	m->sv = sv;
	loop_timer_init(&m->guard_timer, NULL, NULL);
	m->relay = relay_new(sv->rt.loop, sv->rt.children, &clerk);
	if (provider(m) != NULL)
		model_hold_load(m);
	if (config_needs_gateway(sv->config))
		relay_start(m->relay);
	return m;
}

void
model_free(struct model *m)
{
	if (m == NULL)
		return;
	loop_timer_cancel(&m->guard_timer);
	relay_free(m->relay);
	free(m);
}

void
model_reload(struct model *m)
{
	m->hold_until_ms = m->rounds = 0;
	m->troubled = m->key_retried = 0;
	if (provider(m) != NULL)
		model_hold_load(m);
	if (config_needs_gateway(m->sv->config))
		relay_replace(m->relay);
	else
		relay_end(m->relay);
}

void
model_pass(struct model *m)
{
	struct provider_file	now;

	if (provider(m) == NULL)
		return;
	m->guard = GUARD_IDLE;
	provider_file_look(m->sv->config, &now);
	if (provider_file_same(&now, &m->key_file))
		return;
	log_info("provider %s: its key file was replaced: a new gateway",
	    provider(m)->name);
	m->key_file = now;
	m->key_retried = 0;
	if (m->hold_error == MODEL_AUTH)
		model_hold_clear(m);
	relay_replace(m->relay);
}
