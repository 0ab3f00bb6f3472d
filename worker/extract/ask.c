#include <stdlib.h>
#include <string.h>

#include "ask.h"
#include "job.h"
#include "json.h"
#include "log.h"
#include "mem.h"
#include "monotime.h"
#include "payload.h"
#include "reply.h"

/* While all wait for answers, that is what there is to tell. */
#define PATIENCE_MS	10000

struct ask {
	struct msg		 request;	/* `extract', its body ours */
	json_object		*answer;	/* `extracted' so far */
	struct buf		 payload;
	size_t			 budget;	/* bytes of the rollout's text */
	size_t			 contents;	/* what they became */
	unsigned		 halvings;
	int64_t			 attempt;
	int64_t			 serial;	/* of the open model_request, or 0 */
	int64_t			 at;		/* else when to ask, mono_ms() */
	TAILQ_ENTRY(ask)	 entry;
};

void
asks_init(struct asks *a)
{
	TAILQ_INIT(&a->list);
	a->n = 0;
	a->last = 0;
}

static void
ask_free(struct asks *a, struct ask *k)
{
	TAILQ_REMOVE(&a->list, k, entry);
	a->n--;
	msg_release(&k->request);
	json_object_put(k->answer);
	buf_wipe(&k->payload);
	free(k);
}

void
asks_clear(struct asks *a)
{
	while (!TAILQ_EMPTY(&a->list))
		ask_free(a, TAILQ_FIRST(&a->list));
}

static struct asks *
asks_of(struct worker *w)
{
	struct extract	*x = worker_data(w);

	return &x->asks;
}

/* The title, and that a request is open, or that none is. */
void
asks_show(struct worker *w)
{
	const struct asks	*a = asks_of(w);

	if (a->n == 0)
		worker_idle(w);
	else
		worker_busy(w, "asking, %u open", a->n);
}

/* Send the question; what it says is in the payload. */
static void
ask_send(struct worker *w, struct ask *k)
{
	json_object	*body = json_object_new_object();

	k->serial = ++asks_of(w)->last;
	json_set_str(body, "purpose", "stage_one");
	json_set_int(body, "attempt", k->attempt);
	json_set_int(body, "job", k->request.serial);
	if (worker_ask_model(w, k->serial, body, &k->payload) == 0)
		return;
	worker_fail(w, &k->request, "invalid_request", "rollout %s: the "
	    "request would be larger than %zu bytes",
	    json_str(k->request.body, "path"),
	    msg_table[MSG_MODEL_REQUEST].payload_max);
	ask_free(asks_of(w), k);
}

/* Read the rollout's text into the payload, cut to the budget. */
static enum rollout_status
fill(struct ask *k, struct job *j)
{
	struct feed_tools	 tools = extract_tools(j->x);
	struct payload_input	 in;
	struct content		 c;
	enum rollout_status	 st;

	content_init(&c);
	st = content_make(&c, j->rollout, &tools, k->budget);
	if (st == ROLLOUT_END) {
		json_object_put(k->answer);
		k->answer = job_answer(j);
		k->contents = c.text.len;
		json_set_int(k->answer, "items", (int64_t)c.items);
		json_set_int(k->answer, "redactions", (int64_t)c.redactions);
		json_set_str(k->answer, "gave_up",
		    redact_gave_up(j->x->redact));
		json_set_int(k->answer, "cut_bytes", (int64_t)c.cut_bytes);
		json_set(k->answer, "citations",
		    json_object_get(c.citations));
		in.path = j->path;
		in.cwd = j->survey.meta.cwd;
		in.contents = buf_str(&c.text);
		in.len = c.text.len;
		buf_wipe(&k->payload);
		payload_write(&k->payload, &in);
	}
	content_release(&c);
	return st;
}

/*
 * Read and ask; a rollout without a word of anybody is not asked about.
 */
static void
ask_read(struct worker *w, struct ask *k)
{
	struct job		 j;
	enum rollout_status	 st = ROLLOUT_STOPPED;
	int			 ready;

	ready = job_open(&j, w, &k->request) == 0;
	if (ready)
		st = fill(k, &j);
	if (ready && st == ROLLOUT_FAILED)
		job_unreadable(&j);
	job_close(&j);
	if (st == ROLLOUT_END && json_int(k->answer, "items", 0) > 0) {
		ask_send(w, k);
		return;
	}
	if (st == ROLLOUT_END) {
		json_set_str(k->answer, "outcome", "no_output");
		worker_reply(w, &k->request, MSG_EXTRACTED,
		    json_object_get(k->answer));
	}
	ask_free(asks_of(w), k);
}

void
ask_begin(struct worker *w, const struct msg *m)
{
	struct asks	*a = asks_of(w);
	struct ask	*k = xcalloc(1, sizeof(*k));
	int64_t		 budget = json_int(m->body, "budget_bytes", 0);

	k->request = *m;
	json_object_get(k->request.body);
	k->budget = budget < 0 ? 0 : (size_t)budget;
	TAILQ_INSERT_TAIL(&a->list, k, entry);
	a->n++;
	ask_read(w, k);
}

