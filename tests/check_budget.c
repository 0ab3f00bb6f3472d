/* links: supervisor/budget.c */
/*
 * Memory work has emptied people's quotas overnight.  Here the arithmetic of
 * the ceilings is held to its edges: what is reserved is never less than
 * what can be used, a ceiling is never passed, and the time at which it
 * gives way is the right one.
 */
#include "check_main.h"
#include "supervisor/budget.h"

START_TEST(reserve_is_an_upper_bound)
{
	struct budget_prices	p = { 250000, 25000, 2000000 };
	struct budget_sum	s = budget_reserve(3000, 500, &p);

	ck_assert_int_eq(s.tokens, 1001 + 500);
	ck_assert_int_eq(s.requests, 1);
	/* 1001 of input at 0.25 and 500 of output at 2 per million. */
	ck_assert_int_eq(s.money, 251 + 1000);
	ck_assert_int_eq(budget_tokens(0), 1);
	ck_assert_int_eq(budget_tokens(8u << 20), (8 << 20) / 3 + 1);
}
END_TEST

START_TEST(money)
{
	struct budget_prices	p = { 1250000, 125000, 10000000 };
	struct budget_usage	u = { 1000000, 400000, 100000 };

	ck_assert_int_eq(budget_money(&p, &u), 750000 + 50000 + 1000000);
	u = (struct budget_usage){ 1, 0, 0 };
	ck_assert_int_eq(budget_money(&p, &u), 2);	/* rounded up */
	u = (struct budget_usage){ -5, 10, -1 };
	ck_assert_int_eq(budget_money(&p, &u), 0);
	u = (struct budget_usage){ 10, 20, 0 };
	ck_assert_int_eq(budget_money(&p, &u), 2);	/* cached: not more */
	/* The largest price times the largest count. */
	p = (struct budget_prices){ 1000000000000, 0, 1000000000000 };
	u = (struct budget_usage){ 1000000000, 0, 1000000000 };
	ck_assert_int_eq(budget_money(&p, &u), INT64_C(2000000000000000));
}
END_TEST

static enum budget_verdict
check(int64_t limit, int64_t spent, int64_t ask)
{
	struct budget_limits	l = { limit, 0, 0 };
	struct budget_sum	s = { spent, 3, 0 }, a = { ask, 1, 0 };
	const char		*key = "";
	enum budget_verdict	v = budget_check(&l, &s, &a, &key);

	ck_assert_str_eq(key, v == BUDGET_ALLOWED ? "" : "tokens_per_day");
	return v;
}

START_TEST(ceiling)
{
	ck_assert_int_eq(check(100, 60, 40), BUDGET_ALLOWED);
	ck_assert_int_eq(check(100, 60, 41), BUDGET_LATER);
	ck_assert_int_eq(check(100, 0, 100), BUDGET_ALLOWED);
	ck_assert_int_eq(check(100, 0, 101), BUDGET_NEVER);
	ck_assert_int_eq(check(100, 1000, 1), BUDGET_LATER);
	ck_assert_int_eq(check(0, INT64_MAX, INT64_MAX), BUDGET_ALLOWED);
	ck_assert_int_eq(check(INT64_MAX, INT64_MAX, 1), BUDGET_LATER);
}
END_TEST

START_TEST(each_has_its_key)
{
	struct budget_limits	l = { 100, 5, 1000 };
	struct budget_sum	s = { 0, 5, 0 }, a = { 1, 1, 1 };
	const char		*key;

	ck_assert_int_eq(budget_check(&l, &s, &a, &key), BUDGET_LATER);
	ck_assert_str_eq(key, "requests_per_day");
	ck_assert_int_eq(budget_limit(&l, key), 5);
	ck_assert_int_eq(budget_limit(&l, "ledger"), 0);
	s = (struct budget_sum){ 0, 0, 1000 };
	ck_assert_int_eq(budget_check(&l, &s, &a, &key), BUDGET_LATER);
	ck_assert_str_eq(key, "money_per_day");
	/* What never fits is said before what fits later. */
	s = (struct budget_sum){ 100, 0, 0 };
	a.money = 1001;
	ck_assert_int_eq(budget_check(&l, &s, &a, &key), BUDGET_NEVER);
	ck_assert_str_eq(key, "money_per_day");
}
END_TEST

/* The ceiling gives way when the row that makes the room is a day old. */
START_TEST(frees)
{
	struct budget_wait	w = { { 100, 3, 0 }, { 90, 3, 0 },
	    { 30, 1, 0 } };

	ck_assert_int_eq(budget_frees(&w, 10, 0), 0);	/* 80 + 30 */
	ck_assert_int_eq(budget_frees(&w, 10, 0), 1);	/* 70 + 30 */
	w = (struct budget_wait){ { 0, 3, 0 }, { 90, 3, 0 }, { 30, 1, 0 } };
	ck_assert_int_eq(budget_frees(&w, 1, 0), 1);
	w = (struct budget_wait){ { 0, 0, 50 }, { 0, 3, 50 }, { 0, 1, 5 } };
	ck_assert_int_eq(budget_frees(&w, 1, 4), 0);
	ck_assert_int_eq(budget_frees(&w, 1, 1), 1);
}
END_TEST

static Suite *
budget_suite(void)
{
	Suite	*s = suite_create("budget");
	TCase	*t = tcase_create("budget");

	tcase_add_test(t, reserve_is_an_upper_bound);
	tcase_add_test(t, money);
	tcase_add_test(t, ceiling);
	tcase_add_test(t, each_has_its_key);
	tcase_add_test(t, frees);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(budget_suite)
