/* links: supervisor/store.c supervisor/store_?*.c supervisor/state_dir.c supervisor/orphans.c supervisor/group.c tests/store_fixture.c tests/scratch.c supervisor/ledger.c supervisor/budget.c */
/*
 * Tokens of failed jobs went uncounted, and a restart forgot what was under
 * way: the ceiling of a day was passed by whoever was killed often enough.
 * What is reserved counts until it is settled, whatever happens between.
 */
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check_main.h"
#include "supervisor/ledger.h"
#include "tests/store_fixture.h"

#define T0	1790000000

static struct budget_limits	limits = { 1000, 10, 0 };

static enum budget_verdict
take(int64_t now, int64_t tokens, int64_t *id, struct ledger_answer *a)
{
	struct ledger_request	q = { "local", "m", "stage_one", tid(1), 0 };
	struct ledger_ask	ask = { &limits, { tokens, 1, 0 }, now };

	ck_assert_int_eq(ledger_reserve(st, &ask, &q, a), STORE_OK);
	*id = a->id;
	ck_assert_int_eq(*id > 0, a->verdict == BUDGET_ALLOWED);
	return a->verdict;
}

static enum budget_verdict
take_only(int64_t now, int64_t tokens)
{
	struct ledger_answer	a;
	int64_t			id;

	return take(now, tokens, &id, &a);
}

static struct store_spent
spent(int64_t now)
{
	struct store_spent	s;

	ck_assert_int_eq(store_ledger_spent(st, now - LEDGER_DAY, NULL, &s),
	    STORE_OK);
	return s;
}

static enum store_status
settle(int64_t id, int has_usage, int64_t tokens)
{
	struct store_settle	e = { .at = T0, .outcome = "ok",
				    .has_usage = has_usage, .tokens = tokens };

	return store_ledger_settle(st, id, &e);
}

static void
reopen(void)
{
	store_close(st);
	ck_assert_int_eq(store_open(st_dir, STORE_OWNER, &st), STORE_OK);
}

START_TEST(reserved_counts_until_settled)
{
	struct ledger_answer	a;
	int64_t			id, id2;

	ck_assert_int_eq(take(T0, 600, &id, &a), BUDGET_ALLOWED);
	ck_assert_int_eq(spent(T0).tokens, 600);
	ck_assert_int_eq(spent(T0).open, 1);
	ck_assert_int_eq(take(T0, 600, &id2, &a), BUDGET_LATER);
	ck_assert_str_eq(a.key, "tokens_per_day");
	ck_assert_int_eq(a.when, T0 + LEDGER_DAY);
	ck_assert_int_eq(settle(id, 1, 100), STORE_OK);
	ck_assert_int_eq(spent(T0).tokens, 100);
	ck_assert_int_eq(spent(T0).open, 0);
	ck_assert_int_eq(take(T0, 600, &id2, &a), BUDGET_ALLOWED);
	/* Once is once. */
	ck_assert_int_eq(settle(id, 1, 1), STORE_NONE);
	ck_assert_int_eq(settle(4711, 1, 1), STORE_NONE);
	ck_assert_int_eq(spent(T0).tokens, 700);
}
END_TEST

START_TEST(without_usage_what_was_reserved_stands)
{
	struct ledger_answer	a;
	int64_t			id;

	ck_assert_int_eq(take(T0, 600, &id, &a), BUDGET_ALLOWED);
	ck_assert_int_eq(settle(id, 0, 0), STORE_OK);
	ck_assert_int_eq(spent(T0).tokens, 600);
	ck_assert_int_eq(ask("SELECT reserved FROM model_requests"), 600);
	ck_assert_int_eq(ask("SELECT count(*) FROM model_requests"
	    " WHERE outcome = 'ok'"), 1);
}
END_TEST

/* What provably cost nothing is no request either. */
START_TEST(free_rows_do_not_count)
{
	struct ledger_answer	a;
	int64_t			id, i;

	for (i = 0; i < 20; i++) {
		ck_assert_int_eq(take(T0, 600, &id, &a), BUDGET_ALLOWED);
		ck_assert_int_eq(settle(id, 1, 0), STORE_OK);
	}
	ck_assert_int_eq(spent(T0).requests, 0);
}
END_TEST

START_TEST(the_window_rolls)
{
	struct ledger_answer	a;
	int64_t			id;

	ck_assert_int_eq(take_only(T0, 500), BUDGET_ALLOWED);
	ck_assert_int_eq(take_only(T0 + 3600, 400), BUDGET_ALLOWED);
	ck_assert_int_eq(take(T0 + 7200, 600, &id, &a), BUDGET_LATER);
	ck_assert_int_eq(a.when, T0 + LEDGER_DAY);
	ck_assert_int_eq(take(T0 + 7200, 700, &id, &a), BUDGET_LATER);
	ck_assert_int_eq(a.when, T0 + 3600 + LEDGER_DAY);
	/* Not a second before, and then it does fit. */
	ck_assert_int_eq(take_only(T0 + LEDGER_DAY - 1, 600), BUDGET_LATER);
	ck_assert_int_eq(take_only(T0 + LEDGER_DAY, 600), BUDGET_ALLOWED);
	ck_assert_int_eq(take_only(T0 + LEDGER_DAY, 1001), BUDGET_NEVER);
}
END_TEST

START_TEST(requests_have_a_ceiling)
{
	struct ledger_answer	a;
	int64_t			id, i;

	for (i = 0; i < 10; i++)
		ck_assert_int_eq(take_only(T0 + i, 1), BUDGET_ALLOWED);
	ck_assert_int_eq(take(T0 + 20, 1, &id, &a), BUDGET_LATER);
	ck_assert_str_eq(a.key, "requests_per_day");
	ck_assert_int_eq(a.when, T0 + LEDGER_DAY);
}
END_TEST

