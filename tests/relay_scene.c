#include <check.h>
#include <stdio.h>
#include <string.h>

#include "common/json.h"
#include "tests/relay_scene.h"

struct child		 askers[ASKERS], gateway;
struct relay		*relay;
struct children_desk	 desk;
struct loop_timer	*rest;
unsigned		 admitted, settled, lost, replies, readies;
unsigned		 credits = 8;
int			 refuse, later;

static const struct child_spec	*gateway_spec;
static struct child_spec	 spec_copy;

enum child_state child_state(const struct child *c) { return c->state; }
enum role child_role(const struct child *c) { return c->role; }
size_t child_pending(const struct child *c) { return c->pending; }
int children_stopping(const struct children *s) { (void)s; return 0; }
void child_progress(struct child *c) { (void)c; }
void loop_timer_cancel(struct loop_timer *t) { t->loop = NULL; }

void
loop_timer_init(struct loop_timer *t, loop_timer_fn *fn, void *arg)
{
	memset(t, 0, sizeof(*t));
	t->fn = fn;
	t->arg = arg;
	rest = t;
}

void
loop_timer_set(struct loop *l, struct loop_timer *t, int64_t at)
{
	(void)at;
	t->loop = l;
}

void
child_refuse(struct child *c, const char *why)
{
	ck_assert_str_ne(why, "");
	c->refused++;
}

void
children_set_desk(struct children *set, const struct children_desk *d)
{
	(void)set;
	if (d != NULL)
		desk = *d;
}

struct child *
child_start(struct children *set, const struct child_spec *spec)
{
	(void)set;
	ck_assert_int_eq(spec->role, ROLE_GATEWAY);
	spec_copy = *spec;
	gateway_spec = &spec_copy;
	json_object_put(spec->settings);
	gateway.state = CS_STARTING;
	gateway.starts++;
	return &gateway;
}

void
child_stop(struct child *c, const char *why)
{
	(void)why;
	c->stops++;
	c->state = CS_STOPPING;
}

static char
letter(const struct child *c)
{
	return (char)('A' + (c - askers));
}

int64_t
child_request(struct child *c, const struct msg_head *head, json_object *body)
{
	char	word[8];

	ck_assert_ptr_eq(c, &gateway);
	if (head->id == MSG_CANCEL) {
		gateway.cancelled++;
		ck_assert_int_eq(gateway.mine[json_int(body, "request", 0)],
		    1);
	}
	json_object_put(body);
	if (c->state != CS_READY)
		return -1;
	if (head->id != MSG_MODEL_REQUEST)
		return ++c->serial;
	c->pending += head->payload->len;
	gateway.mine[++c->serial] = 1;
	snprintf(word, sizeof(word), "%.2s ", head->payload->data);
	if (strlen(gateway.order) < sizeof(gateway.order) - 4)
		strcat(gateway.order, word);
	return c->serial;
}

int
child_answer(struct child *c, const struct msg_head *head, json_object *body)
{
	const char	*error = json_str(body, "error");

	if (head->id == MSG_MODEL_PROGRESS)
		c->progress++;
	else {
		ck_assert_int_eq(c->open[head->serial], 1);
		c->open[head->serial] = 0;
		c->answered++;
		c->error = error == NULL ? MODEL_NONE :
		    model_error_by_name(error);
		c->retry_ms = json_int(body, "retry_after_ms", -1);
		c->payload = head->payload == NULL ? 0 : head->payload->len;
	}
	json_object_put(body);
	return c->state == CS_READY ? 0 : -1;
}

static unsigned
clerk_credits(const struct child *c, void *arg)
{
	(void)arg;
	return c->role == ROLE_EXTRACT ? credits : 1;
}

static const char *
clerk_accept(struct relay_ask *q, const struct child *c, void *arg)
{
	(void)c;
	(void)arg;
	return q->job == 99 ? "no such job" : NULL;
}

static enum relay_admit
clerk_admit(struct relay_ask *q, struct relay_order *o,
    struct relay_answer *a, void *arg)
{
	(void)arg;
	ck_assert_uint_eq(q->bytes, q->payload.len);
	if (refuse) {
		a->error = MODEL_OVER_BUDGET;
		snprintf(a->message, sizeof(a->message), "no");
		return ADMIT_REFUSE;
	}
	if (later && relay_under_way(relay) > 0)
		return ADMIT_WAIT;
	admitted++;
	q->ledger = admitted;
	o->body = json_object_new_object();
	return ADMIT_SEND;
}

