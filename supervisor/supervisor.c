#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fd.h"
#include "log.h"
#include "monotime.h"
#include "supervisor/codex_config.h"
#include "supervisor/control.h"
#include "supervisor/match.h"
#include "supervisor/memory.h"
#include "supervisor/logring.h"
#include "supervisor/metrics.h"
#include "supervisor/model.h"
#include "supervisor/notify.h"
#include "supervisor/operation.h"
#include "supervisor/scheduler.h"
#include "supervisor/secret.h"
#include "supervisor/stage_one.h"
#include "supervisor/supervisor.h"
#include "supervisor/telemetry.h"
#include "supervisor/waits.h"

#define SCAN_LIMIT	5000	/* threads looked at for claims */
#define LEASE_S		3600
#define DESCRIPTORS	4096	/* memories at work, clients */
#define ROLES	(1u << ROLE_EXTRACT | 1u << ROLE_CONSOLIDATE |	\
		1u << ROLE_WORKSPACE)

int
supervisor_stopping(const struct supervisor *sv)
{
	return sv->rt.stop.asked > 0 || children_stopping(sv->rt.children);
}

int
supervisor_wants(const struct store_thread *t, void *arg)
{
	struct supervisor		*sv = arg;
	const struct config_source	*s;
	struct memory			*m;

	s = config_source(sv->config, t->source_name);
	if (s == NULL)
		return 0;
	TAILQ_FOREACH(m, &sv->memories, entry)
		if (!m->stopped && match_memory(m->config, s, t->cwd))
			return 1;
	return 0;
}

enum store_status
supervisor_disabled(struct supervisor *sv)
{
	enum store_status	st = STORE_OK;

	if (sv->disabled_stale)
		st = disabled_load(&sv->disabled, sv->store);
	if (st == STORE_OK)
		sv->disabled_stale = 0;
	return st;
}

enum store_status
supervisor_stage_one_rules(struct supervisor *sv,
    struct store_stage_one_rules *r)
{
	const struct config_pipeline	*p = &sv->config->pipeline;
	struct waits			 w;
	enum store_status		 st;

	memset(r, 0, sizeof(*r));
	r->now = wall_s();
	r->idle_hours = p->min_rollout_idle_hours;
	r->age_days = p->max_rollout_age_days;
	r->scan_limit = SCAN_LIMIT;
	r->max_claims = p->max_stage_one_jobs;
	r->max_running = p->max_stage_one_jobs;
	r->lease_s = LEASE_S;
	r->worker_id = sv->run_id;
	r->wanted = supervisor_wants;
	r->arg = sv;
	r->disabled = disabled_has;
	r->disabled_arg = &sv->disabled;
	st = waits_look(sv->store, sv->config, r->now, &w);
	waits_rules(&w, r);
	return st == STORE_OK ? supervisor_disabled(sv) : st;
}

const char *
supervisor_agent_id(const struct supervisor *sv, const struct child *c)
{
	struct memory	*m;

	TAILQ_FOREACH(m, &sv->memories, entry)
		if (m->agent == c && m->state == MEM_AGENT)
			return m->agent_id;
	return NULL;
}

enum mnemod_exit
supervisor_open(struct supervisor *sv, unsigned roles, const char *how)
{
	enum mnemod_exit	e;

	e = state_dir_open(&sv->state, sv->config->state, STATE_ORPHANS_MS,
	    how);
	if (e != EXIT_OK)
		return e;
	if (store_open(sv->state.path, STORE_OWNER, &sv->store) != STORE_OK) {
		state_dir_close(&sv->state);
		return EXIT_STATE;
	}
	sv->disabled_stale = 1;
	e = runtime_open(&sv->rt, sv->config, roles, sv->state.workers_fd);
	if (e != EXIT_OK) {
		disabled_release(&sv->disabled);
		store_close(sv->store);
		state_dir_close(&sv->state);
	}
	return e;
}

