#include "common/log.h"
#include "supervisor/retry.h"

/*
 * What each class asks for.  `base' and `cap' are the asker's own back-off,
 * `attempts' how often it asks in all; after that the provider is held from
 * `hold' on, doubled with each round.
 */
static const struct rule {
	int64_t	attempts;
	int64_t	base;
	int64_t	hold;		/* 0: the request is at fault */
	int	shared;		/* a wait concerns every asker */
} rules[MODEL_ERROR__MAX] = {
	[MODEL_AUTH]		= { 1, 0,	15 * 60000,	1 },
	[MODEL_QUOTA]		= { 1, 0,	60 * 60000,	1 },
	[MODEL_RATE_LIMIT]	= { 5, 5000,	60000,		1 },
	[MODEL_OVERLOADED]	= { 5, 2000,	60000,		0 },
	[MODEL_CONTEXT_WINDOW]	= { 5, 0,	0,		0 },
	[MODEL_INVALID_REQUEST]	= { 1, 0,	0,		0 },
	[MODEL_REFUSAL]		= { 1, 0,	0,		0 },
	[MODEL_TRANSPORT]	= { 5, 1000,	60000,		0 },
	[MODEL_PROTOCOL]	= { 3, 2000,	0,		0 },
	[MODEL_CANCELLED]	= { 1, 0,	0,		0 },
	[MODEL_OVER_BUDGET]	= { 1, 0,	0,		0 },
};

/* base doubled n times, at most `cap'. */
static int64_t
grown(int64_t base, int64_t n, int64_t cap)
{
	for (; n > 0 && base < cap; n--)
		base *= 2;
	return base < cap ? base : cap;
}

/* Between half of it and all of it. */
static int64_t
spread(int64_t ms, uint32_t random)
{
	return ms / 2 + (int64_t)((uint64_t)(ms - ms / 2) * random /
	    UINT32_MAX);
}

static const struct rule *
rule_of(enum model_error e)
{
	if (e == MODEL_NONE || e >= MODEL_ERROR__MAX)
		BUG("no rule for class %d", (int)e);
	return &rules[e];
}

/* The provider is held for so long; whoever asks meanwhile is sent away. */
static int64_t
hold_time(const struct rule *r, const struct retry_case *c)
{
	if (c->server_ms >= 0 && r->shared)
		return c->server_ms < RETRY_MAX_MS ? c->server_ms :
		    RETRY_MAX_MS;
	return spread(grown(r->hold, c->rounds, RETRY_MAX_MS), c->random);
}

void
retry_plan(const struct retry_case *c, struct retry_plan *p)
{
	const struct rule	*r = rule_of(c->error);
	int64_t			 ms;

	*p = (struct retry_plan){ RETRY_NEVER, 0 };
	if (c->attempt + 1 < r->attempts) {
		ms = c->server_ms >= 0 ? c->server_ms :
		    spread(grown(r->base, c->attempt, RETRY_ASKER_MAX_MS),
		    c->random);
		if (ms <= RETRY_ASKER_MAX_MS) {
			p->asker_ms = ms;
			p->hold_ms = r->shared ? ms : 0;
			return;
		}
		p->hold_ms = ms < RETRY_MAX_MS ? ms : RETRY_MAX_MS;
		return;
	}
	if (r->hold > 0)
		p->hold_ms = hold_time(r, c);
}

int
retry_is_providers(enum model_error e)
{
	return rule_of(e)->hold > 0 || e == MODEL_CANCELLED ||
	    e == MODEL_OVER_BUDGET;
}
