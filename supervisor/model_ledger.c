#include <stdio.h>
#include <string.h>

#include "common/hook.h"
#include "common/json.h"
#include "common/log.h"
#include "common/monotime.h"
#include "supervisor/ledger.h"
#include "supervisor/memory.h"
#include "supervisor/model.h"
#include "supervisor/retry.h"
#include "supervisor/stage_one.h"

#define TOKENS_MAX	INT64_C(1000000000)	/* more, nobody used */
#define LEDGER_RETRY_MS	10000
/* An agent is asked once and revised twice; turns_per_agent is for each. */
#define AGENT_STRETCHES	3

static const struct config_provider *
provider(const struct model *m)
{
	return config_provider_used(m->sv->config);
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
	const char			*key = NULL, *how = "is reached";

	if (!q->agent)
		return 1;
	if (store_ledger_spent(m->sv->store, 0, q->thread_id, &spent) !=
	    STORE_OK) {
		key = "what it spent";
		how = "cannot be read";
	} else if (b->tokens_per_agent > 0 &&
	    spent.tokens + q->reserved.tokens > b->tokens_per_agent)
		key = "budget.tokens_per_agent";
	else if (spent.requests >= b->turns_per_agent * AGENT_STRETCHES)
		key = "budget.turns_per_agent";
	if (key == NULL)
		return 1;
	a->error = MODEL_OVER_BUDGET;
	a->retry_ms = RETRY_NEVER;
	snprintf(a->message, sizeof(a->message), "%s %s", key, how);
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

enum relay_admit
model_reserve(struct model *m, struct relay_ask *q, struct relay_answer *a)
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

void
model_settle(struct model *m, struct relay_ask *q, enum model_error error,
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
