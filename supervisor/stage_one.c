#include <sys/queue.h>
#include <sys/stat.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "log.h"
#include "mem.h"
#include "model_error.h"
#include "monotime.h"
#include "supervisor/model.h"
#include "supervisor/one_job.h"
#include "supervisor/retry.h"
#include "supervisor/scan.h"
#include "supervisor/scheduler.h"
#include "supervisor/settings.h"
#include "supervisor/stage_one.h"
#include "supervisor/waits.h"

#define SCAN_DEATHS_MAX	2	/* of the worker, in one pass */

enum stage_one_state {
	ONE_IDLE,
	ONE_STARTING,		/* waits for the worker */
	ONE_SCANNING,
	ONE_EXTRACTING
};

TAILQ_HEAD(one_jobs, one_job);

struct stage_one {
	struct supervisor	*sv;
	enum stage_one_state	 state;
	struct child		*child;
	int			 ready;
	int			 replace;	/* stop and start the worker */
	int			 warned;	/* of a missing sandbox */
	unsigned		 folders;	/* that it may read, a digest */
	unsigned		 scan_deaths;
	struct scan		 scan;
	struct one_jobs		 jobs;		/* in the order sent */
	int64_t			 reading;	/* serial of one, 0: none */
	struct strlist		 asked;		/* ids of threads, by a person */
	int			 held;		/* no more claims in this pass */
	int64_t			 claims_ms;	/* since when; 0: not yet */
	unsigned		 njobs;
	struct stage_one_counts	 counts;
};

static void	one_ready(struct child *, void *);
static void	one_message(struct child *, const struct msg *, void *);
static void	one_ended(struct child *, const struct child_end *, void *);

static const struct child_ops one_ops = {
	one_ready, one_message, NULL, one_ended
};

struct stage_one *
stage_one_new(struct supervisor *sv)
{
	struct stage_one	*one = xcalloc(1, sizeof(*one));

	one->sv = sv;
	one->state = ONE_IDLE;
	TAILQ_INIT(&one->jobs);
	scan_init(&one->scan, sv->store, sv->config);
	return one;
}

static void
job_free(struct stage_one *one, struct one_job *j)
{
	TAILQ_REMOVE(&one->jobs, j, entry);
	one->njobs--;
	one_job_free(j);
}

void
stage_one_free(struct stage_one *one)
{
	if (one == NULL)
		return;
	if (one->child != NULL)
		BUG("stage one ends while its worker lives");
	while (!TAILQ_EMPTY(&one->jobs))
		job_free(one, TAILQ_FIRST(&one->jobs));
	scan_release(&one->scan);
	strlist_clear(&one->asked);
	free(one);
}

void
stage_one_ask(struct stage_one *one, const char *thread_id)
{
	strlist_add(&one->asked, thread_id);
}

int
stage_one_busy(const struct stage_one *one)
{
	return one->state != ONE_IDLE;
}

int
stage_one_starting(const struct stage_one *one)
{
	return one->state == ONE_STARTING;
}

void
stage_one_replace(struct stage_one *one)
{
	one->replace = 1;
	scan_release(&one->scan);
	scan_init(&one->scan, one->sv->store, one->sv->config);
}

struct measure_usage *
stage_one_usage(struct stage_one *one)
{
	return &one->counts.usage;
}

const struct stage_one_counts *
stage_one_counts(const struct stage_one *one)
{
	return &one->counts;
}

/*
 * Which folders of the sources exist: a sandbox names them when it closes,
 * so one that appears later needs a new worker.
 */
static unsigned
folders_present(const struct config *c)
{
	static const char *const names[] = { "sessions", "archived_sessions" };
	struct stat		 sb;
	unsigned		 bits = 0;
	char			*path;
	size_t			 i, n;

	for (i = 0; i < c->nsources; i++)
		for (n = 0; n < 2; n++) {
			path = xasprintf("%s/%s", c->sources[i].path, names[n]);
			bits = bits * 2 + (stat(path, &sb) == 0);
			free(path);
		}
	return bits;
}

static void
start_worker(struct stage_one *one)
{
	struct child_spec	spec;

	memset(&spec, 0, sizeof(spec));
	spec.role = ROLE_EXTRACT;
	spec.settings = settings_extract(one->sv->config, NULL);
	spec.root_fd = spec.peer_lock_fd = -1;
	spec.restartable = 1;
	spec.ops = &one_ops;
	spec.arg = one;
	one->folders = folders_present(one->sv->config);
	one->replace = 0;
	one->child = child_start(one->sv->rt.children, &spec);
}

