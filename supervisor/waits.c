#include <stdio.h>
#include <string.h>

#include "common/model_error.h"
#include "common/monotime.h"
#include "supervisor/ledger.h"
#include "supervisor/store_operator.h"
#include "supervisor/waits.h"

static enum store_status
look_at_budget(struct store *s, const struct config *c, int64_t now,
    struct waits *w)
{
	const struct config_provider	*p = config_provider_used(c);
	struct budget_limits		 limits;
	struct budget_prices		 prices;
	struct ledger_ask		 ask = { .limits = &limits,
					    .now = now };
	struct ledger_answer		 a;
	enum store_status		 st;

	ledger_limits(c, &limits);
	ledger_prices(p, &prices);
	ask.sum = budget_reserve(WAITS_INPUT_BYTES, p->max_output_tokens,
	    &prices);
	st = ledger_ask(s, &ask, &a);
	/* What never fits is refused, with the reason, when it is asked. */
	if (st != STORE_OK || a.verdict != BUDGET_LATER)
		return st;
	w->budget_until = a.when;
	snprintf(w->budget_key, sizeof(w->budget_key), "%s", a.key);
	return STORE_OK;
}

/*
 * A request that did not fit left its key as the message, and the ceiling as
 * it was: another one is another matter.
 */
static void
hold_is_budget(const struct config *c, const struct store_hold *h,
    struct waits *w)
{
	struct budget_limits	limits;

	ledger_limits(c, &limits);
	if (h->until <= w->budget_until ||
	    budget_limit(&limits, h->message) != h->rounds)
		return;
	w->budget_until = h->until;
	snprintf(w->budget_key, sizeof(w->budget_key), "%.23s", h->message);
}

static enum store_status
look_at_hold(struct store *s, const struct config *c, int64_t now,
    struct waits *w)
{
	struct store_hold	*h;
	enum store_status	 st = store_hold_get(s, c->use_provider, &h);

	if (st == STORE_NONE)
		return STORE_OK;
	if (st != STORE_OK)
		return st;
	if (h->until > now && strcmp(h->reason,
	    model_error_name(MODEL_OVER_BUDGET)) == 0)
		hold_is_budget(c, h, w);
	else if (h->until > now) {
		w->provider_until = h->until;
		snprintf(w->provider_reason, sizeof(w->provider_reason),
		    "%.23s", h->reason);
		snprintf(w->provider_message, sizeof(w->provider_message),
		    "%.511s", h->message);
	}
	store_hold_free(h);
	return STORE_OK;
}

static enum store_status
look_for_pause(struct store *s, struct waits *w)
{
	enum store_status	st = store_paused(s, &w->paused_since);
	char			since[RFC3339_SIZE];

	if (st != STORE_OK) {
		w->paused_since = 0;
		return st == STORE_NONE ? STORE_OK : st;
	}
	rfc3339_format(since, w->paused_since * 1000);
	w->still.reason = PAUSED;
	snprintf(w->still.text, sizeof(w->still.text), "mnemoctl pause, since "
	    "%s; mnemoctl resume ends it", since);
	return STORE_OK;
}

static enum store_status
look(struct store *s, const struct config *c, int64_t now, struct waits *w)
{
	int64_t			per_day = c->pipeline.backfill_per_day;
	enum store_status	st = look_for_pause(s, w);

	if (st != STORE_OK || config_provider_used(c) == NULL)
		return st;
	if (per_day > 0)
		st = ledger_backfill(s, per_day, now, &w->backfill);
	if (st == STORE_OK)
		st = look_at_budget(s, c, now, w);
	if (st == STORE_OK)
		st = look_at_hold(s, c, now, w);
	return st;
}

enum store_status
waits_look(struct store *s, const struct config *c, int64_t now,
    struct waits *w)
{
	enum store_status	st;

	memset(w, 0, sizeof(*w));
	(void)standstill_look(c, &w->still);
	st = look(s, c, now, w);
	if (st == STORE_OK)
		return st;
	w->still.reason = STATE_UNREADABLE;
	snprintf(w->still.text, sizeof(w->still.text), "what keeps work "
	    "waiting cannot be read from the state database (%s); looked at "
	    "again", store_status_name(st));
	return st;
}

static int
is_still(const struct waits *w, const char *reason)
{
	return w->still.reason != NULL &&
	    strcmp(w->still.reason, reason) == 0;
}

void
waits_rules(const struct waits *w, struct store_stage_one_rules *r)
{
	r->backfill_until = w->backfill.until;
	r->backfill_left = w->backfill.left;
	r->budget_until = w->budget_until;
	r->provider_until = w->provider_until;
	r->paused = is_still(w, PAUSED);
	r->low_disk = is_still(w, LOW_DISK);
	r->on_battery = is_still(w, ON_BATTERY);
}

int
waits_any(const struct waits *w)
{
	return w->backfill.until != 0 || w->budget_until != 0 ||
	    w->provider_until != 0;
}