void
supervisor_close(struct supervisor *sv)
{
	runtime_close(&sv->rt);
	disabled_release(&sv->disabled);
	store_close(sv->store);
	state_dir_close(&sv->state);
}

/* What another machine writes there is seen as late as the mount has it. */
static void
hint_network(const struct config_source *s, int64_t interval)
{
	const char	*net = state_dir_network_fs(s->path);

	if (net != NULL)
		log_info("source %s: %s is on a network file system (%s): it "
		    "is scanned every %lld seconds as ever; what other "
		    "machines write is seen when the mount shows it", s->name,
		    s->path, net, (long long)interval);
}

/* One line per source whose result Codex will not read. */
static void
log_hints(const struct config *c)
{
	char	*hint;
	size_t	 i;

	for (i = 0; i < c->nsources; i++) {
		hint_network(&c->sources[i], c->scan_interval);
		hint = codex_config_hint(c->sources[i].path);
		if (hint != NULL)
			log_info("%s", hint);
		free(hint);
	}
}

/* Of several statuses 5, 6, 7, 1, 8 go first in this order. */
static enum mnemod_exit
exit_of(const struct supervisor *sv, enum mnemod_exit finished)
{
	if (finished != EXIT_OK)
		return finished;
	if (sv->outcome & OUTCOME_STATE)
		return EXIT_STATE;
	if (sv->opt->act != ACT_ONCE)
		return memory_usable(sv) == 0 ? EXIT_ROOT : EXIT_OK;
	if (sv->outcome & OUTCOME_ROOT)
		return EXIT_ROOT;
	if (sv->outcome & OUTCOME_JOB_FAILED)
		return EXIT_JOB_FAILED;
	if (sv->outcome & OUTCOME_WAITING)
		return EXIT_WAITING;
	return EXIT_OK;
}

enum mnemod_exit
supervisor_run(const struct options *opt, const struct paths *paths,
    struct config *config)
{
	struct supervisor	sv;
	enum mnemod_exit	e;

	memset(&sv, 0, sizeof(sv));
	sv.opt = opt;
	sv.paths = paths;
	sv.config = config;
	fd_limit_raise(DESCRIPTORS);
	sv.logring = logring_new();
	log_set_tap(logring_add, sv.logring);
	e = supervisor_open(&sv, config_needs_gateway(config) ?
	    ROLES | 1u << ROLE_GATEWAY : ROLES, "");
	if (e != EXIT_OK) {
		log_set_tap(NULL, NULL);
		logring_free(sv.logring);
		config_free(config);
		return e;
	}
	uuid_v7(sv.run_id);
	if (opt->act == ACT_ONCE)
		progress_init(&sv.progress, STDERR_FILENO);
	log_hints(config);
	sv.notify = notify_new(sv.rt.loop);
	sv.metrics = metrics_new();
	sv.telemetry = telemetry_new(&sv);
	memory_make_all(&sv);
	sv.stage_one = stage_one_new(&sv);
	sv.model = model_new(&sv);
	sv.scheduler = scheduler_new(&sv);
	sv.operations = operations_new(&sv);
	sv.control = control_new(&sv);

	scheduler_run(sv.scheduler);
	telemetry_wait(sv.telemetry);
	notify_stopping(sv.notify);
	notify_status(sv.notify, "stopping: workers are asked to end");
	e = runtime_finish(&sv.rt, "mnemod ends");
	telemetry_stop(sv.telemetry);

	if (opt->act == ACT_ONCE)
		progress_end(&sv.progress);
	e = exit_of(&sv, e);
	operations_free(sv.operations);
	control_free(sv.control);
	model_free(sv.model);
	secret_wipe();
	stage_one_free(sv.stage_one);
	memory_free_all(&sv);
	scheduler_free(sv.scheduler);
	notify_free(sv.notify);
	telemetry_free(sv.telemetry);
	metrics_free(sv.metrics);
	supervisor_close(&sv);
	log_set_tap(NULL, NULL);
	logring_free(sv.logring);
	config_free(sv.config);
	return e;
}
