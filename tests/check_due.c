/* links: supervisor/store.c supervisor/store_?*.c supervisor/state_dir.c supervisor/orphans.c supervisor/group.c tests/store_fixture.c tests/scratch.c */
/*
 * A rollout that is not read has a reason and a time at which it may be over.
 * Who asks is told the same that claiming goes by.
 */
#include <stdlib.h>
#include <string.h>

#include "tests/check_main.h"
#include "tests/store_fixture.h"

struct survey {
	enum store_due	due[32];
	int64_t		when[32];
};

static int
note_due(const struct store_thread *t, enum store_due due, int64_t when,
    void *arg)
{
	struct survey	*v = arg;
	int		 n = atoi(t->id + 24);

	v->due[n] = due;
	v->when[n] = when;
	return 0;
}

/* What the survey says of each thread. */
static struct survey
look(const struct store_stage_one_rules *rules)
{
	struct survey	 v;

	memset(&v, 0xff, sizeof(v));
	ck_assert_int_eq(store_stage_one_survey(st, rules, note_due, &v),
	    STORE_OK);
	return v;
}

static int
is_not_nine(const struct store_thread *t, void *arg)
{
	(void)arg;
	return strcmp(t->id, tid(9)) != 0;
}

static void
change(int n, const char *set)
{
	char	 sql[160];

	snprintf(sql, sizeof(sql), "UPDATE threads SET %s WHERE id = '%s'",
	    set, tid(n));
	tell(sql);
}

/* So often, and due again an hour after the last time. */
static void
fail_job(int n, int times)
{
	struct store_stage_one_rules	 rules = stage_one_rules();

	while (times-- > 0)
		fail_one(n, &rules, times > 0 ? 0 : HOUR);
}

/* One thread for each reason. */
static void
make_survey(void)
{
	struct store_stage_one_rules	 rules = stage_one_rules();

	add_threads(16);
	change(2, "source = 'exec'");
	change(3, "memory_mode = 'disabled'");
	change(4, "archived = 1");
	change(5, "preview = ''");
	add_output(6, NOW - DAY);
	add_thread(7, NOW - 11 * DAY);
	add_thread(8, NOW - 5 * HOUR);
	claim(10, &rules);
	fail_job(11, 1);
	fail_job(12, 3);
	vanish(13);
	ck_assert_int_eq(store_thread_forget(st, tid(14), "asked", NOW),
	    STORE_OK);
	change(15, "source = '{\"custom\":\"atlas\"}'");
	change(16, "model_provider = 'another'");
}

START_TEST(survey_says_why_and_until_when)
{
	static const enum store_due	 want[] = {
		[1] = DUE_NOW, DUE_SOURCE, DUE_MEMORY_MODE, DUE_ARCHIVED,
		DUE_NO_USER_MESSAGE, DUE_UP_TO_DATE, DUE_TOO_OLD,
		DUE_TOO_YOUNG, DUE_EXCLUDED, DUE_RUNNING, DUE_RETRY_BACKOFF,
		DUE_RETRY_EXHAUSTED, DUE_MISSING, DUE_TOMBSTONE, DUE_NOW,
		DUE_NOW
	};
	struct store_stage_one_rules	 rules = stage_one_rules();
	struct survey			 v;
	int64_t				 next;
	int				 i;

	make_survey();
	rules.wanted = is_not_nine;
	v = look(&rules);
	for (i = 1; i <= 16; i++)
		ck_assert_msg(v.due[i] == want[i], "thread %d: %s, not %s",
		    i, store_due_name(v.due[i]), store_due_name(want[i]));
	ck_assert_int_eq(v.when[8], NOW + HOUR);
	ck_assert_int_eq(v.when[10], NOW + HOUR);
	ck_assert_int_eq(v.when[11], NOW + HOUR);
	ck_assert_int_eq(v.when[7], 0);
	ck_assert_int_eq(store_stage_one_next(st, &rules, &next), STORE_OK);
	ck_assert_int_eq(next, NOW + HOUR);
}
END_TEST

static void
count_claim(const struct store_thread *t, const struct store_job *job,
    void *arg)
{
	int	*n = arg;

	(void)t;
	(void)job;
	(*n)++;
}

/* What holds back all alike comes last, and says until when. */
START_TEST(held_back_until)
{
	struct store_stage_one_rules	 rules = stage_one_rules();
	struct survey			 v;
	int64_t				 next;
	int				 n = 0;

	make_survey();
	rules.wanted = is_not_nine;
	rules.backfill_until = NOW;		/* is over */
	rules.budget_until = NOW + 120;
	rules.provider_until = NOW + 60;
	v = look(&rules);
	ck_assert_int_eq(v.due[1], DUE_BUDGET);
	ck_assert_int_eq(v.when[1], NOW + 120);
	ck_assert_int_eq(v.due[2], DUE_SOURCE);
	ck_assert_int_eq(v.due[11], DUE_RETRY_BACKOFF);
	ck_assert_int_eq(store_stage_one_next(st, &rules, &next), STORE_OK);
	ck_assert_int_eq(next, NOW + 120);
	rules.budget_until = 0;
	ck_assert_int_eq(store_stage_one_next(st, &rules, &next), STORE_OK);
	ck_assert_int_eq(next, NOW + 60);
	ck_assert_int_eq(store_stage_one_claim(st, &rules, count_claim, &n),
	    STORE_OK);
	ck_assert_int_eq(n, 0);
	rules.provider_until = 0;
	rules.backfill_until = NOW + 1;
	v = look(&rules);
	ck_assert_int_eq(v.due[1], DUE_BACKFILL);
	rules.paused = 1;
	v = look(&rules);
	ck_assert_int_eq(v.due[1], DUE_PAUSED);
	ck_assert_int_eq(v.due[11], DUE_RETRY_BACKOFF);
	rules.paused = 0;
	rules.backfill_until = 0;
	rules.low_disk = 1;
	v = look(&rules);
	ck_assert_int_eq(v.due[1], DUE_LOW_DISK);
	rules.low_disk = 0;
	rules.on_battery = 1;
	ck_assert_int_eq(store_stage_one_claim(st, &rules, count_claim, &n),
	    STORE_OK);
	ck_assert_int_eq(n, 0);
	rules.on_battery = 0;
	ck_assert_int_eq(store_stage_one_claim(st, &rules, count_claim, &n),
	    STORE_OK);
	ck_assert_int_gt(n, 0);
}
END_TEST

/* What is said to be due is what is claimed. */
START_TEST(claim_takes_what_the_survey_calls_due)
{
	struct store_stage_one_rules	 rules = stage_one_rules();
	int				 n = 0;

	make_survey();
	rules.wanted = is_not_nine;
	ck_assert_int_eq(store_stage_one_claim(st, &rules, count_claim, &n),
	    STORE_OK);
	ck_assert_int_eq(n, 3);
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("due");
	TCase	*tc = tcase_create("due");

	tcase_add_checked_fixture(tc, store_setup, store_teardown);
	tcase_add_test(tc, survey_says_why_and_until_when);
	tcase_add_test(tc, held_back_until);
	tcase_add_test(tc, claim_takes_what_the_survey_calls_due);
	suite_add_tcase(s, tc);
	return s;
}

CHECK_MAIN(suite)
