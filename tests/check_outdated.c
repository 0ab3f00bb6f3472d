/* links: supervisor/store.c supervisor/store_?*.c supervisor/state_dir.c supervisor/orphans.c supervisor/group.c tests/store_fixture.c tests/scratch.c */
/*
 * Whoever goes over to a better model has hundreds of outputs that the old
 * one made.  They can be made again, each once, and stand until then.
 */
#include <string.h>

#include "tests/check_main.h"
#include "tests/store_fixture.h"

#define NEWER	"openai:gpt-5.4-mini/1"

static int64_t
outdate(const char *generator)
{
	int64_t	n = -1;

	ck_assert_int_eq(store_output_outdate(st, generator, &n), STORE_OK);
	return n;
}

static enum store_due
due_of(int n)
{
	struct store_stage_one_rules	rules = stage_one_rules();
	struct store_verdict		v;

	ck_assert_int_eq(store_stage_one_explain(st, &rules, tid(n), &v),
	    STORE_OK);
	return v.due;
}

static void
succeed(int n, int64_t version, const char *generator)
{
	struct store_stage_one_rules	 rules = stage_one_rules();
	struct store_job		 job = claim(n, &rules);
	struct store_finish		 fin = finish_of(n, &job);
	struct store_output		 o = output_of(version, "new");

	o.generator = generator;
	ck_assert_int_eq(store_stage_one_succeeded(st, &fin, &o), STORE_OK);
}

START_TEST(what_another_generator_made_is_due_again)
{
	add_output(1, NOW - DAY);
	ck_assert_int_eq(due_of(1), DUE_UP_TO_DATE);
	ck_assert_int_eq(outdate("builtin/1"), 0);
	ck_assert_int_eq(due_of(1), DUE_UP_TO_DATE);
	ck_assert_int_eq(outdate(NEWER), 1);
	ck_assert_int_eq(due_of(1), DUE_NOW);
	/* It stands until then. */
	ck_assert_int_eq(ask("SELECT count(*) FROM stage1_outputs"
	    " WHERE raw_memory = 'raw'"), 1);
	succeed(1, NOW - DAY, NEWER);
	ck_assert_int_eq(due_of(1), DUE_UP_TO_DATE);
	ck_assert_int_eq(ask("SELECT count(*) FROM stage1_outputs"
	    " WHERE raw_memory = 'new' AND NOT outdated"), 1);
	ck_assert_int_eq(outdate(NEWER), 0);
}
END_TEST

/* What failed three times may be tried again; twice marked is once done. */
START_TEST(its_job_begins_afresh)
{
	add_output(1, NOW - DAY);
	tell("UPDATE jobs SET status = 'error', retry_remaining = 0,"
	    " retry_at = 99999999999 WHERE kind = 'memory_stage1'");
	ck_assert_int_eq(outdate(NEWER), 1);
	ck_assert_int_eq(outdate(NEWER), 1);
	ck_assert_int_eq(due_of(1), DUE_NOW);
	succeed(1, NOW - DAY, NEWER);
	ck_assert_int_eq(due_of(1), DUE_UP_TO_DATE);
}
END_TEST

START_TEST(adopted_and_old_ones_are_left)
{
	add_output(1, NOW - DAY);
	tell("UPDATE stage1_outputs SET generator = 'adopted'");
	ck_assert_int_eq(outdate(NEWER), 0);
	/* The other rules hold. */
	add_output(2, NOW - DAY);
	ck_assert_int_eq(outdate(NEWER), 1);
	tell("UPDATE threads SET updated_at_ms = 1000");
	ck_assert_int_eq(due_of(2), DUE_TOO_OLD);
}
END_TEST

START_TEST(a_running_job_is_left_alone)
{
	struct store_stage_one_rules	rules = stage_one_rules();

	add_output(1, NOW - DAY);
	add_thread(1, NOW - DAY / 2);
	(void)claim(1, &rules);
	ck_assert_int_eq(outdate(NEWER), 1);
	ck_assert_int_eq(due_of(1), DUE_RUNNING);
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("outdated");
	TCase	*tc = tcase_create("outdated");

	tcase_add_checked_fixture(tc, store_setup, store_teardown);
	tcase_add_test(tc, what_another_generator_made_is_due_again);
	tcase_add_test(tc, its_job_begins_afresh);
	tcase_add_test(tc, adopted_and_old_ones_are_left);
	tcase_add_test(tc, a_running_job_is_left_alone);
	suite_add_tcase(s, tc);
	return s;
}

CHECK_MAIN(suite)
