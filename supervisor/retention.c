#include <sys/stat.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "common/folder.h"
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
	int64_t			 copies;
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
	struct store_agent	*a = NULL;
	int64_t			 ms = uuid_time_ms(id);

	if (ms < 0 || ms / 1000 >= g->until)
		return;
	if (store_agent_get(g->sv->store, id, &a) == STORE_NONE)
		g->agents += audit_remove(&g->sv->state, id) == 0;
	store_agent_free(a);
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

/* "state.db.vN", and nothing that a person put beside it. */
static int
is_copy(const char *name)
{
	static const char	prefix[] = "state.db.v";
	size_t			n = sizeof(prefix) - 1;

	return strncmp(name, prefix, n) == 0 && name[n] != '\0' &&
	    name[n + strspn(name + n, "0123456789")] == '\0';
}

static void
forget_copy(struct gone *g, int dir, const char *name, int64_t until)
{
	struct stat	 sb;

	if (fstatat(dir, name, &sb, AT_SYMLINK_NOFOLLOW) == -1 ||
	    !S_ISREG(sb.st_mode) || sb.st_mtime >= until)
		return;
	if (unlinkat(dir, name, 0) == -1)
		log_warn("%s/%s: it stays until tomorrow", g->sv->state.path,
		    name);
	else
		g->copies++;
}

/* What the database was before an upgrade holds what was forgotten since. */
static void
forget_copies(struct gone *g, int64_t until)
{
	DIR		*d = opendir(g->sv->state.path);
	struct dirent	*e;

	if (d == NULL) {
		log_warn("%s: copies of the database stay until tomorrow",
		    g->sv->state.path);
		return;
	}
	while ((e = folder_next(d)) != NULL)
		if (is_copy(e->d_name))
			forget_copy(g, dirfd(d), e->d_name, until);
	if (errno != 0)
		log_warn("%s: copies of the database may stay until tomorrow",
		    g->sv->state.path);
	closedir(d);
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
	forget_copies(&g, days_ago(r->staging_days));
	forget_agents(&g);
	if (r->ledger_days > 0)
		(void)store_ledger_prune(sv->store, days_ago(r->ledger_days),
		    &g.requests);
	TAILQ_FOREACH(m, &sv->memories, entry)
		m->trim = 1;
	if (g.agents > 0 || g.requests > 0 || g.folders > 0 || g.copies > 0)
		log_info("retention: the records of %lld agents, %lld rows of "
		    "the ledger, %lld staging folders and %lld copies of the "
		    "database are gone", (long long)g.agents,
		    (long long)g.requests, (long long)g.folders,
		    (long long)g.copies);
}
