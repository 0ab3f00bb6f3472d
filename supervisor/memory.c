#include <sys/stat.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "mem.h"
#include "monotime.h"
#include "supervisor/memory.h"
#include "supervisor/settings.h"

static struct memory *
memory_new(struct supervisor *sv, const struct config_memory *config)
{
	struct memory	*m = xcalloc(1, sizeof(*m));

	m->sv = sv;
	m->config = config;
	m->state = MEM_IDLE;
	m->root.fd = m->root.peer_fd = -1;
	return m;
}

void
memory_make_all(struct supervisor *sv)
{
	struct memory	*m;
	size_t		 i;

	TAILQ_INIT(&sv->memories);
	for (i = 0; i < sv->config->nmemories; i++) {
		m = memory_new(sv, &sv->config->memories[i]);
		TAILQ_INSERT_TAIL(&sv->memories, m, entry);
	}
}

void
memory_free_all(struct supervisor *sv)
{
	struct memory	*m;

	while ((m = TAILQ_FIRST(&sv->memories)) != NULL) {
		if (m->wspace != NULL || m->agent != NULL)
			BUG("memory %s ends while a worker lives",
			    m->config->name);
		TAILQ_REMOVE(&sv->memories, m, entry);
		root_release(&m->root);
		free(m->base);
		free(m->staging);
		free(m);
	}
}

unsigned
memory_usable(const struct supervisor *sv)
{
	struct memory	*m;
	unsigned	 n = 0;

	TAILQ_FOREACH(m, &sv->memories, entry)
		n += !m->stopped;
	return n;
}

int
memory_all_idle(const struct supervisor *sv)
{
	struct memory	*m;

	TAILQ_FOREACH(m, &sv->memories, entry)
		if (m->state != MEM_IDLE)
			return 0;
	return 1;
}

void
memory_stop(struct memory *m, const char *reason)
{
	snprintf(m->reason, sizeof(m->reason), "%s", reason);
	m->stopped = 1;
	m->sv->outcome |= OUTCOME_ROOT;
}

int
memory_reason_stops(const char *reason)
{
	static const char *const stops[] = { "foreign_root", "root_vanished",
	    "unsupported_filesystem", "read_only" };
	size_t	i;

	for (i = 0; i < sizeof(stops) / sizeof(stops[0]); i++)
		if (strcmp(reason, stops[i]) == 0)
			return 1;
	return 0;
}

/* The source whose own memory folder this root may be. */
static const char *
codex_home_of(const struct memory *m)
{
	const struct config	*c = m->sv->config;
	char			*path;
	size_t			 i;
	int			 same;

	for (i = 0; i < c->nsources; i++) {
		path = xasprintf("%s/memories", c->sources[i].path);
		same = strcmp(path, m->config->root) == 0;
		free(path);
		if (same)
			return c->sources[i].path;
	}
	return NULL;
}

/*
 * What is known of the root; -1: not now, logged.  *row is to be freed; NULL:
 * never ours.
 */
static int
memory_query(struct memory *m, struct root_query *q, struct store_memory **row)
{
	enum store_status	st;

	memset(q, 0, sizeof(*q));
	*row = NULL;
	q->name = m->config->name;
	q->path = m->config->root;
	q->codex_home = codex_home_of(m);
	st = store_memory_get(m->sv->store, q->name, row);
	if (st != STORE_OK && st != STORE_NONE) {
		log_warnx("memory %s: what is known of %s cannot be read now; "
		    "looked at again at the next pass", q->name, q->path);
		snprintf(m->reason, sizeof(m->reason), "state_unreadable");
		return -1;
	}
	if (st == STORE_OK)
		memory_record(*row, &q->record);
	return 0;
}

/* Only a supervisor that stays for a pass adopts, mnemoctl never. */
static enum root_adopt
adopts(const struct memory *m)
{
	if (m->sv->scheduler == NULL)
		return ADOPT_NONE;
	if (m->config->adopt_now)
		return ADOPT_ANY;
	return m->config->adopt ? ADOPT_FOREIGN : ADOPT_NONE;
}

/* What the root is; not usable, and not to be adopted: logged. */
static void
judge(struct memory *m, const struct root_query *q)
{
	enum root_state	state = m->root.state;

	m->foreign = root_adoptable(state, q->adopt);
	if (m->foreign) {
		log_info("%s", m->root.text);
		return;
	}
	if (root_usable(state))
		return;
	log_warnx("%s", m->root.text);
	if (root_unknown(state))
		m->unknown = 1;
	else
		memory_stop(m, root_state_name(state));
}

