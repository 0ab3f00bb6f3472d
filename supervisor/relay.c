#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/json.h"
#include "common/log.h"
#include "common/mem.h"
#include "supervisor/relay_int.h"

/* The request is over, wherever it is. */
static void
ask_free(struct relay *r, struct relay_ask *q)
{
	struct relay_asker	*a = q->asker;

	if (q->sent != 0) {
		TAILQ_REMOVE(&r->sent, q, entry);
		r->nsent--;
	} else {
		TAILQ_REMOVE(&a->waiting, q, entry);
		r->nwaiting--;
	}
	if (a != NULL && --a->open == 0) {
		TAILQ_REMOVE(&r->askers, a, entry);
		free(a);
	}
	buf_wipe(&q->payload);
	free(q);
}

static struct relay_asker *
asker_of(struct relay *r, const struct child *c)
{
	struct relay_asker	*a;

	TAILQ_FOREACH(a, &r->askers, entry)
		if (a->child == c)
			break;
	return a;
}

static struct relay_asker *
asker_add(struct relay *r, struct child *c)
{
	struct relay_asker	*a = xcalloc(1, sizeof(*a));

	a->child = c;
	TAILQ_INIT(&a->waiting);
	TAILQ_INSERT_TAIL(&r->askers, a, entry);
	return a;
}

/* The open request of this asker with this number, or NULL. */
static struct relay_ask *
ask_by_serial(struct relay *r, struct relay_asker *a, int64_t serial)
{
	struct relay_ask	*q;

	TAILQ_FOREACH(q, &a->waiting, entry)
		if (q->serial == serial)
			return q;
	TAILQ_FOREACH(q, &r->sent, entry)
		if (q->asker == a && q->serial == serial)
			return q;
	return NULL;
}

static json_object *
answer_body(const struct relay_answer *a, const struct msg *m)
{
	json_object	*o = json_object_new_object(), *usage = NULL;

	if (m != NULL)
		usage = json_obj(m->body, "usage");
	json_set_str(o, "outcome", a->error == MODEL_NONE ? "ok" : "error");
	if (a->error != MODEL_NONE) {
		json_set_str(o, "error", model_error_name(a->error));
		json_set_str(o, "message", a->message);
	}
	if (a->retry_ms >= 0)
		json_set_int(o, "retry_after_ms", a->retry_ms);
	json_set(o, "usage", json_object_get(usage));
	return o;
}

/* Tell whoever waits, and forget the request. */
void
relay_ask_answer(struct relay *r, struct relay_ask *q,
    const struct relay_answer *a, const struct msg *m)
{
	struct msg_head	head = { .id = MSG_MODEL_RESPONSE,
			    .serial = q->serial };
	struct child	*c;

	if (q->asker != NULL) {
		c = q->asker->child;
		if (a->error == MODEL_NONE)
			head.payload = &m->payload;
		child_progress(c);
		child_answer(c, &head, answer_body(a, m));
	}
	ask_free(r, q);
}

static void
cancel_sent(struct relay *r, const struct relay_ask *q)
{
	struct msg_head	 head = { .id = MSG_CANCEL };
	json_object	*body = json_object_new_object();

	json_set_int(body, "request", q->sent);
	child_request(r->gateway, &head, body);
}

/* The oldest request of the asker whose turn it is; the turn passes on. */
struct relay_ask *
relay_next_ask(struct relay *r)
{
	struct relay_asker	*a;

	TAILQ_FOREACH(a, &r->askers, entry)
		if (!TAILQ_EMPTY(&a->waiting))
			break;
	if (a == NULL)
		return NULL;
	TAILQ_REMOVE(&r->askers, a, entry);
	TAILQ_INSERT_TAIL(&r->askers, a, entry);
	return TAILQ_FIRST(&a->waiting);
}

void
relay_ask_lost(struct relay *r, struct relay_ask *q)
{
	struct relay_answer	a = { .retry_ms = -1 };

	r->clerk.settle(q, NULL, &a, r->clerk.arg);
	relay_ask_answer(r, q, &a, NULL);
}

/* The clerk agreed: the request and its payload go out in one step. */
static void
ask_send(struct relay *r, struct relay_ask *q, const struct relay_order *o)
{
	struct msg_head	head = { .id = MSG_MODEL_REQUEST,
			    .session_id = o->session_id,
			    .thread_id = o->thread_id,
			    .payload = &q->payload };
	int64_t		serial = child_request(r->gateway, &head, o->body);

	if (serial == -1) {
		relay_ask_lost(r, q);
		return;
	}
	TAILQ_REMOVE(&q->asker->waiting, q, entry);
	r->nwaiting--;
	q->sent = serial;
	TAILQ_INSERT_TAIL(&r->sent, q, entry);
	r->nsent++;
	buf_wipe(&q->payload);
}

static int
may_send(const struct relay *r)
{
	return r->gateway != NULL && !r->draining &&
	    child_state(r->gateway) == CS_READY &&
	    child_pending(r->gateway) < RELAY_AHEAD;
}

