#include <string.h>

#include "supervisor/budget.h"

#define MILLION		1000000
#define BYTES_PER_TOKEN	3	/* fewer than any text has: an upper bound */

int64_t
budget_tokens(size_t bytes)
{
	return (int64_t)(bytes / BYTES_PER_TOKEN) + 1;
}

static int64_t
not_negative(int64_t n)
{
	return n > 0 ? n : 0;
}

/* Without overflow: prices are below 10^12, tokens below 10^10. */
static int64_t
cost(int64_t tokens, int64_t price)
{
	int64_t	millions = tokens / MILLION, rest = tokens % MILLION;

	return millions * price + (rest * price + MILLION - 1) / MILLION;
}

int64_t
budget_money(const struct budget_prices *p, const struct budget_usage *u)
{
	int64_t	input = not_negative(u->input);
	int64_t	cached = not_negative(u->cached_input);

	if (cached > input)
		cached = input;
	return cost(input - cached, p->input) + cost(cached, p->cached) +
	    cost(not_negative(u->output), p->output);
}

struct budget_sum
budget_reserve(size_t bytes, int64_t output_cap, const struct budget_prices *p)
{
	struct budget_usage	u = { budget_tokens(bytes), 0, output_cap };
	struct budget_sum	s = { u.input + u.output, 1, 0 };

	s.money = budget_money(p, &u);
	return s;
}

static const struct {
	const char	*key;
	size_t		 limit;
	size_t		 sum;
} ceilings[] = {
	{ "tokens_per_day", offsetof(struct budget_limits, tokens),
	    offsetof(struct budget_sum, tokens) },
	{ "requests_per_day", offsetof(struct budget_limits, requests),
	    offsetof(struct budget_sum, requests) },
	{ "money_per_day", offsetof(struct budget_limits, money),
	    offsetof(struct budget_sum, money) },
};
#define NCEILINGS (sizeof(ceilings) / sizeof(ceilings[0]))

static int64_t
at(const void *base, size_t offset)
{
	return *(const int64_t *)(const void *)((const char *)base + offset);
}

enum budget_verdict
budget_check(const struct budget_limits *l, const struct budget_sum *spent,
    const struct budget_sum *ask, const char **key)
{
	enum budget_verdict	v = BUDGET_ALLOWED;
	int64_t			limit, want;
	size_t			i;

	for (i = 0; i < NCEILINGS; i++) {
		limit = at(l, ceilings[i].limit);
		want = at(ask, ceilings[i].sum);
		if (limit == 0)
			continue;
		if (want > limit) {
			*key = ceilings[i].key;
			return BUDGET_NEVER;
		}
		if (v == BUDGET_ALLOWED &&
		    at(spent, ceilings[i].sum) > limit - want) {
			*key = ceilings[i].key;
			v = BUDGET_LATER;
		}
	}
	return v;
}

int64_t
budget_limit(const struct budget_limits *l, const char *key)
{
	size_t	i;

	for (i = 0; i < NCEILINGS; i++)
		if (strcmp(ceilings[i].key, key) == 0)
			return at(l, ceilings[i].limit);
	return 0;
}

int
budget_frees(struct budget_wait *w, int64_t tokens, int64_t money)
{
	const char	*key;

	w->spent.tokens -= tokens;
	w->spent.money -= money;
	w->spent.requests--;
	return budget_check(&w->limits, &w->spent, &w->ask, &key) !=
	    BUDGET_LATER;
}
