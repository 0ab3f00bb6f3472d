#include <sys/stat.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "mem.h"
#include "monotime.h"
#include "supervisor/codex_config.h"
#include "supervisor/disabled.h"
#include "supervisor/dryrun.h"
#include "supervisor/ledger.h"
#include "supervisor/match.h"
#include "supervisor/memory.h"
#include "supervisor/runtime.h"
#include "supervisor/scan.h"
#include "supervisor/settings.h"
#include "supervisor/survey.h"
#include "supervisor/waits.h"

#define DIRS_MAX 40

/* An estimate of a request: instructions, reply, and text of English. */
#define PROMPT_TOKENS	6000
#define REPLY_TOKENS	2000
#define BYTES_PER_TOKEN	4

struct survey {
	const struct config	*config;
	struct store		*store;
	struct scan		 scan;
	struct disabled		 disabled;
	int			 over;		/* the worker is gone */
	enum mnemod_exit	 status;

	/* What the report is made of. */
	struct dryrun		 report;
	struct dryrun_source	*sources;
	struct dryrun_memory	*memories;
	struct root		*roots;
	struct dryrun_count	 reasons[DUE__MAX];
	struct dryrun_count	 dirs[DIRS_MAX];
	size_t			 ndirs;
	int64_t			 due;
	int64_t			 done;
};

int
survey_first_start(const struct config *c)
{
	char	*path = xasprintf("%s/state.db", c->state);
	int	 first = access(path, F_OK) == -1;

	free(path);
	return first;
}

static void
survey_step(struct survey *s, struct child *c, enum scan_status st)
{
	if (st == SCAN_MORE)
		return;
	if (st == SCAN_DONE)
		s->status = EXIT_OK;
	child_stop(c, "done");
}

static void
survey_ready(struct child *c, void *arg)
{
	struct survey	*s = arg;

	survey_step(s, c, scan_start(&s->scan, c));
}

static void
survey_message(struct child *c, const struct msg *m, void *arg)
{
	struct survey	*s = arg;

	survey_step(s, c, scan_message(&s->scan, m));
}

static void
survey_ended(struct child *c, const struct child_end *end, void *arg)
{
	struct survey	*s = arg;

	if (!child_once(c, end))
		return;
	if (s->status != EXIT_OK && end->cause != CAUSE_STOPPED)
		log_warnx("the extract worker ended during the scan: %s",
		    end->text);
	s->over = 1;
}

static enum mnemod_exit
survey_scan(struct survey *s)
{
	static const struct child_ops	ops = {
		survey_ready, survey_message, NULL, survey_ended
	};
	struct child_spec		spec;
	struct runtime			rt;
	enum mnemod_exit		e;

	e = runtime_open(&rt, s->config, 1u << ROLE_EXTRACT, -1);
	if (e != EXIT_OK)
		return e;
	memset(&spec, 0, sizeof(spec));
	spec.role = ROLE_EXTRACT;
	spec.settings = settings_extract(s->config, NULL);
	spec.root_fd = spec.peer_lock_fd = -1;
	spec.ops = &ops;
	spec.arg = s;
	child_start(rt.children, &spec);
	while (!s->over)
		loop_run_once(rt.loop, -1);
	e = runtime_finish(&rt, "done");
	runtime_close(&rt);
	return e == EXIT_OK ? s->status : e;
}

static int
wanted_by_any(const struct store_thread *t, void *arg)
{
	const struct config		*c = ((struct survey *)arg)->config;
	const struct config_source	*src;
	size_t				 i;

	src = config_source(c, t->source_name);
	for (i = 0; src != NULL && i < c->nmemories; i++)
		if (match_memory(&c->memories[i], src, t->cwd))
			return 1;
	return 0;
}

/* One more due thread of this directory. */
static void
count_dir(struct survey *s, const char *cwd)
{
	size_t	i;

	for (i = 0; i < s->ndirs; i++)
		if (strcmp(s->dirs[i].what, cwd) == 0) {
			s->dirs[i].n++;
			return;
		}
	if (s->ndirs == DIRS_MAX)
		return;
	s->dirs[s->ndirs].what = xstrdup(cwd);
	s->dirs[s->ndirs++].n = 1;
}

/* One request more: what can go into it, and what such replies have. */
static void
count_request(struct survey *s, const char *path)
{
	const struct config_provider	*p = config_provider_used(s->config);
	int64_t				 bytes = settings_text_bytes(s->config);
	struct dryrun_model		*m = &s->report.model;
	struct budget_prices		 prices;
	struct budget_usage		 u = { 0, 0, REPLY_TOKENS };
	struct stat			 sb;

	if (p == NULL)
		return;
	if (stat(path, &sb) == 0 && sb.st_size < bytes)
		bytes = sb.st_size;
	u.input = bytes / BYTES_PER_TOKEN + PROMPT_TOKENS;
	ledger_prices(p, &prices);
	m->name = p->extract_model;
	m->requests++;
	m->tokens += u.input + u.output;
	m->money += budget_money(&prices, &u);
}

static int
count_thread(const struct store_thread *t, enum store_due due, int64_t when,
    void *arg)
{
	struct survey			*s = arg;
	const struct config_source	*src;
	size_t				 i;

	(void)when;
	src = config_source(s->config, t->source_name);
	if (due == DUE_NOW) {
		s->due++;
		count_request(s, t->rollout_path);
		count_dir(s, t->cwd);
		for (i = 0; src != NULL && i < s->config->nmemories; i++)
			if (match_memory(&s->config->memories[i], src, t->cwd))
				s->memories[i].threads++;
	} else if (due == DUE_UP_TO_DATE)
		s->done++;
	else
		s->reasons[due].n++;
	return 0;
}

