#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "log.h"
#include "mem.h"
#include "model_error.h"
#include "monotime.h"
#include "supervisor/one_queue.h"
#include "supervisor/retry.h"
#include "supervisor/settings.h"
#include "supervisor/waits.h"

static const struct store_place	newest = STORE_PLACE_INIT;

void
one_queue_init(struct one_queue *q, struct supervisor *sv,
    const struct scan *scan, struct stage_one_counts *counts)
{
	memset(q, 0, sizeof(*q));
	q->sv = sv;
	q->scan = scan;
	q->counts = counts;
	q->place = newest;
	TAILQ_INIT(&q->open);
	TAILQ_INIT(&q->answered);
}

static void
open_free(struct one_queue *q, struct one_job *j)
{
	TAILQ_REMOVE(&q->open, j, entry);
	q->nopen--;
	one_job_free(j);
}

void
one_queue_release(struct one_queue *q)
{
	if (q->nopen > 0 || q->nanswered > 0)
		BUG("stage one ends with %u jobs", q->nopen + q->nanswered);
	strlist_clear(&q->asked);
}

void
one_queue_begin(struct one_queue *q)
{
	q->place = newest;
	q->held = 0;
}

static struct one_job *
find(const struct one_queue *q, int64_t serial)
{
	struct one_job	*j;

	TAILQ_FOREACH(j, &q->open, entry)
		if (serial > 0 && j->serial == serial)
			return j;
	return NULL;
}

const struct one_job *
one_queue_find(const struct one_queue *q, int64_t serial)
{
	return find(q, serial);
}