static void
finish_pass(struct stage_one *one)
{
	if (one->claims_ms != 0)
		measure_stage_one(one->sv, &one->counts,
		    mono_ms() - one->claims_ms);
	one->claims_ms = 0;
	one->state = ONE_IDLE;
	scheduler_stage_one_done(one->sv);
}

/* Nothing more can be done in this pass. */
static void
fail_pass(struct stage_one *one, const char *why)
{
	log_warnx("stage one: %s; the next pass tries again", why);
	one->sv->outcome |= OUTCOME_JOB_FAILED;
	finish_pass(one);
}

static void
release_jobs(struct stage_one *one)
{
	struct one_job	*j;

	while ((j = TAILQ_FIRST(&one->jobs)) != NULL) {
		one_job_release(one->sv, j);
		job_free(one, j);
	}
}

static void
job_failed(struct stage_one *one, struct one_job *j, const char *why)
{
	one_job_failed(one->sv, j, why);
	one->counts.failed++;
}

/* What the worker said, without the name of the rollout: all else has it. */
static const char *
reason_of(const struct one_job *j, const struct msg *m)
{
	const char	*text = json_str(m->body, "message");
	char		*name = xasprintf("rollout %s: ", j->path);
	size_t		 n = strlen(name);

	if (strncmp(text, name, n) == 0)
		text += n;
	free(name);
	return text;
}

/*
 * Was it the provider, or a ceiling?  Only if that holds back claims, too:
 * else the job would come again at once, and for ever.
 */
static int
is_held_back(struct stage_one *one, enum model_error class)
{
	struct waits	w;

	return class != MODEL_NONE && class != MODEL_ERROR__MAX &&
	    retry_is_providers(class) && waits_look(one->sv->store,
	    one->sv->config, wall_s(), &w) == STORE_OK && waits_any(&w);
}

/*
 * The worker gave a job back.  Where the provider is to blame it costs no
 * retry, and others would fare no better now.
 */
static void
job_given_back(struct stage_one *one, struct one_job *j, const struct msg *m)
{
	enum model_error	 class;
	const char		*why = reason_of(j, m);

	class = model_error_by_name(json_str(m->body, "reason"));
	if (!is_held_back(one, class)) {
		job_failed(one, j, why);
		return;
	}
	if (!one->held)
		log_info("stage one waits (%s): %s", model_error_name(class),
		    why);
	one->held = 1;
	one->counts.claimed--;
	one->counts.released++;
	one->sv->outcome |= OUTCOME_WAITING;
	one_job_release(one->sv, j);
}

static void
job_add(const struct store_thread *t, const struct store_job *claim,
    void *arg)
{
	struct stage_one	*one = arg;
	struct one_job		*j = one_job_new(t, claim);
	struct msg_head		 head = { .id = MSG_EXTRACT,
				    .session_id = j->session_id,
				    .thread_id = j->thread_id };
	json_object		*body = json_object_new_object();

	TAILQ_INSERT_TAIL(&one->jobs, j, entry);
	one->njobs++;
	one->counts.taken++;
	one->counts.claimed++;
	json_set_str(body, "source", j->source);
	json_set_str(body, "path", j->path);
	json_set_str(body, "hash", j->hash);
	json_set_int(body, "budget_bytes",
	    settings_text_bytes(one->sv->config));
	j->serial = child_request(one->child, &head, body);
	if (j->serial == -1) {
		job_failed(one, j, "the extract worker takes no request");
		job_free(one, j);
	}
}

static void
show_progress(struct stage_one *one, const char *object)
{
	struct progress_state	ps;

	if (one->sv->opt->act != ACT_ONCE)
		return;
	memset(&ps, 0, sizeof(ps));
	ps.stage = one->state == ONE_SCANNING ? "scan" : "stage one";
	ps.done = one->counts.output + one->counts.no_output;
	ps.total = one->counts.claimed;
	ps.failed = one->counts.failed;
	ps.object = object;
	progress_show(&one->sv->progress, &ps);
}

/*
 * A source that is not mounted now would only cost its rollouts their
 * retries.
 */
static int
wanted_now(const struct store_thread *t, void *arg)
{
	struct stage_one	*one = arg;

	return scan_source_present(&one->scan, t->source_name) &&
	    supervisor_wants(t, one->sv);
}

/*
 * Below how many jobs more are claimed: a worker that computes gets the next
 * once half is done, one that waits for answers has as many open as it may.
 */
