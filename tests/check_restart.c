/* links: supervisor/restart.c */
/*
 * A worker that crashed once a day collected penalties until it was given up;
 * one that crashed at once was restarted for ever.  Restarting is arithmetic
 * over a history, so each of these is a few lines here.
 */
#include <errno.h>
#include <signal.h>

#include "check_main.h"
#include "common/exitcode.h"
#include "supervisor/restart.h"

#define EXITED(n) ((n) << 8)

static struct restart_policy	policy;
static struct restart_history	history;

static void
setup(void)
{
	restart_policy_init(&policy);
	restart_history_init(&history);
}

/* Delay after a death at `at' of one that was ready since `ready_at'. */
static int64_t
die(int64_t at, int64_t ready_at, int status)
{
	struct restart_death	d = { .at = at, .ready_at = ready_at,
	    .status = status };
	int64_t			next;

	next = restart_after_death(&history, &policy, &d);
	return next == -1 ? -1 : next - at;
}

START_TEST(backoff_doubles_to_its_cap)
{
	static const int64_t	want[] = { 1000, 2000, 4000, 8000, 16000,
	    32000, 60000, 60000 };
	int64_t			now = 1000000;
	unsigned		i;

	for (i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		ck_assert_int_eq(die(now, -1, EXITED(1)), want[i]);
		now += want[i];
	}
}
END_TEST

START_TEST(too_many_deaths_fail)
{
	int64_t		now = 0;
	unsigned	i;

	for (i = 0; i < policy.intensity; i++) {
		now += 10;
		ck_assert_int_gt(die(now, -1, EXITED(1)), 0);
	}
	ck_assert_int_eq(die(now + 10, -1, EXITED(1)), -1);
}
END_TEST

/* Row 61. */
START_TEST(one_death_a_day_costs_nothing)
{
	int64_t	day = 24 * 3600 * 1000LL;
	int	i;

	for (i = 1; i < 1000; i++)
		ck_assert_int_eq(die(i * day, (i - 1) * day + 5000,
		    EXITED(1)), policy.base);
}
END_TEST

START_TEST(deaths_outside_the_period_are_forgotten)
{
	int64_t		now = 0;
	unsigned	i;

	/* Never healthy, but seldom enough: back-off only. */
	for (i = 0; i < 200; i++) {
		now += policy.period / 5;
		ck_assert_int_gt(die(now, now - 1000, EXITED(1)), 0);
	}
}
END_TEST

START_TEST(a_healthy_spell_forgives)
{
	int64_t		now = 0;
	unsigned	i;

	for (i = 0; i < policy.intensity; i++)
		die(now += 10, -1, EXITED(1));
	now += policy.healthy;
	ck_assert_int_eq(die(now, now - policy.healthy, EXITED(1)),
	    policy.base);
}
END_TEST

START_TEST(almost_healthy_is_not_healthy)
{
	die(1000, -1, EXITED(1));
	ck_assert_int_eq(die(70000, 70000 - policy.healthy + 1, EXITED(1)),
	    2 * policy.base);
}
END_TEST

/* Rows 1 and 62: 256 statuses, three of which say "never again". */
START_TEST(exit_statuses_that_veto)
{
	int	veto = _i == WEXIT_CONFIG || _i == WEXIT_SANDBOX ||
	    _i == WEXIT_PROTOCOL;

	ck_assert_int_eq(restart_vetoed(EXITED(_i)), veto);
	ck_assert_int_eq(die(1000, 0, EXITED(_i)), veto ? -1 : policy.base);
}
END_TEST

START_TEST(signals_do_not_veto)
{
	/* The wait status of a signal is its number: 65 would be a status. */
	ck_assert_int_eq(restart_vetoed(SIGKILL), 0);
	ck_assert_int_eq(restart_vetoed(SIGSEGV | 0x80), 0);
	ck_assert_int_eq(die(1000, 0, SIGSEGV | 0x80), policy.base);
}
END_TEST

START_TEST(shortage_never_gives_up)
{
	int64_t	now = 0, next = 0;
	int	i;

	for (i = 0; i < 1000; i++) {
		next = restart_after_shortage(&history, &policy, now);
		ck_assert_int_gt(next, now);
		ck_assert_int_le(next - now, policy.cap);
		now = next;
	}
	restart_spawned(&history);
	ck_assert_int_eq(restart_after_shortage(&history, &policy, 0),
	    policy.base);
	/* And it was no death. */
	ck_assert_int_eq(die(now, -1, EXITED(1)), policy.base);
}
END_TEST

START_TEST(which_errors_are_shortages)
{
	ck_assert(restart_shortage(EAGAIN));
	ck_assert(restart_shortage(ENOMEM));
	ck_assert(restart_shortage(EMFILE));
	ck_assert(restart_shortage(ENFILE));
	ck_assert(!restart_shortage(ENOENT));
	ck_assert(!restart_shortage(0));
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("restart");
	TCase	*tc = tcase_create("core");

	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_test(tc, backoff_doubles_to_its_cap);
	tcase_add_test(tc, too_many_deaths_fail);
	tcase_add_test(tc, one_death_a_day_costs_nothing);
	tcase_add_test(tc, deaths_outside_the_period_are_forgotten);
	tcase_add_test(tc, a_healthy_spell_forgives);
	tcase_add_test(tc, almost_healthy_is_not_healthy);
	tcase_add_loop_test(tc, exit_statuses_that_veto, 0, 256);
	tcase_add_test(tc, signals_do_not_veto);
	tcase_add_test(tc, shortage_never_gives_up);
	tcase_add_test(tc, which_errors_are_shortages);
	suite_add_tcase(s, tc);
	return s;
}

CHECK_MAIN(suite)
