#include <string.h>

#include "supervisor/ledger.h"

void
ledger_limits(const struct config *c, struct budget_limits *l)
{
	l->tokens = c->budget.tokens_per_day;
	l->requests = c->budget.requests_per_day;
	l->money = c->budget.money_per_day;
}

void
ledger_prices(const struct config_provider *p, struct budget_prices *out)
{
	out->input = p->price_input;
	out->cached = p->price_cached;
	out->output = p->price_output;
}

struct waiting {
	struct budget_wait	wait;
	int64_t			when;
};

static int
look_at_row(int64_t at, int64_t tokens, int64_t money, void *arg)
{
	struct waiting	*w = arg;

	if (!budget_frees(&w->wait, tokens, money))
		return 0;
	w->when = at + LEDGER_DAY;
	return 1;
}

static int
has_ceiling(const struct budget_limits *l)
{
	return l->tokens != 0 || l->requests != 0 || l->money != 0;
}

enum store_status
ledger_ask(struct store *s, const struct ledger_ask *ask,
    struct ledger_answer *a)
{
	int64_t			since = ask->now - LEDGER_DAY;
	struct store_spent	spent;
	struct waiting		w;
	enum store_status	st;

	*a = (struct ledger_answer){ .verdict = BUDGET_LATER, .key = "",
	    .when = ask->now };
	if (!has_ceiling(ask->limits)) {
		*a = (struct ledger_answer){ .verdict = BUDGET_ALLOWED };
		return STORE_OK;
	}
	st = store_ledger_spent(s, since, NULL, &spent);
	if (st != STORE_OK)
		return st;
	memset(&w, 0, sizeof(w));
	w.wait.limits = *ask->limits;
	w.wait.ask = ask->sum;
	w.wait.spent = (struct budget_sum){ spent.tokens, spent.requests,
	    spent.money };
	a->key = NULL;
	a->when = 0;
	a->spent = w.wait.spent;
	a->verdict = budget_check(ask->limits, &w.wait.spent, &ask->sum,
	    &a->key);
	if (a->verdict != BUDGET_LATER)
		return STORE_OK;
	st = store_ledger_each(s, since, look_at_row, &w);
	a->when = w.when;
	return st;
}

static enum store_status
reserve(struct store *s, const struct ledger_ask *ask,
    const struct ledger_request *q, struct ledger_answer *a)
{
	struct store_reserve	row;
	enum store_status	st;

	st = ledger_ask(s, ask, a);
	if (st != STORE_OK || a->verdict != BUDGET_ALLOWED)
		return st;
	row = (struct store_reserve){ .at = ask->now, .provider = q->provider,
	    .model = q->model, .purpose = q->purpose,
	    .thread_id = q->thread_id, .attempt = q->attempt,
	    .tokens = ask->sum.tokens, .money = ask->sum.money };
	return store_ledger_reserve(s, &row, &a->id);
}

enum store_status
ledger_reserve(struct store *s, const struct ledger_ask *ask,
    const struct ledger_request *q, struct ledger_answer *a)
{
	enum store_status	st;

	a->id = 0;
	st = store_begin(s);
	if (st != STORE_OK)
		return st;
	st = reserve(s, ask, q, a);
	if (st == STORE_OK)
		st = store_commit(s);
	else
		store_rollback(s);
	if (st != STORE_OK)
		a->id = 0;
	return st;
}

enum store_status
ledger_backfill(struct store *s, int64_t per_day, int64_t now,
    struct ledger_backfill *b)
{
	enum store_status	st;
	int64_t			n, first;

	b->left = b->until = 0;
	st = store_ledger_threads(s, now - LEDGER_DAY, &n, &first);
	if (st != STORE_OK)
		return st;
	if (n < per_day)
		b->left = per_day - n;
	else
		b->until = first + LEDGER_DAY;
	return STORE_OK;
}