static unsigned
low_mark(const struct config *c)
{
	unsigned	max = (unsigned)c->pipeline.max_stage_one_jobs;

	return config_provider_offline(c) ? max / 2 + 1 : max;
}

/* 1 if it is given to the worker. */
static int
claim_one(struct stage_one *one, struct store_stage_one_rules *rules,
    const char *id)
{
	struct store		*s = one->sv->store;
	struct store_thread	*t = NULL;
	struct store_verdict	 v;
	struct store_job	 job;
	int			 taken;

	if (store_stage_one_explain(s, rules, id, &v) != STORE_OK ||
	    v.due != DUE_NOW || store_thread_get(s, id, &t) != STORE_OK)
		return 0;
	taken = store_stage_one_try(s, t, rules, &job) == STORE_OK &&
	    job.outcome == CLAIM_CLAIMED;
	if (taken)
		job_add(t, &job, one);
	store_thread_free(t);
	return taken;
}

/* What persons asked for; how much is claimed. */
static int64_t
claim_asked(struct stage_one *one, struct store_stage_one_rules *rules)
{
	int64_t	n = 0;
	size_t	i;

	rules->asked = 1;
	for (i = 0; i < one->asked.n && n < rules->max_claims; i++)
		n += claim_one(one, rules, one->asked.v[i]);
	rules->asked = 0;
	/* One that is refused has its reason, which `why' gives. */
	if (i == one->asked.n)
		strlist_clear(&one->asked);
	return n;
}

/* Fill the worker's queue again. */
static void
claim_more(struct stage_one *one)
{
	struct store_stage_one_rules	rules;
	enum store_status		st = STORE_OK;

	if (supervisor_stopping(one->sv) ||
	    one->njobs >= low_mark(one->sv->config))
		return;
	if (one->claims_ms == 0)
		one->claims_ms = mono_ms();
	supervisor_stage_one_rules(one->sv, &rules);
	rules.max_claims = one->sv->config->pipeline.max_stage_one_jobs -
	    one->njobs;
	/* Those under way may not be in the ledger yet. */
	if (rules.backfill_left > 0 &&
	    rules.max_claims > rules.backfill_left - one->njobs)
		rules.max_claims = rules.backfill_left - one->njobs;
	rules.wanted = wanted_now;
	rules.arg = one;
	if (one->asked.n > 0)
		rules.max_claims -= claim_asked(one, &rules);
	if (!one->held)
		st = store_stage_one_claim(one->sv->store, &rules, job_add,
		    one);
	if (one->njobs > 0)
		return;
	if (st != STORE_OK)
		fail_pass(one, "claims are not possible now");
	else
		finish_pass(one);
}

static void
scan_step(struct stage_one *one, enum scan_status st)
{
	if (st == SCAN_MORE)
		return;
	if (st == SCAN_FAILED)
		one->sv->outcome |= OUTCOME_JOB_FAILED;
	one->state = ONE_EXTRACTING;
	if (!model_guard(one->sv->model))
		claim_more(one);
}

void
stage_one_go_on(struct stage_one *one)
{
	if (one->state == ONE_EXTRACTING && one->ready)
		claim_more(one);
}

static void
begin_scan(struct stage_one *one)
{
	one->state = ONE_SCANNING;
	show_progress(one, NULL);
	scan_step(one, scan_start(&one->scan, one->child));
}

void
stage_one_start(struct stage_one *one)
{
	if (one->state != ONE_IDLE)
		BUG("a pass of stage one within a pass");
	memset(&one->counts, 0, sizeof(one->counts));
	one->scan_deaths = 0;
	one->held = 0;
	one->state = ONE_STARTING;
	if (one->child != NULL &&
	    folders_present(one->sv->config) != one->folders)
		one->replace = 1;
	if (one->child == NULL)
		start_worker(one);
	else if (one->replace)
		child_stop(one->child, "its folders or settings changed");
	else if (one->ready)
		begin_scan(one);
}

/* The builtin provider runs without a sandbox, but not silently. */
static void
check_sandbox(struct stage_one *one, struct child *c)
{
	json_object	*sb = child_sandbox(c);

	if (one->warned || (json_int(sb, "landlock", 0) > 0 &&
	    json_flag(sb, "seccomp", 0)))
		return;
	one->warned = 1;
	log_warnx("the kernel offers no complete sandbox (Landlock %lld, "
	    "seccomp %s): workers run with the rights of this user",
	    (long long)json_int(sb, "landlock", 0),
	    json_flag(sb, "seccomp", 0) ? "yes" : "no");
}

