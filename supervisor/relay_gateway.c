#include <string.h>

#include "common/log.h"
#include "common/monotime.h"
#include "supervisor/relay_int.h"

static void	gateway_ready(struct child *, void *);
static void	gateway_message(struct child *, const struct msg *, void *);
static void	gateway_ended(struct child *, const struct child_end *,
		    void *);

static const struct child_ops gateway_ops = {
	gateway_ready, gateway_message, NULL, gateway_ended
};

static struct relay_ask *
ask_by_sent(struct relay *r, int64_t sent)
{
	struct relay_ask	*q;

	TAILQ_FOREACH(q, &r->sent, entry)
		if (q->sent == sent)
			break;
	return q;
}

static void
tell_progress(const struct relay_ask *q, const struct msg *m)
{
	struct msg_head	head = { .id = MSG_MODEL_PROGRESS,
			    .serial = q->serial };

	if (q->asker == NULL)
		return;
	child_progress(q->asker->child);
	child_answer(q->asker->child, &head, json_object_get(m->body));
}

static void
take_response(struct relay *r, struct relay_ask *q, const struct msg *m)
{
	struct relay_answer	a = { .retry_ms = -1 };

	r->clerk.settle(q, m, &a, r->clerk.arg);
	relay_ask_answer(r, q, &a, m);
	relay_pump(r);
}

static void
gateway_ready(struct child *c, void *arg)
{
	struct relay	*r = arg;

	(void)c;
	r->clerk.ready(r->clerk.arg);
	relay_pump(r);
}

/*
 * The child layer has paired the message with a request of ours; `failed'
 * has no body of a response and is settled as if the gateway had ended.
 */
static void
gateway_message(struct child *c, const struct msg *m, void *arg)
{
	struct relay		*r = arg;
	struct relay_ask	*q = ask_by_sent(r, m->serial);

	(void)c;
	if (q == NULL)
		r->clerk.reply(m, r->clerk.arg);
	else if (m->id == MSG_MODEL_PROGRESS)
		tell_progress(q, m);
	else if (m->id == MSG_MODEL_RESPONSE)
		take_response(r, q, m);
	else {
		relay_ask_lost(r, q);
		relay_pump(r);
	}
}

/* None will come for a while: those that wait are not kept waiting. */
static void
lose_waiting(struct relay *r)
{
	struct relay_ask	*q;

	while ((q = relay_next_ask(r)) != NULL)
		relay_ask_lost(r, q);
}

static void
gateway_ended(struct child *c, const struct child_end *end, void *arg)
{
	struct relay		*r = arg;
	struct relay_ask	*q;

	while ((q = TAILQ_FIRST(&r->sent)) != NULL)
		relay_ask_lost(r, q);
	if (end->next == CHILD_RESTARTS) {
		relay_pump(r);
		return;
	}
	if (end->next == CHILD_FAILED) {
		log_warnx("the gateway does not stay up; tried again in %lld s",
		    (long long)RELAY_REST_MS / 1000);
		lose_waiting(r);
		loop_timer_set(r->loop, &r->rest, mono_ms() + RELAY_REST_MS);
		child_stop(c, "it rests");
		return;
	}
	r->gateway = NULL;
	r->draining = 0;
	if (r->wanted && !children_stopping(r->children) &&
	    r->rest.loop == NULL)
		relay_start(r);
	else
		lose_waiting(r);
}

void
relay_rested(struct loop_timer *t, void *arg)
{
	struct relay	*r = arg;

	(void)t;
	if (r->wanted && !children_stopping(r->children))
		relay_start(r);
}

void
relay_start(struct relay *r)
{
	struct child_spec	spec;

	r->wanted = 1;
	if (r->gateway != NULL)
		return;
	loop_timer_cancel(&r->rest);
	memset(&spec, 0, sizeof(spec));
	spec.role = ROLE_GATEWAY;
	spec.settings = r->clerk.settings(r->clerk.arg);
	spec.root_fd = spec.peer_lock_fd = -1;
	spec.restartable = 1;
	spec.ops = &gateway_ops;
	spec.arg = r;
	r->gateway = child_start(r->children, &spec);
}

void
relay_replace(struct relay *r)
{
	r->wanted = 1;
	if (r->gateway == NULL) {
		relay_start(r);
		return;
	}
	r->draining = 1;
	relay_pump(r);
}

void
relay_end(struct relay *r)
{
	r->wanted = 0;
	if (r->gateway == NULL)
		return;
	r->draining = 1;
	lose_waiting(r);
	relay_pump(r);
}
