#include <string.h>

#include "common/log.h"
#include "common/monotime.h"
#include "supervisor/retention.h"
#include "supervisor/store_clock.h"
#include "supervisor/upkeep.h"
#include "supervisor/waits.h"

#define BACK_MS		1000		/* a clock that went back */
#define PRUNE_LIMIT	200		/* outputs in one pass */

/* Outputs that no memory uses do not stay for ever. */
static void
prune_outputs(struct supervisor *sv)
{
	struct store_retention	r;

	memset(&r, 0, sizeof(r));
	r.now = wall_s();
	r.days = sv->config->pipeline.max_unused_days;
	r.limit = PRUNE_LIMIT;
	if (store_output_prune(sv->store, &r) == STORE_OK && r.pruned > 0)
		log_info("%lld raw memories unused for %lld days are gone",
		    (long long)r.pruned, (long long)r.days);
}

/*
 * The claims look for themselves; the log says when that changes.  A scan
 * goes on: what is new is seen, and waits with its reason.
 */
void
upkeep_look(struct upkeep *u, struct supervisor *sv)
{
	const char	*was = u->still;
	struct waits	 w;

	(void)waits_look(sv->store, sv->config, wall_s(), &w);
	u->still = w.still.reason;
	children_still(sv->rt.children, u->still);
	if (u->still == NULL && was != NULL)
		log_info("new work begins again (%s is over)", was);
	else if (u->still != NULL && (was == NULL ||
	    strcmp(was, u->still) != 0))
		log_warnx("no new work begins (%s): %s", u->still,
		    w.still.text);
}

/*
 * At the start, and when the clock went back: times that lie in the future
 * would hold work back until they come.
 */
static void
look_at_clock(struct upkeep *u, struct store *store)
{
	int64_t	clock = wall_ms() - boot_ms(), n;
	int	first = u->clock_ms == 0;

	if (!first && clock >= u->clock_ms - BACK_MS) {
		u->clock_ms = clock;
		return;
	}
	if (!first)
		log_warnx("the clock went back by %lld seconds",
		    (long long)(u->clock_ms - clock) / 1000);
	/* Else it is done in the next pass. */
	if (store_clock_heal(store, wall_s(), &n) != STORE_OK)
		return;
	u->clock_ms = clock;
	if (n > 0)
		log_warnx("%lld times lay in the future: they are taken for "
		    "now", (long long)n);
}

static void
look_at_records(struct upkeep *u, struct supervisor *sv)
{
	if (boot_ms() < u->retention_ms)
		return;
	u->retention_ms = boot_ms() + RETENTION_MS;
	retention_run(sv);
}

void
upkeep_start(struct upkeep *u, struct supervisor *sv)
{
	look_at_clock(u, sv->store);
	look_at_records(u, sv);
}

void
upkeep_pass(struct upkeep *u, struct supervisor *sv)
{
	look_at_clock(u, sv->store);
	upkeep_look(u, sv);
	look_at_records(u, sv);
	prune_outputs(sv);
}
