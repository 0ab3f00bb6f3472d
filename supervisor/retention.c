#include <stdint.h>

#include "common/log.h"
#include "common/monotime.h"
#include "supervisor/audit.h"
#include "supervisor/memory.h"
#include "supervisor/retention.h"
#include "supervisor/staging.h"
#include "supervisor/store_retention.h"

#define DAY 86400

/* What went in one run. */
struct gone {
	struct supervisor	*sv;
	int64_t			 until;		/* of audits */
	int64_t			 agents;
	int64_t			 requests;
	int64_t			 folders;
};

/* The second before which things go. */
static int64_t
days_ago(int64_t days)
{
	return days == 0 ? INT64_MIN : wall_s() - days * DAY;
}

/*
 * The file first: without it the row still tells that it is to go.  What a
 * person may still look at keeps both.
 */
static int
forget_agent(const char *id, void *arg)
{
	struct gone	*g = arg;

	if (staging_exists(&g->sv->state, id) ||
	    audit_remove(&g->sv->state, id) == -1)
		return 0;
	if (store_agent_forget(g->sv->store, id) != STORE_OK)
		return 1;
	g->agents++;
	return 0;
}

/* An audit whose agent no row knows tells its time by its name. */
static void
forget_stray(const char *id, void *arg)
{
	struct gone		*g = arg;
	struct store_agent	*a;
	int64_t			 ms = uuid_time_ms(id);

	if (ms < 0 || ms / 1000 >= g->until ||
	    store_agent_get(g->sv->store, id, &a) != STORE_NONE)
		return;
	g->agents += audit_remove(&g->sv->state, id) == 0;
}

static void
forget_agents(struct gone *g)
{
	struct store	*store = g->sv->store;

	if (g->until == INT64_MIN || store_begin(store) != STORE_OK)
		return;
	if (store_agents_old_each(store, g->until, forget_agent, g) !=
	    STORE_OK) {
		store_rollback(store);
		g->agents = 0;
	} else if (store_commit(store) != STORE_OK)
		g->agents = 0;
	audit_each(&g->sv->state, forget_stray, g);
}

void
retention_run(struct supervisor *sv)
{
	const struct config_retention	*r = &sv->config->retention;
	struct memory			*m;
	struct gone			 g = { .sv = sv,
	    .until = days_ago(r->audits_days) };

	g.folders = staging_sweep(&sv->state, sv->store,
	    days_ago(r->staging_days));
	forget_agents(&g);
	if (r->ledger_days > 0)
		(void)store_ledger_prune(sv->store, days_ago(r->ledger_days),
		    &g.requests);
	TAILQ_FOREACH(m, &sv->memories, entry)
		m->trim = 1;
	if (g.agents > 0 || g.requests > 0 || g.folders > 0)
		log_info("retention: the records of %lld agents, %lld rows of "
		    "the ledger and %lld staging folders are gone",
		    (long long)g.agents, (long long)g.requests,
		    (long long)g.folders);
}