static struct ask *
ask_by_serial(struct asks *a, int64_t serial)
{
	struct ask	*k;

	TAILQ_FOREACH(k, &a->list, entry)
		if (k->serial == serial)
			break;
	return k;
}

static void
add_output(json_object *o, const struct reply *r, const char *gave_up)
{
	json_set_str(o, "raw_memory", r->raw_memory);
	json_set_str(o, "rollout_summary", r->rollout_summary);
	json_set_str(o, "rollout_slug", r->rollout_slug);
	json_set_bool(o, "keeps", r->keeps);
	json_set_int(o, "redactions", json_int(o, "redactions", 0) +
	    (int64_t)r->redactions);
	if (gave_up != NULL)
		json_set_str(o, "gave_up", gave_up);
}

/* The model answered. */
static void
settle(struct worker *w, struct ask *k, const struct msg *m)
{
	const struct extract	*x = worker_data(w);
	const char		*why;
	struct reply		 r;
	enum reply_status	 st;

	st = reply_read(&r, &m->payload, x->redact, &why);
	if (st == REPLY_BAD)
		worker_fail(w, &k->request, "bad_reply", "rollout %s: the "
		    "model's reply is not what was asked for: %s",
		    json_str(k->request.body, "path"), why);
	else {
		json_set_str(k->answer, "outcome", st == REPLY_OUTPUT ?
		    "output" : "no_output");
		if (st == REPLY_OUTPUT)
			add_output(k->answer, &r, redact_gave_up(x->redact));
		worker_reply(w, &k->request, MSG_EXTRACTED,
		    json_object_get(k->answer));
	}
	reply_clear(&r);
	ask_free(asks_of(w), k);
}

/* Too long for the model: half of what was sent, if that may help. */
static int
halve(struct ask *k)
{
	if (k->halvings == ASK_HALVINGS)
		return 0;
	k->halvings++;
	k->attempt = 0;
	k->budget = (k->contents < k->budget ? k->contents : k->budget) / 2;
	return 1;
}

/* It did not, and the supervisor says what follows. */
static void
fail(struct worker *w, struct ask *k, const struct msg *m)
{
	const char	*class = json_str(m->body, "error");
	const char	*text = json_str(m->body, "message");
	int64_t		 after = json_int(m->body, "retry_after_ms", -1);

	if (class == NULL)
		class = "protocol";
	if (after >= 0 && strcmp(class, "context_window") == 0 && halve(k)) {
		log_debug("rollout %s: too long for the model, %zu bytes now",
		    json_str(k->request.body, "path"), k->budget);
		ask_read(w, k);
		return;
	}
	if (after >= 0 && strcmp(class, "context_window") != 0) {
		k->attempt++;
		k->serial = 0;
		k->at = mono_ms() + after;
		return;
	}
	worker_fail(w, &k->request, class, "rollout %s: %s",
	    json_str(k->request.body, "path"),
	    text == NULL ? "the model did not answer" : text);
	ask_free(asks_of(w), k);
}

void
ask_response(struct worker *w, const struct msg *m)
{
	struct ask	*k = ask_by_serial(asks_of(w), m->serial);
	const char	*outcome = json_str(m->body, "outcome");

	worker_progress(w, 1);
	if (k == NULL || k->serial == 0)
		log_warnx("an answer to no question, dropped");
	else if (strcmp(outcome, "ok") == 0)
		settle(w, k, m);
	else
		fail(w, k, m);
	asks_show(w);
}

void
ask_progress(struct worker *w, const struct msg *m)
{
	(void)m;
	worker_progress(w, 1);
}

void
ask_watch(struct worker *w, struct worker_watch *watch)
{
	const struct asks	*a = asks_of(w);
	const struct ask	*k;
	int64_t			 now = mono_ms();
	int			 ms;

	if (a->n > 0)
		watch->ms = PATIENCE_MS;
	TAILQ_FOREACH(k, &a->list, entry) {
		if (k->serial != 0)
			continue;
		ms = mono_timeout(k->at, now);
		if (ms < watch->ms)
			watch->ms = ms;
	}
}

/* Ask again where it is time. */
void
ask_watched(struct worker *w)
{
	struct asks	*a = asks_of(w);
	struct ask	*k, *next;
	int64_t		 now = mono_ms();

	for (k = TAILQ_FIRST(&a->list); k != NULL; k = next) {
		next = TAILQ_NEXT(k, entry);
		if (k->serial == 0 && k->at <= now)
			ask_send(w, k);
	}
	/* To wait for an answer is no standstill. */
	if (a->n > 0 && now - a->told >= PATIENCE_MS) {
		a->told = now;
		worker_progress(w, 1);
	}
}
