#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bsd/stdlib.h>

#include "common/log.h"
#include "common/monotime.h"
#include "supervisor/ledger.h"
#include "supervisor/model.h"
#include "supervisor/retry.h"

/* The word for a hold: a class, but for a login that we may not renew. */
#define LOGIN_EXPIRED	"login_expired"

static const struct config_provider *
provider(const struct model *m)
{
	return config_provider_used(m->sv->config);
}

static const char *
hold_reason(const struct model *m, enum model_error e)
{
	const struct config_provider	*p = provider(m);

	return e == MODEL_AUTH && p->auth == AUTH_CODEX ? LOGIN_EXPIRED :
	    model_error_name(e);
}

void
model_hold_load(struct model *m)
{
	struct store_hold	*h;
	enum store_status	 st;
	enum model_error	 e;

	st = store_hold_get(m->sv->store, provider(m)->name, &h);
	m->hold_unknown = st != STORE_OK && st != STORE_NONE;
	if (st != STORE_OK)
		return;
	e = strcmp(h->reason, LOGIN_EXPIRED) == 0 ? MODEL_AUTH :
	    model_error_by_name(h->reason);
	/*
	 * A key that is refused may have been replaced: it is tried again.
	 * The ceilings are looked at with each request anyway.
	 */
	if (e != MODEL_AUTH && e != MODEL_OVER_BUDGET && e != MODEL_NONE &&
	    e < MODEL_ERROR__MAX) {
		m->hold_error = e;
		m->hold_until_ms = h->until * 1000;
		m->gave_up = 1;
		m->rounds = h->rounds;
		snprintf(m->hold_text, sizeof(m->hold_text), "%.511s",
		    h->message);
	} else if (e != MODEL_OVER_BUDGET)
		store_hold_clear(m->sv->store, provider(m)->name);
	store_hold_free(h);
}

int64_t
model_hold_left(const struct model *m)
{
	int64_t	left = m->hold_until_ms - wall_ms();

	if (left <= 0)
		return 0;
	/* The clock was set back: no hold is longer than the longest. */
	return m->hold_error == MODEL_OVER_BUDGET || left < RETRY_MAX_MS ?
	    left : RETRY_MAX_MS;
}

static void
keep(const struct model *m)
{
	struct store_hold	h = { .provider = provider(m)->name,
				    .reason = hold_reason(m, m->hold_error),
				    .message = m->hold_text,
				    .since = wall_s(), .rounds = m->rounds };
	struct budget_limits	limits;

	if (m->hold_error == MODEL_OVER_BUDGET) {
		ledger_limits(m->sv->config, &limits);
		h.rounds = budget_limit(&limits, m->hold_text);
	}
	h.until = (m->hold_until_ms + 999) / 1000;
	store_hold_set(m->sv->store, &h);
}

/* Once for each hold, so once in an interval. */
static void
tell(const struct model *m)
{
	const char	*reason = hold_reason(m, m->hold_error);
	char		 until[RFC3339_SIZE];

	rfc3339_format(until, m->hold_until_ms + 999);
	log_warnx("provider %s: %s%s; work waits until %s%s (%s)",
	    provider(m)->name, m->hold_error == MODEL_OVER_BUDGET ?
	    "the ceiling is reached: " : "", m->hold_text, until,
	    strcmp(reason, LOGIN_EXPIRED) == 0 ?
	    ", or for Codex to renew its login" : "", reason);
}

void
model_hold_set(struct model *m, enum model_error e, int64_t ms,
    const char *text)
{
	int64_t	until = wall_ms() + ms;
	int	longer = model_hold_left(m) == 0 || e != m->hold_error;

	if (until <= m->hold_until_ms && !longer)
		return;
	m->hold_error = e;
	m->hold_until_ms = until;
	snprintf(m->hold_text, sizeof(m->hold_text), "%.511s", text);
	keep(m);
	if (longer && ms > RETRY_ASKER_MAX_MS / 2)
		tell(m);
}

void
model_hold_clear(struct model *m)
{
	if (m->troubled)
		log_info("provider %s: it answers again", provider(m)->name);
	m->troubled = 0;
	if (m->hold_until_ms == 0 && m->rounds == 0)
		return;
	/* A success of one asker does not lift what a 429 asked for. */
	if (model_hold_left(m) > 0 && m->hold_error != MODEL_AUTH &&
	    m->hold_error != MODEL_TRANSPORT)
		return;
	m->hold_until_ms = m->rounds = 0;
	m->gave_up = 0;
	m->hold_error = MODEL_NONE;
	store_hold_clear(m->sv->store, provider(m)->name);
}

/*
 * The key was read again, or is about to be: asked once more with that one.
 * Requests that the gateway before had are no news.
 */
static int
with_a_new_key(struct model *m, const struct relay_ask *q)
{
	char	*file = provider_key_file(m->sv->config);
	int	 has = file != NULL;

	free(file);
	if (!has || q->gateway < m->gateways)
		return has;
	if (m->key_retried)
		return 0;
	m->key_retried = 1;
	relay_replace(m->relay);
	return 1;
}

/* The first failure is said; those that follow are the same trouble. */
static void
tell_first(struct model *m, const struct relay_ask *q,
    const struct relay_answer *a)
{
	if (!retry_is_providers(a->error) && a->error != MODEL_PROTOCOL)
		log_warnx("thread %s: provider %s: %s (%s)", q->thread_id,
		    provider(m)->name, a->message, model_error_name(a->error));
	else if (!m->troubled) {
		m->troubled = 1;
		log_warnx("provider %s: %s (%s)", provider(m)->name,
		    a->message, model_error_name(a->error));
	}
}

void
model_failed(struct model *m, const struct relay_ask *q,
    struct relay_answer *a, int64_t server_ms)
{
	struct retry_case	c = { .error = a->error,
				    .attempt = q->attempt,
				    .rounds = m->rounds,
				    .server_ms = server_ms,
				    .random = arc4random() };
	struct retry_plan	p;

	a->retry_ms = RETRY_NEVER;
	if (provider(m) == NULL || a->error == MODEL_CANCELLED)
		return;
	tell_first(m, q, a);
	if (a->error == MODEL_AUTH && with_a_new_key(m, q)) {
		a->retry_ms = 0;
		return;
	}
	/* The others of a round that was given up go the same way. */
	if (model_hold_left(m) > 0 && m->gave_up &&
	    retry_is_providers(a->error))
		return;
	retry_plan(&c, &p);
	a->retry_ms = p.asker_ms;
	if (p.hold_ms <= 0)
		return;
	m->gave_up = p.asker_ms == RETRY_NEVER;
	m->rounds += m->gave_up;
	model_hold_set(m, a->error, p.hold_ms, a->message);
}