/*
 * Eight askers, some answers without usage, a kill in every round: what
 * counts never passes the ceiling.
 */
START_TEST(never_passed_across_kills)
{
	struct ledger_answer	a;
	int64_t			id, sum;
	pid_t			pid;
	int			round, i, status;

	limits.requests = 0;
	for (round = 0; round < 12; round++) {
		store_close(st);
		pid = fork();
		ck_assert_int_ne(pid, -1);
		if (pid == 0) {
			store_open(st_dir, STORE_OWNER, &st);
			for (i = 0; i < 8; i++)
				if (take(T0 + round, 90, &id, &a) ==
				    BUDGET_ALLOWED && i % 3 == 0)
					settle(id, 1, 40);
			kill(getpid(), SIGKILL);
		}
		ck_assert_int_eq(waitpid(pid, &status, 0), pid);
		ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
		ck_assert_int_eq(store_open(st_dir, STORE_OWNER, &st),
		    STORE_OK);
		sum = spent(T0 + round).tokens;
		ck_assert_int_le(sum, limits.tokens);
	}
	ck_assert_int_gt(sum, limits.tokens - 90);
	ck_assert_int_gt(spent(T0).open, 0);
}
END_TEST

START_TEST(per_thread)
{
	struct ledger_request	q = { "local", "m", "agent", tid(7), 0 };
	struct ledger_ask	ask = { &limits, { 50, 1, 0 }, T0 };
	struct ledger_answer	a;
	struct store_spent	s;

	ck_assert_int_eq(take_only(T0, 500), BUDGET_ALLOWED);
	ck_assert_int_eq(ledger_reserve(st, &ask, &q, &a), STORE_OK);
	ck_assert_int_eq(store_ledger_spent(st, 0, tid(7), &s), STORE_OK);
	ck_assert_int_eq(s.tokens, 50);
	ck_assert_int_eq(s.requests, 1);
	reopen();
	ck_assert_int_eq(store_ledger_spent(st, 0, tid(7), &s), STORE_OK);
	ck_assert_int_eq(s.tokens, 50);
}
END_TEST

static void
ask_about(int thread, int64_t now)
{
	struct ledger_request	q = { "local", "m", "stage_one", tid(thread),
				    0 };
	struct ledger_ask	ask = { &limits, { 1, 1, 0 }, now };
	struct ledger_answer	a;

	ck_assert_int_eq(ledger_reserve(st, &ask, &q, &a), STORE_OK);
	ck_assert_int_eq(a.verdict, BUDGET_ALLOWED);
}

START_TEST(backfill)
{
	struct ledger_backfill	b;

	ask_about(1, T0);
	ask_about(1, T0 + 50);
	ask_about(2, T0 + 100);
	ck_assert_int_eq(ledger_backfill(st, 3, T0 + 100, &b), STORE_OK);
	ck_assert_int_eq(b.left, 1);
	ck_assert_int_eq(b.until, 0);
	ck_assert_int_eq(ledger_backfill(st, 2, T0 + 100, &b), STORE_OK);
	ck_assert_int_eq(b.left, 0);
	ck_assert_int_eq(b.until, T0 + 50 + LEDGER_DAY);
	ck_assert_int_eq(ledger_backfill(st, 2, b.until, &b), STORE_OK);
	ck_assert_int_eq(b.left, 1);
	ck_assert_int_eq(b.until, 0);
}
END_TEST

START_TEST(holds)
{
	struct store_hold	h = { "local", "rate_limit", "too many", T0,
				    T0 + 60, 2 }, *got;

	ck_assert_int_eq(store_hold_get(st, "local", &got), STORE_NONE);
	ck_assert_int_eq(store_hold_set(st, &h), STORE_OK);
	h.rounds = 3;
	ck_assert_int_eq(store_hold_set(st, &h), STORE_OK);
	reopen();
	ck_assert_int_eq(store_hold_get(st, "local", &got), STORE_OK);
	ck_assert_str_eq(got->reason, "rate_limit");
	ck_assert_str_eq(got->message, "too many");
	ck_assert_int_eq(got->until, T0 + 60);
	ck_assert_int_eq(got->rounds, 3);
	store_hold_free(got);
	ck_assert_int_eq(store_hold_clear(st, "local"), STORE_OK);
	ck_assert_int_eq(store_hold_get(st, "local", &got), STORE_NONE);
}
END_TEST

START_TEST(old_rows_go)
{
	int64_t	n;

	ck_assert_int_eq(take_only(T0, 1), BUDGET_ALLOWED);
	ck_assert_int_eq(take_only(T0 + 10, 1), BUDGET_ALLOWED);
	ck_assert_int_eq(store_ledger_prune(st, T0 + 10, &n), STORE_OK);
	ck_assert_int_eq(n, 1);
	ck_assert_int_eq(spent(T0).requests, 1);
}
END_TEST

static Suite *
ledger_suite(void)
{
	Suite	*s = suite_create("ledger");
	TCase	*t = tcase_create("ledger");

	tcase_add_checked_fixture(t, store_setup, store_teardown);
	tcase_add_test(t, reserved_counts_until_settled);
	tcase_add_test(t, without_usage_what_was_reserved_stands);
	tcase_add_test(t, free_rows_do_not_count);
	tcase_add_test(t, the_window_rolls);
	tcase_add_test(t, requests_have_a_ceiling);
	tcase_add_test(t, never_passed_across_kills);
	tcase_add_test(t, per_thread);
	tcase_add_test(t, backfill);
	tcase_add_test(t, holds);
	tcase_add_test(t, old_rows_go);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(ledger_suite)