void
relay_pump(struct relay *r)
{
	struct relay_ask	*q;
	struct relay_order	 order;
	struct relay_answer	 answer;
	enum relay_admit	 admit;

	while (may_send(r) && (q = relay_next_ask(r)) != NULL) {
		memset(&order, 0, sizeof(order));
		answer = (struct relay_answer){ .retry_ms = -1 };
		admit = r->clerk.admit(q, &order, &answer, r->clerk.arg);
		if (admit == ADMIT_SEND)
			ask_send(r, q, &order);
		else if (admit == ADMIT_REFUSE)
			relay_ask_answer(r, q, &answer, NULL);
		else if (r->nsent == 0)
			BUG("a request waits for nothing");
		else
			break;
	}
	if (r->draining && r->nsent == 0 && r->gateway != NULL)
		child_stop(r->gateway, "it is replaced");
}

static const char *
purpose_of(const struct child *c)
{
	return child_role(c) == ROLE_EXTRACT ? "stage_one" : "agent";
}

/* Why the request may not be, or NULL. */
static const char *
question_fault(struct relay *r, struct child *c, const struct msg *m)
{
	struct relay_asker	*a = asker_of(r, c);

	if (strcmp(json_str(m->body, "purpose"), purpose_of(c)) != 0)
		return "a model request of another's purpose";
	if (m->serial <= 0 || json_int(m->body, "attempt", 0) < 0)
		return "a model request with a bad number";
	if (a == NULL)
		return NULL;
	if (a->open >= r->clerk.credits(c, r->clerk.arg))
		return "more model requests open than it may have";
	if (ask_by_serial(r, a, m->serial) != NULL)
		return "two model requests with one number";
	return NULL;
}

static void
take_request(struct relay *r, struct child *c, struct msg *m)
{
	const char		*fault = question_fault(r, c, m);
	struct relay_ask	*q = xcalloc(1, sizeof(*q));

	q->serial = m->serial;
	q->agent = child_role(c) == ROLE_CONSOLIDATE;
	q->attempt = json_int(m->body, "attempt", 0);
	q->job = json_int(m->body, "job", 0);
	q->bytes = m->payload.len;
	if (fault == NULL)
		fault = r->clerk.accept(q, c, r->clerk.arg);
	if (fault != NULL) {
		free(q);
		child_refuse(c, fault);
		return;
	}
	q->payload = m->payload;
	buf_init(&m->payload);
	q->asker = asker_of(r, c);
	if (q->asker == NULL)
		q->asker = asker_add(r, c);
	q->asker->open++;
	TAILQ_INSERT_TAIL(&q->asker->waiting, q, entry);
	r->nwaiting++;
	relay_pump(r);
}

/* The answer may have crossed the request to cancel: then there is none. */
static void
take_cancel(struct relay *r, struct child *c, const struct msg *m)
{
	struct relay_asker	*a = asker_of(r, c);
	struct relay_ask	*q = NULL;
	struct relay_answer	 answer = { .error = MODEL_CANCELLED,
				    .retry_ms = -1 };

	if (a != NULL)
		q = ask_by_serial(r, a, json_int(m->body, "request", 0));
	if (q == NULL)
		return;
	if (q->sent != 0)
		cancel_sent(r, q);
	else
		relay_ask_answer(r, q, &answer, NULL);
}

static void
desk_question(struct child *c, struct msg *m, void *arg)
{
	if (m->id == MSG_CANCEL)
		take_cancel(arg, c, m);
	else
		take_request(arg, c, m);
}

/* What it waited for is not sent; what was sent is cancelled. */
static void
desk_ended(struct child *c, void *arg)
{
	struct relay		*r = arg;
	struct relay_asker	*a = asker_of(r, c);
	struct relay_ask	*q;

	if (a == NULL)
		return;
	TAILQ_FOREACH(q, &r->sent, entry) {
		if (q->asker != a)
			continue;
		cancel_sent(r, q);
		q->asker = NULL;
		a->open--;
	}
	if (a->open == 0) {
		TAILQ_REMOVE(&r->askers, a, entry);
		free(a);
		return;
	}
	/* The last one takes the asker with it. */
	while (a->open > 1)
		ask_free(r, TAILQ_FIRST(&a->waiting));
	ask_free(r, TAILQ_FIRST(&a->waiting));
}

static void
desk_drained(struct child *c, void *arg)
{
	struct relay	*r = arg;

	if (c == r->gateway)
		relay_pump(r);
}

struct relay *
relay_new(struct loop *l, struct children *set,
    const struct relay_clerk *clerk)
{
	struct relay		*r = xcalloc(1, sizeof(*r));
	struct children_desk	 desk = { desk_question, desk_ended,
				    desk_drained, r };

	r->loop = l;
	r->children = set;
	r->clerk = *clerk;
	TAILQ_INIT(&r->askers);
	TAILQ_INIT(&r->sent);
	loop_timer_init(&r->rest, relay_rested, r);
	children_set_desk(set, &desk);
	return r;
}

void
relay_free(struct relay *r)
{
	if (r == NULL)
		return;
	if (r->nwaiting > 0 || r->nsent > 0)
		BUG("the relay ends with %u requests open",
		    r->nwaiting + r->nsent);
	loop_timer_cancel(&r->rest);
	children_set_desk(r->children, NULL);
	free(r);
}

int64_t
relay_control(struct relay *r, const struct msg_head *head, json_object *body)
{
	if (!may_send(r)) {
		json_object_put(body);
		return -1;
	}
	return child_request(r->gateway, head, body);
}

unsigned
relay_waiting(const struct relay *r)
{
	return r->nwaiting;
}

unsigned
relay_under_way(const struct relay *r)
{
	return r->nsent;
}
