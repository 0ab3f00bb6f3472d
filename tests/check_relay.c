/* links: tests/relay_scene.c supervisor/relay.c supervisor/relay_gateway.c */
/*
 * A service between many askers and one gateway has many ways to lose a
 * request, to answer one twice, or to let one asker hold up the rest.  The
 * children are stand-ins here: what the relay does with them is written
 * down and looked at, at last in a storm of everything at once.
 */
#include <stdlib.h>
#include <string.h>

#include "check_main.h"
#include "tests/relay_scene.h"

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
	later = 1;
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
	ck_assert_uint_eq(readies, 2);
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
		later = r >> 5 & 1;
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
	later = 0;
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
suite(void)
{
	Suite	*s = suite_create("relay");
	TCase	*tc = tcase_create("relay");

	tcase_add_checked_fixture(tc, relay_setup, relay_teardown);
	tcase_add_test(tc, there_and_back);
	tcase_add_test(tc, round_robin);
	tcase_add_test(tc, not_too_far_ahead);
	tcase_add_test(tc, credits_hold);
	tcase_add_test(tc, bad_questions);
	tcase_add_test(tc, refused_by_the_clerk);
	tcase_add_test(tc, waits_for_what_is_under_way);
	tcase_add_test(tc, asker_ends);
	tcase_add_test(tc, cancelled_by_the_asker);
	tcase_add_test(tc, gateway_dies_and_comes_back);
	tcase_add_test(tc, gateway_rests);
	tcase_add_test(tc, replaced_once_drained);
	tcase_add_loop_test(tc, storm, 0, 20);
	suite_add_tcase(s, tc);
	return s;
}

CHECK_MAIN(suite)