static void
fail(struct one_queue *q, struct one_job *j, const char *why)
{
	one_job_failed(q->sv, j, why);
	q->counts->failed++;
	open_free(q, j);
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
is_held_back(const struct one_queue *q, enum model_error class)
{
	struct waits	w;

	return class != MODEL_NONE && class != MODEL_ERROR__MAX &&
	    retry_is_providers(class) && waits_look(q->sv->store,
	    q->sv->config, wall_s(), &w) == STORE_OK && waits_any(&w);
}

/*
 * The worker gave a job back.  Where the provider is to blame it costs no
 * retry, and others would fare no better now.
 */
static void
given_back(struct one_queue *q, struct one_job *j, const struct msg *m)
{
	enum model_error	 class;
	const char		*why = reason_of(j, m);

	class = model_error_by_name(json_str(m->body, "reason"));
	if (!is_held_back(q, class)) {
		fail(q, j, why);
		return;
	}
	if (!q->held)
		log_info("stage one waits (%s): %s", model_error_name(class),
		    why);
	q->held = 1;
	q->counts->claimed--;
	q->counts->released++;
	q->sv->outcome |= OUTCOME_WAITING;
	one_job_release(q->sv, j);
	open_free(q, j);
}

void
one_queue_answer(struct one_queue *q, const struct msg *m)
{
	struct one_job	*j = find(q, m->serial);

	if (j == NULL)
		BUG("an answer to no job");
	if (m->id == MSG_FAILED) {
		given_back(q, j, m);
		return;
	}
	TAILQ_REMOVE(&q->open, j, entry);
	q->nopen--;
	j->answer = json_object_get(m->body);
	TAILQ_INSERT_TAIL(&q->answered, j, entry);
	q->nanswered++;
}

static void
count(struct stage_one_counts *n, const struct one_job *j,
    enum one_job_end end)
{
	switch (end) {
	case ONE_JOB_OUTPUT:
		n->output++;
		break;
	case ONE_JOB_NO_OUTPUT:
		n->no_output++;
		break;
	case ONE_JOB_CHANGED:
		n->claimed--;
		break;
	case ONE_JOB_LOST:
	default:
		n->failed++;
		break;
	}
	n->redactions += json_int(j->answer, "redactions", 0);
	n->bad_lines += json_int(j->answer, "bad_lines", 0);
}

/* The answers are in the database, or not one of them. */
static void
answers_kept(struct one_queue *q, enum store_status st)
{
	struct one_job	*j;

	while ((j = TAILQ_FIRST(&q->answered)) != NULL) {
		if (st != STORE_OK)
			j->stored = st;
		count(q->counts, j, one_job_ended(q->sv, j));
		TAILQ_REMOVE(&q->answered, j, entry);
		q->nanswered--;
		one_job_free(j);
	}
}

/* What happens in one transaction. */
struct step {
	struct one_queue	*q;
	int			 claims;	/* more are claimed, too */
	enum store_status	 claimed;	/* what came of that */
	int			 asked;		/* all of them had their turn */
	struct one_jobs		 fresh;		/* claimed, not sent yet */
};

static void
add_fresh(const struct store_thread *t, const struct store_job *claim,
    void *arg)
{
	struct step	*step = arg;
	struct one_job	*j = one_job_new(t, claim);

	TAILQ_INSERT_TAIL(&step->fresh, j, entry);
}

/*
 * A source that is not mounted now would only cost its rollouts their
 * retries.
 */
static int
wanted_now(const struct store_thread *t, void *arg)
{
	struct one_queue	*q = arg;

	return scan_source_present(q->scan, t->source_name) &&
	    supervisor_wants(t, q->sv);
}

/* *n goes up if it is claimed.  STORE_OK also if it is refused. */
static enum store_status
claim_one(struct step *step, struct store_stage_one_rules *rules,
    const char *id, int64_t *n)
{
	struct store		*s = step->q->sv->store;
	struct store_thread	*t = NULL;
	struct store_verdict	 v = { .due = DUE_MISSING };
	struct store_job	 job = { .outcome = CLAIM_RUNNING };
	enum store_status	 st;

	st = store_stage_one_explain(s, rules, id, &v);
	if (st == STORE_OK && v.due == DUE_NOW)
		st = store_thread_get(s, id, &t);
	if (st == STORE_OK && t != NULL)
		st = store_stage_one_try(s, t, rules, &job);
	if (st == STORE_OK && job.outcome == CLAIM_CLAIMED) {
		add_fresh(t, &job, step);
		++*n;
	}
	store_thread_free(t);
	return st == STORE_NONE ? STORE_OK : st;
}

/* What persons asked for; *n: how much is claimed. */
static enum store_status
claim_asked(struct step *step, struct store_stage_one_rules *rules,
    int64_t *n)
{
	const struct strlist	*asked = &step->q->asked;
	enum store_status	 st = STORE_OK;
	size_t			 i;

	rules->asked = 1;
	for (i = 0; i < asked->n && *n < rules->max_claims && st == STORE_OK;
	    i++)
		st = claim_one(step, rules, asked->v[i], n);
	rules->asked = 0;
	step->asked = i == asked->n && st == STORE_OK;
	return st;
}

static enum store_status
claim(struct step *step)
{
	struct one_queue		*q = step->q;
	struct store_stage_one_rules	 rules;
	enum store_status		 st;
	int64_t				 n = 0;

	st = supervisor_stage_one_rules(q->sv, &rules);
	if (st != STORE_OK)
		return st;
	rules.max_claims = q->sv->config->pipeline.max_stage_one_jobs -
	    q->nopen;
	/* Those under way may not be in the ledger yet. */
	if (rules.backfill_left > 0 &&
	    rules.max_claims > rules.backfill_left - q->nopen)
		rules.max_claims = rules.backfill_left - q->nopen;
	rules.place = &q->place;
	rules.wanted = wanted_now;
	rules.arg = q;
	if (q->asked.n > 0)
		st = claim_asked(step, &rules, &n);
	rules.max_claims -= n;
	if (st != STORE_OK || q->held)
		return st;
	return store_stage_one_claim(q->sv->store, &rules, add_fresh, step);
}

static enum store_status
step_body(struct store *s, void *arg)
{
	struct step	*step = arg;
	struct one_job	*j;

	(void)s;
	TAILQ_FOREACH(j, &step->q->answered, entry)
		one_job_store(step->q->sv, j);
	if (step->claims)
		step->claimed = claim(step);
	return STORE_OK;
}

/* To the worker. */
static void
send(struct one_queue *q, struct one_job *j)
{
	struct msg_head	 head = { .id = MSG_EXTRACT,
			    .session_id = j->session_id,
			    .thread_id = j->thread_id };
	json_object	*body = json_object_new_object();

	TAILQ_INSERT_TAIL(&q->open, j, entry);
	q->nopen++;
	q->counts->taken++;
	q->counts->claimed++;
	json_set_str(body, "source", j->source);
	json_set_str(body, "path", j->path);
	json_set_str(body, "hash", j->hash);
	json_set_int(body, "budget_bytes", settings_text_bytes(q->sv->config));
	j->serial = child_request(q->child, &head, body);
	if (j->serial == -1)
		fail(q, j, "the extract worker takes no request");
}

/* The claims hold, or there are none. */
static void
claims_kept(struct step *step, enum store_status st)
{
	struct one_job	*j;

	while ((j = TAILQ_FIRST(&step->fresh)) != NULL) {
		TAILQ_REMOVE(&step->fresh, j, entry);
		if (st == STORE_OK)
			send(step->q, j);
		else
			one_job_free(j);
	}
	/* One that is refused has its reason, which `why' gives. */
	if (st == STORE_OK && step->asked)
		strlist_clear(&step->q->asked);
	if (st != STORE_OK)
		step->q->place = newest;
}

/* Answers that cost nothing to make again need not wait for the disk. */
static enum store_status
step_do(struct one_queue *q, int claims)
{
	struct step		step = { .q = q, .claims = claims };
	enum store_status	st = STORE_OK;

	TAILQ_INIT(&step.fresh);
	if (q->nanswered == 0)
		step.claimed = claim(&step);
	else
		st = store_stage_one_step(q->sv->store,
		    config_provider_offline(q->sv->config), step_body, &step);
	answers_kept(q, st);
	claims_kept(&step, st);
	return st == STORE_OK ? step.claimed : st;
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

enum store_status
one_queue_go_on(struct one_queue *q)
{
	int	claims = !supervisor_stopping(q->sv);

	if (claims && q->nopen >= low_mark(q->sv->config))
		return STORE_OK;
	if (!claims && q->nanswered == 0)
		return STORE_OK;
	return step_do(q, claims);
}

void
one_queue_end(struct one_queue *q, int64_t reading, const char *why)
{
	struct one_job	*culprit = find(q, reading), *j;

	if (q->nanswered > 0)
		(void)step_do(q, 0);
	if (culprit != NULL)
		fail(q, culprit, why);
	while ((j = TAILQ_FIRST(&q->open)) != NULL) {
		one_job_release(q->sv, j);
		open_free(q, j);
	}
	q->place = newest;
}
