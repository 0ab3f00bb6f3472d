/* links: tests/store_fixture.c tests/scratch.c supervisor/store.c supervisor/store_?*.c supervisor/state_dir.c supervisor/orphans.c supervisor/group.c supervisor/ledger.c supervisor/budget.c */
/*
 * A machine that starts with its clock a year ahead, and has it set right an
 * hour later: a job that failed meanwhile would wait a year for its next try,
 * a memory for its cooldown, and the budget would stay spent.
 */
#include "supervisor/ledger.h"
#include "supervisor/store_clock.h"
#include "tests/check_main.h"
#include "tests/store_fixture.h"

#define YEAR (365 * DAY)

static int64_t
heal(int64_t now)
{
	int64_t	n = -1;

	ck_assert_int_eq(store_clock_heal(st, now, &n), STORE_OK);
	return n;
}

START_TEST(what_is_in_order_is_left_alone)
{
	struct store_stage_one_rules	 rules = stage_one_rules();

	add_thread(1, NOW - DAY);
	add_thread(2, NOW - DAY);
	claim(2, &rules);
	fail_one(1, &rules, HOUR);
	ck_assert_int_eq(heal(NOW), 0);
}
END_TEST

START_TEST(a_backoff_is_no_longer_than_it_ever_is)
{
	struct store_stage_one_rules	 rules = stage_one_rules();

	add_thread(1, NOW - DAY);
	rules.now = NOW + YEAR;
	rules.age_days = 0;
	fail_one(1, &rules, HOUR);
	ck_assert_int_gt(heal(NOW), 0);
	rules.now = NOW + HOUR - 1;
	ck_assert_int_eq(try_claim(1, &rules), CLAIM_RETRY_BACKOFF);
	rules.now = NOW + HOUR;
	ck_assert_int_eq(try_claim(1, &rules), CLAIM_CLAIMED);
}
END_TEST

START_TEST(a_cooldown_ends)
{
	struct store_stage_two_rules	 rules = stage_two_rules();
	struct store_job		 job;

	store_stage_two_enqueue(st, "codex", 100);
	tell("UPDATE jobs SET status = 'done', finished_at = 1783000000 +"
	    " 365 * 86400, input_watermark = 200");
	rules.now = NOW;
	rules.cooldown_s = 6 * HOUR;
	ck_assert_int_eq(store_stage_two_look(st, &rules, &job), STORE_OK);
	ck_assert_int_eq(job.outcome, CLAIM_COOLDOWN);
	ck_assert_int_eq(heal(NOW), 1);
	rules.now = NOW + 6 * HOUR;
	ck_assert_int_eq(store_stage_two_look(st, &rules, &job), STORE_OK);
	ck_assert_int_eq(job.outcome, CLAIM_CLAIMED);
}
END_TEST

/* What was spent in the future counts for a day from now on, and no more. */
START_TEST(the_budget_frees_itself)
{
	struct store_reserve	r = { .at = NOW + YEAR, .provider = "p",
	    .model = "m", .purpose = "agent", .thread_id = tid(1),
	    .attempt = 1, .tokens = 500 };
	struct budget_limits	limits = { .tokens = 500 };
	struct ledger_ask	ask_for = { &limits, { 100, 1, 0 }, NOW };
	struct ledger_answer	a;
	int64_t			id;

	ck_assert_int_eq(store_ledger_reserve(st, &r, &id), STORE_OK);
	ck_assert_int_eq(heal(NOW), 1);
	ck_assert_int_eq(ledger_ask(st, &ask_for, &a), STORE_OK);
	ck_assert_int_eq(a.verdict, BUDGET_LATER);
	ck_assert_int_eq(a.when, NOW + LEDGER_DAY);
	ask_for.now = NOW + LEDGER_DAY;
	ck_assert_int_eq(ledger_ask(st, &ask_for, &a), STORE_OK);
	ck_assert_int_eq(a.verdict, BUDGET_ALLOWED);
}
END_TEST

START_TEST(a_provider_is_asked_again)
{
	struct store_hold	 h = { .provider = "p", .reason = "rate_limit",
	    .message = "m", .since = NOW + YEAR, .until = NOW + YEAR + 60,
	    .rounds = 1 };
	struct store_hold	*got;

	ck_assert_int_eq(store_hold_set(st, &h), STORE_OK);
	heal(NOW);
	ck_assert_int_eq(store_hold_get(st, "p", &got), STORE_OK);
	ck_assert_int_eq(got->until, NOW + HOUR);
	store_hold_free(got);
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("clock");
	TCase	*t = tcase_create("clock");

	tcase_add_checked_fixture(t, store_setup, store_teardown);
	tcase_add_test(t, what_is_in_order_is_left_alone);
	tcase_add_test(t, a_backoff_is_no_longer_than_it_ever_is);
	tcase_add_test(t, a_cooldown_ends);
	tcase_add_test(t, the_budget_frees_itself);
	tcase_add_test(t, a_provider_is_asked_again);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