void
memory_look(struct memory *m)
{
	struct root_query	 q;
	struct store_memory	*row;
	int			 late = m->unknown;

	m->unknown = 0;
	if (memory_query(m, &q, &row) == -1) {
		m->unknown = 1;
		return;
	}
	q.adopt = adopts(m);
	root_look(&m->root, &q);
	judge(m, &q);
	if (m->unknown)
		snprintf(m->reason, sizeof(m->reason), "%s",
		    root_state_name(m->root.state));
	root_release(&m->root);
	if (!m->stopped && !m->unknown && !m->foreign && row != NULL &&
	    (memory_take(m) == -1 || late))
		m->unrecovered = 1;
	store_memory_free(row);
}

static int
record_root(struct memory *m, const struct store_memory *row)
{
	struct store_memory	claim;

	if (row != NULL && row->released_at == 0 &&
	    strcmp(row->root, m->root.real) == 0 &&
	    row->dev == (int64_t)m->root.dev &&
	    row->ino == (int64_t)m->root.ino)
		return 0;
	memset(&claim, 0, sizeof(claim));
	claim.name = m->config->name;
	claim.root = m->root.real;
	claim.dev = (int64_t)m->root.dev;
	claim.ino = (int64_t)m->root.ino;
	claim.claimed_at = wall_s();
	if (store_memory_claim(m->sv->store, &claim) == STORE_OK)
		return 0;
	snprintf(m->reason, sizeof(m->reason), "state_unwritable");
	return -1;
}

/* The caller frees it. */
static char *
history_path(const struct memory *m)
{
	char	*name = xasprintf("memories/%s.git", m->config->name);
	char	*path = state_dir_file(&m->sv->state, name);

	free(name);
	return path;
}

int
memory_has_history(const struct memory *m)
{
	char	*path = history_path(m);
	int	 there = access(path, F_OK) == 0 || errno != ENOENT;

	free(path);
	return there;
}

/* The folder of the history, which a sandbox cannot make for itself. */
static int
make_history(struct memory *m)
{
	char	*path = history_path(m);
	int	 r = mkdir(path, 0700);

	if (r == -1 && errno == EEXIST)
		r = 0;
	if (r == -1) {
		log_warn("%s: no history, nothing is published", path);
		snprintf(m->reason, sizeof(m->reason), "state_unwritable");
	}
	free(path);
	return r;
}

static int
take(struct memory *m, enum root_adopt adopt)
{
	struct root_query	 q;
	struct store_memory	*row;
	int			 r;

	if (memory_query(m, &q, &row) == -1)
		return -1;
	q.adopt = adopt;
	r = root_take(&m->root, &q);
	if (r == 1)
		r = (adopt != ADOPT_NONE || record_root(m, row) == 0) &&
		    make_history(m) == 0 ? 1 : -1;
	else {
		log_warnx("%s", m->root.text);
		if (r == 0 && root_unknown(m->root.state))
			snprintf(m->reason, sizeof(m->reason), "%s",
			    root_state_name(m->root.state));
		else if (r == 0)
			memory_stop(m, root_state_name(m->root.state));
		else
			snprintf(m->reason, sizeof(m->reason), "locked_by %d",
			    m->root.locked_by);
	}
	store_memory_free(row);
	if (r != 1) {
		root_release(&m->root);
		return -1;
	}
	m->held = 1;
	return 0;
}

int
memory_take(struct memory *m)
{
	return m->held ? 0 : take(m, ADOPT_NONE);
}

int
memory_take_foreign(struct memory *m)
{
	return take(m, adopts(m));
}

void
memory_give_back(struct memory *m)
{
	root_release(&m->root);
	m->held = 0;
}

void
memory_start_workspace_for(struct memory *m, const struct child_ops *ops,
    void *arg)
{
	struct child_spec	spec;

	memset(&spec, 0, sizeof(spec));
	spec.role = ROLE_WORKSPACE;
	spec.name = m->config->name;
	spec.settings = settings_workspace(m->sv->config, m->config,
	    m->root.real, m->sv->state.path);
	spec.root_fd = m->root.fd;
	spec.peer_lock_fd = m->root.peer_fd;
	spec.ops = ops;
	spec.arg = arg;
	m->wspace = child_start(m->sv->rt.children, &spec);
}

void
memory_start_workspace(struct memory *m, const struct child_ops *ops)
{
	memory_start_workspace_for(m, ops, m);
}

struct child *
memory_start_reader(struct memory *m, const struct child_ops *ops, void *arg)
{
	struct child_spec	spec;

	memset(&spec, 0, sizeof(spec));
	spec.role = ROLE_WORKSPACE;
	spec.name = m->config->name;
	spec.settings = settings_reader(m->sv->config, m->config,
	    m->config->root, m->sv->state.path);
	spec.root_fd = spec.peer_lock_fd = -1;
	spec.ops = ops;
	spec.arg = arg;
	return child_start(m->sv->rt.children, &spec);
}
