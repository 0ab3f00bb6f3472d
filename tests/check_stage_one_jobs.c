/* links: supervisor/store.c supervisor/store_?*.c supervisor/state_dir.c supervisor/orphans.c supervisor/group.c tests/store_fixture.c tests/scratch.c */
/*
 * A job that ends in the wrong way is paid again, or never done.  Each end
 * of a job in stage one has a test, and so has one without an end.
 */
#include "tests/check_main.h"
#include "tests/store_fixture.h"

START_TEST(mark_stage1_job_succeeded_enqueues_consolidation)
{
	add_output(1, 1000000);
	ck_assert_int_eq(ask(STAGE_ONE("status = 'done'")), 1);
	ck_assert_int_eq(ask(STAGE_ONE("last_success_watermark")), 1000000);
	ck_assert_int_eq(ask(STAGE_ONE("lease_until")), -999);
	ck_assert_int_eq(ask(STAGE_TWO("job_key = 'codex'")), 1);
	ck_assert_int_eq(ask(STAGE_TWO("status = 'pending'")), 1);
	ck_assert_int_eq(ask(STAGE_TWO("input_watermark")), 1000000);
	ck_assert_int_eq(ask(STAGE_TWO("last_success_watermark")), 0);
	ck_assert_int_eq(ask(STAGE_TWO("retry_remaining")), 3);
	ck_assert_int_eq(ask("SELECT last_result = 'output' FROM sources"),
	    1);
}
END_TEST

START_TEST(succeeded_for_two_memories_enqueues_both)
{
	static const char *const	 both[] = { "one", "two" };
	struct store_output		 o = output_of(NOW - DAY, "raw");
	struct store_job		 job;
	struct store_finish		 fin = begin_job(1, NOW - DAY, &job);

	fin.memories = both;
	fin.nmemories = 2;
	ck_assert_int_eq(store_stage_one_succeeded(st, &fin, &o), STORE_OK);
	ck_assert_int_eq(ask(STAGE_TWO("count(*)")), 2);
}
END_TEST

START_TEST(no_output_skips_phase2_when_output_was_already_absent)
{
	struct store_job	 job;
	struct store_finish	 fin = begin_job(1, NOW - DAY, &job);

	ck_assert_int_eq(store_stage_one_no_output(st, &fin), STORE_OK);
	ck_assert_int_eq(ask(STAGE_ONE("status = 'done'")), 1);
	ck_assert_int_eq(ask(STAGE_TWO("count(*)")), 0);
}
END_TEST

START_TEST(no_output_enqueues_phase2_when_deleting_output)
{
	struct store_job	 job;
	struct store_finish	 fin;

	add_output(1, NOW - DAY);
	fin = begin_job(1, NOW - DAY + 100, &job);
	ck_assert_int_eq(store_stage_one_no_output(st, &fin), STORE_OK);
	ck_assert_int_eq(ask("SELECT count(*) FROM stage1_outputs"), 0);
	ck_assert_int_eq(ask(STAGE_TWO("input_watermark")), NOW - DAY + 100);
}
END_TEST

START_TEST(stage1_failure_backs_off_and_costs_a_retry)
{
	struct store_stage_one_rules	 rules = stage_one_rules();

	add_thread(1, NOW - DAY);
	fail_one(1, &rules, HOUR);
	ck_assert_int_eq(ask(STAGE_ONE("retry_remaining")), 2);
	ck_assert_int_eq(ask(STAGE_ONE("retry_at")), NOW + HOUR);
	ck_assert_int_eq(ask(STAGE_ONE("status = 'error'")), 1);
	ck_assert_int_eq(ask(STAGE_ONE("last_error = 'boom'")), 1);
	ck_assert_int_eq(try_claim(1, &rules), CLAIM_RETRY_BACKOFF);
	rules.now += HOUR;
	ck_assert_int_eq(try_claim(1, &rules), CLAIM_CLAIMED);
	ck_assert_int_eq(ask(STAGE_ONE("retry_remaining")), 2);
	ck_assert_int_eq(ask(STAGE_ONE("retry_at")), -999);
	ck_assert_int_eq(ask(STAGE_ONE("last_error")), -999);
}
END_TEST

START_TEST(stage1_newer_version_passes_over_the_backoff)
{
	struct store_stage_one_rules	 rules = stage_one_rules();

	add_thread(1, NOW - DAY);
	fail_one(1, &rules, HOUR);
	add_thread(1, NOW - DAY + 1);
	ck_assert_int_eq(try_claim(1, &rules), CLAIM_CLAIMED);
	ck_assert_int_eq(ask(STAGE_ONE("retry_remaining")), 3);
}
END_TEST

START_TEST(stage1_retry_exhaustion_does_not_block_newer_watermark)
{
	struct store_stage_one_rules	 rules = stage_one_rules();

	add_thread(1, NOW - DAY);
	fail_one(1, &rules, 0);
	fail_one(1, &rules, -7);	/* a negative delay is none */
	fail_one(1, &rules, 0);
	ck_assert_int_eq(try_claim(1, &rules), CLAIM_RETRY_EXHAUSTED);
	add_thread(1, NOW - DAY + 1);
	ck_assert_int_eq(try_claim(1, &rules), CLAIM_CLAIMED);
	ck_assert_int_eq(ask(STAGE_ONE("retry_remaining")), 3);
}
END_TEST