static void
one_ready(struct child *c, void *arg)
{
	struct stage_one	*one = arg;

	check_sandbox(one, c);
	one->ready = 1;
	scan_forget(&one->scan);
	if (one->state == ONE_STARTING || one->state == ONE_SCANNING)
		begin_scan(one);
	else if (one->state == ONE_EXTRACTING)
		claim_more(one);
}

static struct one_job *
job_by_serial(struct stage_one *one, int64_t serial)
{
	struct one_job	*j;

	TAILQ_FOREACH(j, &one->jobs, entry)
		if (j->serial == serial)
			break;
	return j;
}

static void
count(struct stage_one *one, enum one_job_end end)
{
	switch (end) {
	case ONE_JOB_OUTPUT:
		one->counts.output++;
		break;
	case ONE_JOB_NO_OUTPUT:
		one->counts.no_output++;
		break;
	case ONE_JOB_CHANGED:
		one->counts.claimed--;
		break;
	case ONE_JOB_LOST:
	default:
		one->counts.failed++;
		break;
	}
}

const char *
stage_one_thread(const struct stage_one *one, int64_t job)
{
	const struct one_job	*j;

	TAILQ_FOREACH(j, &one->jobs, entry)
		if (job > 0 && j->serial == job)
			return j->thread_id;
	return NULL;
}

static void
one_extracted(struct stage_one *one, const struct msg *m)
{
	struct one_job	*j = job_by_serial(one, m->serial);

	if (j == NULL)
		return;		/* released when the worker was replaced */
	if (m->id == MSG_FAILED)
		job_given_back(one, j, m);
	else {
		count(one, one_job_extracted(one->sv, j, m));
		one->counts.redactions += json_int(m->body, "redactions", 0);
		one->counts.bad_lines += json_int(m->body, "bad_lines", 0);
	}
	show_progress(one, j->path);
	job_free(one, j);
	claim_more(one);
}

static void
one_message(struct child *c, const struct msg *m, void *arg)
{
	struct stage_one	*one = arg;

	(void)c;
	if (m->id == MSG_READING)
		one->reading = json_int(m->body, "request", 0);
	else if (one->state == ONE_SCANNING)
		scan_step(one, scan_message(&one->scan, m));
	else if (one->state == ONE_EXTRACTING)
		one_extracted(one, m);
}

/*
 * The worker died while it worked: whose fault is it?  That of the rollout
 * that it was reading; those that wait for a model have no part in it.
 */
static void
one_died(struct stage_one *one, const struct child_end *end)
{
	struct one_job	*culprit = job_by_serial(one, one->reading);
	char		*why;

	if (one->state == ONE_EXTRACTING && culprit != NULL &&
	    end->cause != CAUSE_STOPPED) {
		why = xasprintf("the extract worker ended (%s)", end->text);
		job_failed(one, culprit, why);
		job_free(one, culprit);
		free(why);
	}
	one->reading = 0;
	release_jobs(one);
	if (one->state == ONE_SCANNING)
		one->scan_deaths++;
}

static void
one_ended(struct child *c, const struct child_end *end, void *arg)
{
	struct stage_one	*one = arg;
	int			 busy;

	one->ready = 0;
	scan_forget(&one->scan);
	one_died(one, end);
	busy = one->state != ONE_IDLE;
	if (end->next == CHILD_GONE) {
		one->child = NULL;
		if (busy && one->replace && !supervisor_stopping(one->sv))
			start_worker(one);
		else if (busy)
			finish_pass(one);
	} else if (end->next == CHILD_FAILED) {
		child_stop(c, "it cannot be restarted");
		if (busy)
			fail_pass(one, "the extract worker does not stay up");
	} else if (one->state == ONE_SCANNING &&
	    one->scan_deaths > SCAN_DEATHS_MAX)
		fail_pass(one, "the extract worker died in each scan");
}

void
stage_one_report(const struct stage_one *one)
{
	const struct stage_one_counts	*n = &one->counts;
	struct scan_source		 t = scan_total(&one->scan);

	log_info("scan: %lld rollouts, %lld new or changed, %lld unchanged, "
	    "%lld not usable", (long long)t.files, (long long)t.changed,
	    (long long)t.unchanged, (long long)t.unusable);
	log_info("stage one: %lld claimed, %lld with output, %lld without, "
	    "%lld failed, %lld secrets redacted, %lld bad lines%s",
	    (long long)n->claimed, (long long)n->output,
	    (long long)n->no_output, (long long)n->failed,
	    (long long)n->redactions, (long long)n->bad_lines,
	    n->released > 0 ? "; the rest waits for the provider" : "");
}
