#include <sys/stat.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "log.h"
#include "mem.h"
#include "monotime.h"
#include "supervisor/model.h"
#include "supervisor/one_queue.h"
#include "supervisor/scan.h"
#include "supervisor/scheduler.h"
#include "supervisor/settings.h"
#include "supervisor/stage_one.h"

#define SCAN_DEATHS_MAX	2	/* of the worker, in one pass */

enum stage_one_state {
	ONE_IDLE,
	ONE_STARTING,		/* waits for the worker */
	ONE_SCANNING,
	ONE_EXTRACTING
};

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
	struct one_queue	 queue;
	int64_t			 reading;	/* serial of one, 0: none */
	int64_t			 claims_ms;	/* since when; 0: not yet */
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
	scan_init(&one->scan, sv->store, sv->config);
	one_queue_init(&one->queue, sv, &one->scan, &one->counts);
	return one;
}

void
stage_one_free(struct stage_one *one)
{
	if (one == NULL)
		return;
	if (one->child != NULL)
		BUG("stage one ends while its worker lives");
	one_queue_release(&one->queue);
	scan_release(&one->scan);
	free(one);
}

void
stage_one_ask(struct stage_one *one, const char *thread_id)
{
	strlist_add(&one->queue.asked, thread_id);
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
show_progress(struct stage_one *one, const char *object)
{
	struct progress_state	ps;

	if (one->sv->opt->act != ACT_ONCE)
		return;
	memset(&ps, 0, sizeof(ps));
	ps.stage = one->state == ONE_SCANNING ? "scan" : "stage one";
	ps.done = one->counts.output + one->counts.no_output +
	    one->queue.nanswered;
	ps.total = one->counts.claimed;
	ps.failed = one->counts.failed;
	ps.object = object;
	progress_show(&one->sv->progress, &ps);
}

/* Give the worker more to do; without that the pass is over. */
static void
go_on(struct stage_one *one)
{
	enum store_status	st;

	if (one->claims_ms == 0)
		one->claims_ms = mono_ms();
	one->queue.child = one->child;
	st = one_queue_go_on(&one->queue);
	if (one->queue.nopen > 0 || supervisor_stopping(one->sv))
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
		go_on(one);
}

void
stage_one_go_on(struct stage_one *one)
{
	if (one->state == ONE_EXTRACTING && one->ready)
		go_on(one);
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
	one_queue_begin(&one->queue);
	one->scan_deaths = 0;
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
		go_on(one);
}

const char *
stage_one_thread(const struct stage_one *one, int64_t job)
{
	const struct one_job	*j = one_queue_find(&one->queue, job);

	return j == NULL ? NULL : j->thread_id;
}

static void
one_extracted(struct stage_one *one, const struct msg *m)
{
	const struct one_job	*j = one_queue_find(&one->queue, m->serial);
	char			*path;

	if (j == NULL)
		return;		/* released when the worker was replaced */
	path = xstrdup(j->path);
	one_queue_answer(&one->queue, m);
	show_progress(one, path);
	free(path);
	go_on(one);
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
	char	*why = xasprintf("the extract worker ended (%s)", end->text);
	int	 guilty = one->state == ONE_EXTRACTING &&
		    end->cause != CAUSE_STOPPED;

	one_queue_end(&one->queue, guilty ? one->reading : 0, why);
	free(why);
	one->reading = 0;
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
