/* links: supervisor/relay.c supervisor/relay_gateway.c */
/*
 * A service between many askers and one gateway has many ways to lose a
 * request, to answer one twice, or to let one asker hold up the rest.  The
 * children are stand-ins here: what the relay does with them is written
 * down and looked at, at last in a storm of everything at once.
 */
#include <stdlib.h>
#include <string.h>

#include "check_main.h"
#include "common/json.h"
#include "supervisor/relay.h"

#define ASKERS 12

struct child {
	enum role		 role;
	enum child_state	 state;
	size_t			 pending;
	unsigned		 refused;
	/* The asker's view: numbers of open questions. */
	int64_t			 last;
	int			 open[4000];	/* by number: 1 it waits */
	unsigned		 answered, progress;
	enum model_error	 error;		/* of the last answer */
	int64_t			 retry_ms;	/* of it; -1: none */
	size_t			 payload;
	/* The gateway's view. */
	int64_t			 serial;
	char			 order[256];	/* "A1 B1 ..." */
	unsigned		 cancelled, stops, starts;
	int			 mine[20000];	/* 1 by serial: to be answered */
};

static struct child			 askers[ASKERS], gateway;
static struct children_desk		 desk;
static const struct child_spec		*gateway_spec;
static struct child_spec		 spec_copy;
static struct relay			*relay;
static struct loop_timer		*rest;

/* What the clerk saw. */
static unsigned	admitted, settled, lost;
static int	refuse;			/* admit says no */
static unsigned	credits = 8;

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

static int	wait;			/* admit says later */

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
	if (wait && relay_under_way(relay) > 0)
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

static unsigned	replies;

static void
clerk_reply(const struct msg *m, void *arg)
{
	(void)m;
	(void)arg;
	replies++;
}

static unsigned	readies;

static void
clerk_ready(void *arg)
{
	(void)arg;
	readies++;
}

static void
setup(void)
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
	admitted = settled = lost = replies = 0;
	refuse = wait = 0;
	relay = relay_new((struct loop *)&gateway, NULL, &clerk);
	relay_start(relay);
	gateway.state = CS_READY;
	gateway_spec->ops->ready(&gateway, gateway_spec->arg);
}

/* Whatever is left ends, and nothing may be left then. */
static void
teardown(void)
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

static void
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

/* The next question of this asker. */
static void
ask(struct child *c)
{
	c->open[++c->last] = 1;
	question(c, c->last, 0);
}

static void
cancel(struct child *c, int64_t serial)
{
	struct msg	m = { .id = MSG_CANCEL };

	m.body = json_object_new_object();
	json_set_int(m.body, "request", serial);
	desk.question(c, &m, desk.arg);
	msg_release(&m);
}

static void
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

static void
drained(void)
{
	gateway.pending = 0;
	desk.drained(&gateway, desk.arg);
}

static void
gateway_dies(enum child_next next)
{
	struct child_end	end = { .next = next };

	gateway.state = next == CHILD_RESTARTS ? CS_BACKOFF :
	    next == CHILD_FAILED ? CS_FAILED : CS_IDLE;
	gateway.pending = 0;
	memset(gateway.mine, 0, sizeof(gateway.mine));
	gateway_spec->ops->ended(&gateway, &end, gateway_spec->arg);
}

static void
gateway_comes(void)
{
	gateway.state = CS_READY;
	gateway_spec->ops->ready(&gateway, gateway_spec->arg);
}