/* success does not give retries back, and a release costs none */
START_TEST(stage1_release_costs_no_retry)
{
	struct store_stage_one_rules	 rules = stage_one_rules();
	struct store_job		 job;
	struct store_finish		 fin;

	add_thread(1, NOW - DAY);
	fail_one(1, &rules, 0);
	job = claim(1, &rules);
	fin = finish_of(1, &job);
	ck_assert_int_eq(store_stage_one_release(st, &fin), STORE_OK);
	ck_assert_int_eq(ask(STAGE_ONE("status = 'pending'")), 1);
	ck_assert_int_eq(ask(STAGE_ONE("retry_remaining")), 2);
	ck_assert_int_eq(try_claim(1, &rules), CLAIM_CLAIMED);
}
END_TEST

static int
count_waiting(const struct store_waiting *w, void *arg)
{
	int	*n = arg;

	(void)w;
	(*n)++;
	return 0;
}

/*
 * A session that went on once it was claimed: half of it must not be paid,
 * and nobody is to wait for the version that is no more.
 */
START_TEST(stage1_changed_costs_no_retry_and_leaves_a_newer_version)
{
	struct store_stage_two_rules	 two = stage_two_rules();
	struct store_job		 job;
	struct store_finish		 fin = begin_job(1, NOW - DAY, &job);
	int				 n = 0;

	ck_assert_int_eq(store_stage_one_changed(st, &fin,
	    (NOW - HOUR) * 1000), STORE_OK);
	ck_assert_int_eq(ask(STAGE_ONE("status = 'pending'"
	    " AND retry_remaining = 3")), 1);
	ck_assert_int_eq(ask("SELECT updated_at FROM threads"), NOW - HOUR);
	ck_assert_int_eq(ask("SELECT size FROM sources"), -1);
	ck_assert_int_eq(store_waiting_each(st, &two, count_waiting, &n),
	    STORE_OK);
	ck_assert_int_eq(n, 0);
	ck_assert_int_eq(store_stage_one_changed(st, &fin, NOW * 1000),
	    STORE_NONE);
}
END_TEST

START_TEST(leases_of_this_run_are_renewed_together)
{
	struct store_stage_one_rules	 rules = stage_one_rules();
	int64_t				 n;

	add_thread(1, NOW - DAY);
	add_thread(2, NOW - DAY);
	claim(1, &rules);
	rules.worker_id = "elder";
	claim(2, &rules);
	ck_assert_int_eq(store_jobs_renew(st, "run", NOW + 2 * HOUR, &n),
	    STORE_OK);
	ck_assert_int_eq(n, 1);
	rules.now += HOUR;
	ck_assert_int_eq(try_claim(1, &rules), CLAIM_RUNNING);
	ck_assert_int_eq(try_claim(2, &rules), CLAIM_CLAIMED);
}
END_TEST

/*
 * A supervisor killed with nine jobs in flight must not leave them waiting
 * for an hour, nor charge them a retry.
 */
START_TEST(recovery_releases_jobs_of_other_runs)
{
	struct store_stage_one_rules	 rules = stage_one_rules();
	int64_t				 n;

	add_thread(1, NOW - DAY);
	claim(1, &rules);
	ck_assert_int_eq(store_jobs_recover(st, "next run", &n), STORE_OK);
	ck_assert_int_eq(n, 1);
	ck_assert_int_eq(ask(STAGE_ONE("retry_remaining")), 3);
	ck_assert_int_eq(try_claim(1, &rules), CLAIM_CLAIMED);
	ck_assert_int_eq(store_jobs_recover(st, "run", &n), STORE_OK);
	ck_assert_int_eq(n, 0);
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("stage one jobs");
	TCase	*tc = tcase_create("stage one jobs");

	tcase_add_checked_fixture(tc, store_setup, store_teardown);
	tcase_add_test(tc, mark_stage1_job_succeeded_enqueues_consolidation);
	tcase_add_test(tc, succeeded_for_two_memories_enqueues_both);
	tcase_add_test(tc,
	    no_output_skips_phase2_when_output_was_already_absent);
	tcase_add_test(tc, no_output_enqueues_phase2_when_deleting_output);
	tcase_add_test(tc, stage1_failure_backs_off_and_costs_a_retry);
	tcase_add_test(tc, stage1_newer_version_passes_over_the_backoff);
	tcase_add_test(tc,
	    stage1_retry_exhaustion_does_not_block_newer_watermark);
	tcase_add_test(tc, stage1_release_costs_no_retry);
	tcase_add_test(tc,
	    stage1_changed_costs_no_retry_and_leaves_a_newer_version);
	tcase_add_test(tc, leases_of_this_run_are_renewed_together);
	tcase_add_test(tc, recovery_releases_jobs_of_other_runs);
	suite_add_tcase(s, tc);
	return s;
}

CHECK_MAIN(suite)