static void
survey_threads(struct survey *s)
{
	struct store_stage_one_rules	r;
	struct waits			w;

	memset(&r, 0, sizeof(r));
	r.now = wall_s();
	r.idle_hours = s->config->pipeline.min_rollout_idle_hours;
	r.age_days = s->config->pipeline.max_rollout_age_days;
	r.scan_limit = INT64_MAX;
	r.max_claims = r.max_running = 1;
	r.wanted = wanted_by_any;
	r.arg = s;
	if (disabled_load(&s->disabled, s->store) == STORE_OK) {
		r.disabled = disabled_has;
		r.disabled_arg = &s->disabled;
	}
	if (waits_look(s->store, s->config, r.now, &w) == STORE_OK)
		waits_rules(&w, &r);
	store_stage_one_survey(s->store, &r, count_thread, s);
}

static void
survey_sources(struct survey *s)
{
	const struct config_source	*c;
	struct stat			 sb;
	size_t				 i;

	for (i = 0; i < s->config->nsources; i++) {
		c = &s->config->sources[i];
		s->sources[i].name = c->name;
		s->sources[i].path = c->path;
		s->sources[i].present = stat(c->path, &sb) == 0;
		s->sources[i].error = errno;
		s->sources[i].files = s->scan.sources[i].files;
		s->sources[i].archived = s->scan.sources[i].archived;
		s->sources[i].unusable = s->scan.sources[i].unusable;
	}
}

static void
survey_memories(struct survey *s)
{
	struct store_memory	*row;
	struct root_query	 q;
	size_t			 i;

	for (i = 0; i < s->config->nmemories; i++) {
		memset(&q, 0, sizeof(q));
		q.name = s->config->memories[i].name;
		q.path = s->config->memories[i].root;
		row = NULL;
		q.adopt = s->config->memories[i].adopt_now ? ADOPT_ANY :
		    s->config->memories[i].adopt ? ADOPT_FOREIGN : ADOPT_NONE;
		if (store_memory_get(s->store, q.name, &row) == STORE_OK)
			memory_record(row, &q.record);
		root_look(&s->roots[i], &q);
		s->memories[i].name = q.name;
		s->memories[i].path = q.path;
		s->memories[i].state = s->roots[i].state;
		s->memories[i].adopted = root_adoptable(s->roots[i].state,
		    q.adopt);
		s->memories[i].text = s->roots[i].text;
		store_memory_free(row);
	}
}

/* Reasons without threads are left out of the report. */
static size_t
pack_reasons(struct survey *s)
{
	size_t	i, n = 0;

	for (i = 0; i < DUE__MAX; i++) {
		if (s->reasons[i].n == 0)
			continue;
		s->reasons[n].what = store_due_name((enum store_due)i);
		s->reasons[n++].n = s->reasons[i].n;
	}
	return n;
}

static void
survey_print(struct survey *s, FILE *f)
{
	struct dryrun	*r = &s->report;
	char		*hint = NULL;
	size_t		 i;

	survey_threads(s);
	survey_sources(s);
	survey_memories(s);
	for (i = 0; i < s->config->nsources && hint == NULL; i++)
		hint = codex_config_hint(s->config->sources[i].path);
	r->config = s->config;
	r->sources = s->sources;
	r->nsources = s->config->nsources;
	r->memories = s->memories;
	r->nmemories = s->config->nmemories;
	r->due = s->due;
	r->done = s->done;
	r->reasons = s->reasons;
	r->nreasons = pack_reasons(s);
	r->dirs = s->dirs;
	r->ndirs = s->ndirs;
	r->hint = hint;
	dryrun_print(r, f);
	free(hint);
}

static void
survey_release(struct survey *s)
{
	size_t	i;

	for (i = 0; i < s->config->nmemories; i++)
		root_release(&s->roots[i]);
	while (s->ndirs > 0) {
		char	*what;

		memcpy(&what, &s->dirs[--s->ndirs].what, sizeof(what));
		free(what);
	}
	free(s->sources);
	free(s->memories);
	free(s->roots);
	disabled_release(&s->disabled);
	scan_release(&s->scan);
	store_close(s->store);
}

enum mnemod_exit
survey_run(const struct config *config, FILE *f)
{
	struct survey		*s = xcalloc(1, sizeof(*s));
	enum mnemod_exit	 e;
	size_t			 i;

	s->config = config;
	s->status = EXIT_JOB_FAILED;
	if (store_open(config->state, STORE_COPY, &s->store) != STORE_OK) {
		free(s);
		return EXIT_STATE;
	}
	s->sources = xcalloc(config->nsources + 1, sizeof(*s->sources));
	s->memories = xcalloc(config->nmemories + 1, sizeof(*s->memories));
	s->roots = xcalloc(config->nmemories + 1, sizeof(*s->roots));
	for (i = 0; i < config->nmemories; i++)
		s->roots[i].fd = s->roots[i].peer_fd = -1;
	scan_init(&s->scan, s->store, config);
	e = survey_scan(s);
	if (e == EXIT_OK)
		survey_print(s, f);
	survey_release(s);
	free(s);
	return e;
}