START_TEST(there_and_back)
{
	ask(&askers[0]);
	ck_assert_str_eq(gateway.order, "A1 ");
	ck_assert_uint_eq(relay_under_way(relay), 1);
	respond(MSG_MODEL_PROGRESS, 1, "x");
	ck_assert_uint_eq(askers[0].progress, 1);
	respond(MSG_MODEL_RESPONSE, 1, NULL);
	ck_assert_uint_eq(askers[0].answered, 1);
	ck_assert_int_eq(askers[0].error, MODEL_NONE);
	ck_assert_uint_eq(askers[0].payload, 3);
	ask(&askers[0]);
	respond(MSG_MODEL_RESPONSE, 2, "refusal");
	ck_assert_int_eq(askers[0].error, MODEL_REFUSAL);
	ck_assert_uint_eq(askers[0].payload, 0);
	/* `failed' instead of a response. */
	ask(&askers[0]);
	respond(MSG_FAILED, 3, "x");
	ck_assert_int_eq(askers[0].error, MODEL_TRANSPORT);
	ck_assert_int_eq(askers[0].retry_ms, 1000);
	ck_assert_uint_eq(settled, 3);
	respond(MSG_QUOTA_STATE, 77, "x");
	ck_assert_uint_eq(replies, 1);
}
END_TEST

/* One with many requests does not go before one with a single one. */
START_TEST(round_robin)
{
	gateway.pending = RELAY_AHEAD;
	ask(&askers[0]);
	ask(&askers[0]);
	ask(&askers[0]);
	ask(&askers[1]);
	ask(&askers[2]);
	ck_assert_str_eq(gateway.order, "");
	ck_assert_uint_eq(relay_waiting(relay), 5);
	drained();
	ck_assert_str_eq(gateway.order, "A1 B1 C1 A2 A3 ");
}
END_TEST

/* The gateway's queue is bounded by what it has not read. */
START_TEST(not_too_far_ahead)
{
	gateway.pending = RELAY_AHEAD - 1;
	ask(&askers[0]);
	ask(&askers[1]);
	ck_assert_str_eq(gateway.order, "A1 ");
	drained();
	ck_assert_str_eq(gateway.order, "A1 B1 ");
}
END_TEST

START_TEST(credits_hold)
{
	unsigned	i;

	for (i = 0; i < credits; i++)
		ask(&askers[0]);
	ck_assert_uint_eq(askers[0].refused, 0);
	question(&askers[0], 50, 0);
	ck_assert_uint_eq(askers[0].refused, 1);
	ask(&askers[1]);
	question(&askers[1], 50, 0);
	ck_assert_uint_eq(askers[1].refused, 1);
	/* An answer gives the credit back. */
	respond(MSG_MODEL_RESPONSE, 1, NULL);
	ask(&askers[0]);
	ck_assert_uint_eq(askers[0].refused, 1);
}
END_TEST

START_TEST(bad_questions)
{
	ask(&askers[0]);
	question(&askers[0], 1, 0);		/* a number that is open */
	question(&askers[0], 0, 0);
	question(&askers[0], -7, 0);
	question(&askers[0], 5, 99);		/* the clerk does not know it */
	ck_assert_uint_eq(askers[0].refused, 4);
	askers[1].role = ROLE_EXTRACT;
	ck_assert_uint_eq(relay_under_way(relay), 1);
}
END_TEST

START_TEST(refused_by_the_clerk)
{
	refuse = 1;
	ask(&askers[3]);
	ck_assert_uint_eq(askers[3].answered, 1);
	ck_assert_int_eq(askers[3].error, MODEL_OVER_BUDGET);
	ck_assert_int_eq(askers[3].retry_ms, -1);
	ck_assert_uint_eq(relay_waiting(relay), 0);
}
END_TEST

/* What does not fit beside what is under way goes when that is settled. */
START_TEST(waits_for_what_is_under_way)
{
	wait = 1;
	ask(&askers[0]);
	ask(&askers[0]);
	ask(&askers[1]);
	ck_assert_str_eq(gateway.order, "A1 ");
	drained();
	ck_assert_str_eq(gateway.order, "A1 ");
	respond(MSG_MODEL_RESPONSE, 1, NULL);
	ck_assert_uint_eq(strlen(gateway.order), 6);
	gateway_dies(CHILD_RESTARTS);
	gateway_comes();
	ck_assert_uint_eq(strlen(gateway.order), 9);
	ck_assert_uint_eq(relay_waiting(relay), 0);
}
END_TEST