static void
clerk_settle(struct relay_ask *q, const struct msg *m,
    struct relay_answer *a, void *arg)
{
	const char	*error;

	(void)arg;
	if (q->ledger != 0)
		settled++;
	q->ledger = 0;
	a->error = MODEL_TRANSPORT;
	a->retry_ms = 1000;
	if (m == NULL) {
		lost++;
		return;
	}
	error = json_str(m->body, "error");
	a->error = error == NULL ? MODEL_NONE : model_error_by_name(error);
}

static json_object *
clerk_settings(void *arg)
{
	(void)arg;
	return json_object_new_object();
}

static void
clerk_reply(const struct msg *m, void *arg)
{
	(void)m;
	(void)arg;
	replies++;
}

static void
clerk_ready(void *arg)
{
	(void)arg;
	readies++;
}

void
relay_setup(void)
{
	static const struct relay_clerk	clerk = { clerk_credits, clerk_accept,
	    clerk_admit, clerk_settle, clerk_settings, clerk_reply, clerk_ready,
	    NULL };
	int				i;

	memset(askers, 0, sizeof(askers));
	memset(&gateway, 0, sizeof(gateway));
	for (i = 0; i < ASKERS; i++) {
		askers[i].role = i == 0 ? ROLE_EXTRACT : ROLE_CONSOLIDATE;
		askers[i].state = CS_READY;
	}
	gateway.role = ROLE_GATEWAY;
	admitted = settled = lost = replies = readies = 0;
	refuse = later = 0;
	relay = relay_new((struct loop *)&gateway, NULL, &clerk);
	relay_start(relay);
	gateway.state = CS_READY;
	gateway_spec->ops->ready(&gateway, gateway_spec->arg);
}

void
relay_teardown(void)
{
	struct child_end	end = { .next = CHILD_GONE };
	int			i;

	for (i = 0; i < ASKERS; i++)
		desk.ended(&askers[i], desk.arg);
	relay_end(relay);
	if (gateway.state != CS_IDLE)
		gateway_spec->ops->ended(&gateway, &end, gateway_spec->arg);
	ck_assert_uint_eq(admitted, settled);
	ck_assert_uint_eq(relay_waiting(relay) + relay_under_way(relay), 0);
	relay_free(relay);
}

void
question(struct child *c, int64_t serial, int64_t job)
{
	struct msg	m = { .id = MSG_MODEL_REQUEST, .serial = serial };

	m.body = json_object_new_object();
	json_set_str(m.body, "purpose", c->role == ROLE_EXTRACT ?
	    "stage_one" : "agent");
	json_set_int(m.body, "job", job);
	buf_addf(&m.payload, "%c%lld", letter(c), (long long)serial);
	desk.question(c, &m, desk.arg);
	msg_release(&m);
}

void
ask(struct child *c)
{
	c->open[++c->last] = 1;
	question(c, c->last, 0);
}

void
cancel(struct child *c, int64_t serial)
{
	struct msg	m = { .id = MSG_CANCEL };

	m.body = json_object_new_object();
	json_set_int(m.body, "request", serial);
	desk.question(c, &m, desk.arg);
	msg_release(&m);
}

void
respond(enum msg_id id, int64_t serial, const char *error)
{
	struct msg	m = { .id = id, .serial = serial };

	m.body = json_object_new_object();
	json_set_str(m.body, "outcome", error == NULL ? "ok" : "error");
	json_set_str(m.body, "error", error);
	if (error == NULL)
		buf_addstr(&m.payload, "[1]");
	if (id != MSG_MODEL_PROGRESS)
		gateway.mine[serial] = 0;
	gateway_spec->ops->message(&gateway, &m, gateway_spec->arg);
	msg_release(&m);
}

void
drained(void)
{
	gateway.pending = 0;
	desk.drained(&gateway, desk.arg);
}

void
gateway_dies(enum child_next next)
{
	struct child_end	end = { .next = next };

	gateway.state = next == CHILD_RESTARTS ? CS_BACKOFF :
	    next == CHILD_FAILED ? CS_FAILED : CS_IDLE;
	gateway.pending = 0;
	memset(gateway.mine, 0, sizeof(gateway.mine));
	gateway_spec->ops->ended(&gateway, &end, gateway_spec->arg);
}

void
gateway_comes(void)
{
	gateway.state = CS_READY;
	gateway_spec->ops->ready(&gateway, gateway_spec->arg);
}