START_TEST(asker_ends)
{
	ask(&askers[1]);
	gateway.pending = RELAY_AHEAD;
	ask(&askers[0]);
	ask(&askers[0]);
	desk.ended(&askers[0], desk.arg);
	ck_assert_uint_eq(relay_waiting(relay), 0);
	ck_assert_uint_eq(gateway.cancelled, 0);
	desk.ended(&askers[1], desk.arg);
	ck_assert_uint_eq(gateway.cancelled, 1);
	ck_assert_uint_eq(relay_under_way(relay), 1);
	respond(MSG_MODEL_PROGRESS, 1, "x");
	respond(MSG_MODEL_RESPONSE, 1, "cancelled");
	ck_assert_uint_eq(askers[1].answered + askers[1].progress, 0);
	ck_assert_uint_eq(relay_under_way(relay), 0);
	ck_assert_uint_eq(settled, 1);
	/* Its next process begins with nothing open, and may use any number. */
	drained();
	question(&askers[1], 1, 0);
	ck_assert_uint_eq(askers[1].refused, 0);
}
END_TEST

START_TEST(cancelled_by_the_asker)
{
	ask(&askers[1]);
	cancel(&askers[1], 1);
	ck_assert_uint_eq(gateway.cancelled, 1);
	respond(MSG_MODEL_RESPONSE, 1, "cancelled");
	ck_assert_int_eq(askers[1].error, MODEL_CANCELLED);
	/* Too late, or never there. */
	cancel(&askers[1], 1);
	cancel(&askers[1], 4711);
	cancel(&askers[2], 1);
	gateway.pending = RELAY_AHEAD;
	ask(&askers[1]);
	cancel(&askers[1], 2);
	ck_assert_uint_eq(askers[1].answered, 2);
	ck_assert_int_eq(askers[1].error, MODEL_CANCELLED);
	ck_assert_uint_eq(gateway.cancelled, 1);
}
END_TEST

START_TEST(gateway_dies_and_comes_back)
{
	ask(&askers[0]);
	ask(&askers[1]);
	gateway.pending = RELAY_AHEAD;
	ask(&askers[2]);
	gateway_dies(CHILD_RESTARTS);
	/* What it had is answered, what waits goes to the next one. */
	ck_assert_int_eq(askers[0].error, MODEL_TRANSPORT);
	ck_assert_int_eq(askers[1].error, MODEL_TRANSPORT);
	ck_assert_uint_eq(askers[2].answered, 0);
	ck_assert_uint_eq(lost, 2);
	ask(&askers[0]);
	gateway.order[0] = '\0';
	gateway_comes();
	ck_assert_str_eq(gateway.order, "C1 A2 ");
}
END_TEST

/* One that does not stay up keeps nobody waiting, and is tried again. */
START_TEST(gateway_rests)
{
	gateway.pending = RELAY_AHEAD;
	ask(&askers[2]);
	gateway_dies(CHILD_FAILED);
	ck_assert_int_eq(askers[2].error, MODEL_TRANSPORT);
	ck_assert_uint_eq(gateway.stops, 1);
	gateway_dies(CHILD_GONE);
	ck_assert_uint_eq(gateway.starts, 1);
	ck_assert_ptr_nonnull(rest->loop);
	rest->loop = NULL;
	rest->fn(rest, rest->arg);
	ck_assert_uint_eq(gateway.starts, 2);
	gateway_comes();
	ask(&askers[2]);
	ck_assert_str_eq(gateway.order, "C2 ");
}
END_TEST

START_TEST(replaced_once_drained)
{
	ask(&askers[0]);
	relay_replace(relay);
	ask(&askers[1]);
	ck_assert_str_eq(gateway.order, "A1 ");
	ck_assert_uint_eq(gateway.stops, 0);
	respond(MSG_MODEL_RESPONSE, 1, NULL);
	ck_assert_uint_eq(gateway.stops, 1);
	gateway_dies(CHILD_GONE);
	ck_assert_uint_eq(gateway.starts, 2);
	gateway_comes();
	ck_assert_str_eq(gateway.order, "A1 B1 ");
	respond(MSG_MODEL_RESPONSE, 2, NULL);
	/* Killed while it drains: replaced all the same. */
	ask(&askers[0]);
	relay_replace(relay);
	gateway_dies(CHILD_RESTARTS);
	ck_assert_uint_eq(gateway.stops, 2);
	gateway_dies(CHILD_GONE);
	ck_assert_uint_eq(gateway.starts, 3);
	gateway_comes();
}
END_TEST

static void
storm_step(int r)
{
	struct child	*c = &askers[(r >> 8) % ASKERS];
	int64_t		 i, n;
	unsigned	 k, open = 0;

	for (k = 1; k <= (unsigned)c->last; k++)
		open += (unsigned)c->open[k];
	switch (r % 10) {
	case 0: case 1: case 2: case 3:
		if (open < (c->role == ROLE_EXTRACT ? credits : 1) &&
		    c->last < 3900 && gateway.serial < 19900)
			ask(c);
		break;
	case 4: case 5:
		for (i = 1, n = 0; i <= gateway.serial; i++)
			n += gateway.mine[i];
		for (i = 1; n > 0 && i <= gateway.serial; i++)
			if (gateway.mine[i] && --n == (r >> 4) % 3) {
				respond(MSG_MODEL_RESPONSE, i, r & 64 ?
				    NULL : "overloaded");
				break;
			}
		break;
	case 6:
		wait = r >> 5 & 1;
		drained();
		break;
	case 7:
		if (c->last > 0)
			cancel(c, c->last);
		break;
	case 8:
		if (r >> 12 & 1) {
			desk.ended(c, desk.arg);
			memset(c->open, 0, sizeof(c->open));
		} else if (r >> 13 & 1)
			relay_replace(relay);
		break;
	default:
		if (gateway.state == CS_READY && r >> 12 & 1)
			gateway_dies(CHILD_RESTARTS);
		else if (gateway.state == CS_STOPPING)
			gateway_dies(CHILD_GONE);
		else if (gateway.state != CS_READY)
			gateway_comes();
		break;
	}
}

/* In a storm: each is settled once and answered once, or its asker ended. */
START_TEST(storm)
{
	unsigned	i, open;
	int64_t		k;
	int		step;

	srandom(1000u + (unsigned)_i);
	for (step = 0; step < 4000; step++)
		storm_step((int)random());
	/* Calm: all that is open is answered. */
	wait = 0;
	for (step = 0; step < 200; step++) {
		if (gateway.state == CS_STOPPING)
			gateway_dies(CHILD_GONE);
		if (gateway.state != CS_READY)
			gateway_comes();
		drained();
		for (k = 1; k <= gateway.serial; k++)
			if (gateway.mine[k])
				respond(MSG_MODEL_RESPONSE, k, NULL);
	}
	for (i = 0, open = 0; i < ASKERS; i++)
		for (k = 1; k <= askers[i].last; k++)
			open += (unsigned)askers[i].open[k];
	ck_assert_uint_eq(open, 0);
	ck_assert_uint_eq(admitted, settled);
	ck_assert_uint_gt(admitted, 100);
}
END_TEST

static Suite *
relay_suite(void)
{
	Suite	*s = suite_create("relay");
	TCase	*t = tcase_create("relay");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, there_and_back);
	tcase_add_test(t, round_robin);
	tcase_add_test(t, not_too_far_ahead);
	tcase_add_test(t, credits_hold);
	tcase_add_test(t, bad_questions);
	tcase_add_test(t, refused_by_the_clerk);
	tcase_add_test(t, waits_for_what_is_under_way);
	tcase_add_test(t, asker_ends);
	tcase_add_test(t, cancelled_by_the_asker);
	tcase_add_test(t, gateway_dies_and_comes_back);
	tcase_add_test(t, gateway_rests);
	tcase_add_test(t, replaced_once_drained);
	tcase_add_loop_test(t, storm, 0, 20);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(relay_suite)
