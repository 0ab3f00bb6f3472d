/* links: supervisor/store.c supervisor/store_?*.c supervisor/state_dir.c supervisor/orphans.c supervisor/group.c tests/store_fixture.c tests/scratch.c */
/*
 * A claim that is given twice pays a rollout twice; a claim that is never
 * given again loses it.  Each rule of claiming in stage one has a test.
 */
#include "tests/check_main.h"
#include "tests/store_fixture.h"

START_TEST(stage1_claim_skips_when_up_to_date)
{
	struct store_stage_one_rules	 rules = stage_one_rules();
	struct store_job		 job;
	struct store_finish		 fin;

	add_output(1, NOW - DAY);
	ck_assert_int_eq(try_claim(1, &rules), CLAIM_UP_TO_DATE);

	fin = begin_job(2, NOW - DAY, &job);
	ck_assert_int_eq(store_stage_one_no_output(st, &fin), STORE_OK);
	ck_assert_int_eq(try_claim(2, &rules), CLAIM_UP_TO_DATE);

	/* Updated since: extracted again. */
	add_thread(2, NOW - DAY + 1);
	ck_assert_int_eq(try_claim(2, &rules), CLAIM_CLAIMED);
}
END_TEST

START_TEST(stage1_running_stale_can_be_stolen_but_fresh_running_is_skipped)
{
	struct store_stage_one_rules	 rules = stage_one_rules();
	struct store_job		 old;
	struct store_finish		 fin;

	add_thread(1, NOW - DAY);
	old = claim(1, &rules);
	rules.now += HOUR - 1;
	ck_assert_int_eq(try_claim(1, &rules), CLAIM_RUNNING);
	rules.now += 1;
	ck_assert_int_eq(try_claim(1, &rules), CLAIM_CLAIMED);

	fin = finish_of(1, &old);
	ck_assert_int_eq(store_stage_one_no_output(st, &fin), STORE_NONE);
	ck_assert_int_eq(store_stage_one_failed(st, &fin, 1, "x"),
	    STORE_NONE);
	ck_assert_int_eq(store_stage_one_release(st, &fin), STORE_NONE);
	ck_assert_int_eq(ask(STAGE_ONE("status = 'running'")), 1);
}
END_TEST

START_TEST(stage1_concurrent_claim_for_same_thread_is_conflict_safe)
{
	struct store_stage_one_rules	 rules = stage_one_rules();
	struct store_thread		 t = thread_of(1);
	struct store			*other;
	struct store_job		 a, b;

	add_thread(1, NOW - DAY);
	ck_assert_int_eq(store_open(st_dir, STORE_OWNER, &other), STORE_OK);
	ck_assert_int_eq(store_stage_one_try(st, &t, &rules, &a), STORE_OK);
	ck_assert_int_eq(store_stage_one_try(other, &t, &rules, &b),
	    STORE_OK);
	ck_assert_int_eq(a.outcome, CLAIM_CLAIMED);
	ck_assert_int_eq(b.outcome, CLAIM_RUNNING);
	ck_assert_int_eq(b.next, NOW + HOUR);
	store_close(other);
}
END_TEST

START_TEST(stage1_concurrent_claims_respect_running_cap)
{
	struct store_stage_one_rules	 rules = stage_one_rules();

	rules.max_running = 1;
	add_thread(1, NOW - DAY);
	add_thread(2, NOW - DAY);
	ck_assert_int_eq(try_claim(1, &rules), CLAIM_CLAIMED);
	ck_assert_int_eq(try_claim(2, &rules), CLAIM_RUNNING);
	ck_assert_int_eq(ask("SELECT count(*) FROM jobs"), 1);
	/* A lease that ran out makes room. */
	rules.now += HOUR;
	ck_assert_int_eq(try_claim(2, &rules), CLAIM_CLAIMED);
}
END_TEST

static void
count_claim(const struct store_thread *t, const struct store_job *job,
    void *arg)
{
	int	*n = arg;

	ck_assert_int_eq(job->outcome, CLAIM_CLAIMED);
	ck_assert_int_eq(job->watermark, t->updated_at_ms / 1000);
	(*n)++;
}

static int
claim_all(const struct store_stage_one_rules *rules)
{
	int	 n = 0;

	ck_assert_int_eq(store_stage_one_claim(st, rules, count_claim, &n),
	    STORE_OK);
	return n;
}

/*
 * What costs nothing to do again does not wait for the disk.  Left on, that
 * would hold for the ledger too.
 */
START_TEST(lazy_commits_end)
{
	struct store_stage_one_rules	rules = stage_one_rules();

	rules.max_claims = 1;
	add_thread(1, NOW - 10 * HOUR);
	ck_assert_int_eq(claim_all(&rules), 1);
	ck_assert_int_eq(pragma("PRAGMA synchronous"), 2);	/* FULL */
	add_output(2, NOW - 10 * HOUR);
	ck_assert_int_eq(pragma("PRAGMA synchronous"), 2);	/* FULL */
}
END_TEST

static int
is_claimed(int n)
{
	char	 sql[160];

	snprintf(sql, sizeof(sql), STAGE_ONE("count(*)")
	    " AND job_key = '%s'", tid(n));
	return (int)ask(sql);
}

START_TEST(claim_stage1_jobs_filters_by_age_idle_and_current_thread)
{
	struct store_stage_one_rules	 rules = stage_one_rules();

	add_thread(1, NOW - 6 * HOUR + 1800);	/* 5.5 h */
	add_thread(2, NOW - 6 * HOUR - 1800);	/* 6.5 h */
	add_thread(3, NOW - 9 * DAY);
	add_thread(4, NOW - 11 * DAY);
	add_thread(5, NOW - DAY);
	rules.worker_id = tid(5);
	ck_assert_int_eq(claim_all(&rules), 2);
	ck_assert_int_eq(is_claimed(2), 1);
	ck_assert_int_eq(is_claimed(3), 1);
}
END_TEST

/* The clamps are our own: idle 0 to 48 h, age 0 (no limit) to 3650 d. */
START_TEST(claim_clamps_idle_and_age)
{
	struct store_stage_one_rules	 rules = stage_one_rules();

	add_thread(1, NOW);
	add_thread(2, NOW - 49 * HOUR);
	add_thread(3, NOW - 3649 * DAY);
	add_thread(4, NOW - 3651 * DAY);
	rules.idle_hours = 1000;
	rules.age_days = 100000;
	ck_assert_int_eq(claim_all(&rules), 2);
	ck_assert_int_eq(is_claimed(2) + is_claimed(3), 2);
	rules.idle_hours = -5;
	ck_assert_int_eq(claim_all(&rules), 1);
	ck_assert_int_eq(is_claimed(1), 1);
	rules.age_days = 0;
	ck_assert_int_eq(claim_all(&rules), 1);
	ck_assert_int_eq(is_claimed(4), 1);
}
END_TEST

START_TEST(claim_bounds_state_scan_before_memory_probes)
{
	struct store_stage_one_rules	 rules = stage_one_rules();

	add_thread(1, NOW - DAY);
	fail_one(1, &rules, HOUR);	/* newest, and not due */
	add_thread(2, NOW - 2 * DAY);
	rules.scan_limit = 1;
	ck_assert_int_eq(claim_all(&rules), 0);
	rules.scan_limit = 2;
	ck_assert_int_eq(claim_all(&rules), 1);
	rules.scan_limit = 0;
	add_thread(3, NOW - DAY);
	ck_assert_int_eq(claim_all(&rules), 0);
	rules.scan_limit = 5000;
	rules.max_claims = 0;
	ck_assert_int_eq(claim_all(&rules), 0);
}
END_TEST

/* With 8,000 rollouts and a limit of 5,000 the oldest were never read. */
START_TEST(claim_reaches_the_end_of_a_backlog)
{
	struct store_stage_one_rules	 rules = stage_one_rules();
	int				 i;

	for (i = 1; i <= 4; i++)
		add_output(i, NOW - DAY);
	add_thread(5, NOW - 2 * DAY);
	rules.scan_limit = 2;
	ck_assert_int_eq(claim_all(&rules), 1);
	ck_assert_int_eq(is_claimed(5), 1);
}
END_TEST

/*
 * Each claim looked at all that was done before it, 50,000 rollouts for the
 * last ones of a backlog.  One that goes on where the last one ended must
 * not pass over what is due.
 */
START_TEST(claims_go_on_where_they_were)
{
	struct store_stage_one_rules	 rules = stage_one_rules();
	struct store_place		 place = STORE_PLACE_INIT;
	int				 n;

	rules.place = &place;
	rules.max_claims = 2;
	for (n = 1; n <= 5; n++)
		add_thread(n, NOW - DAY);	/* by id, then */
	add_thread(6, NOW - 6 * HOUR + 10);	/* rests in ten seconds */
	ck_assert_int_eq(claim_all(&rules), 2);
	ck_assert_int_eq(is_claimed(5) + is_claimed(4), 2);
	ck_assert_str_eq(place.thread_id, tid(4));
	/* Too new for where they are: what it was before is not looked at. */
	tell("UPDATE jobs SET status = 'pending', lease_until = NULL");
	ck_assert_int_eq(claim_all(&rules), 2);
	ck_assert_int_eq(is_claimed(3) + is_claimed(2), 2);
	/* What rests by now comes first. */
	rules.now += 10;
	rules.max_claims = 1;
	ck_assert_int_eq(claim_all(&rules), 1);
	ck_assert_int_eq(is_claimed(6), 1);
	ck_assert_int_eq(claim_all(&rules), 1);
	ck_assert_int_eq(is_claimed(1), 1);
	ck_assert_int_eq(claim_all(&rules), 0);
	/* A new pass begins with the newest. */
	place = (struct store_place)STORE_PLACE_INIT;
	ck_assert_int_eq(claim_all(&rules), 1);
	ck_assert_str_eq(place.thread_id, tid(5));
}
END_TEST

/* Refused for want of room is not looked at and found wanting. */
START_TEST(claims_come_back_to_what_had_no_room)
{
	struct store_stage_one_rules	 rules = stage_one_rules();
	struct store_place		 place = STORE_PLACE_INIT;

	rules.place = &place;
	rules.max_running = 1;
	add_thread(1, NOW - DAY);
	add_thread(2, NOW - DAY);
	add_thread(3, NOW - DAY);
	ck_assert_int_eq(claim_all(&rules), 1);
	ck_assert_int_eq(claim_all(&rules), 0);
	tell("UPDATE jobs SET status = 'done', lease_until = NULL,"
	    " last_success_watermark = input_watermark");
	ck_assert_int_eq(claim_all(&rules), 1);
	ck_assert_int_eq(is_claimed(2), 1);
}
END_TEST

static enum store_status
end_and_claim(struct store *s, void *arg)
{
	struct store_stage_one_rules	*rules = arg;
	struct store_job		 job = claim(1, rules);
	struct store_finish		 fin = finish_of(1, &job);
	struct store_output		 o = output_of(NOW - DAY, "raw");
	int				 n = 0;

	ck_assert_int_eq(store_stage_one_succeeded(s, &fin, &o), STORE_OK);
	/* Another's: that costs only itself. */
	ck_assert_int_eq(store_stage_one_succeeded(s, &fin, &o), STORE_NONE);
	ck_assert_int_eq(store_stage_one_claim(s, rules, count_claim, &n),
	    STORE_OK);
	ck_assert_int_eq(n, 1);
	return rules->max_running > 1 ? STORE_OK : STORE_ERROR;
}

/* Ends and claims in one: all of it, or nothing. */
START_TEST(a_step_is_one_transaction)
{
	struct store_stage_one_rules	 rules = stage_one_rules();
	int				 lazily;

	for (lazily = 0; lazily < 2; lazily++) {
		add_thread(1, NOW - DAY + lazily);
		add_thread(2, NOW - DAY + lazily);
		tell("DELETE FROM jobs");
		tell("DELETE FROM stage1_outputs");
		rules.max_running = 1;
		ck_assert_int_eq(store_stage_one_step(st, lazily,
		    end_and_claim, &rules), STORE_ERROR);
		ck_assert_int_eq(ask("SELECT count(*) FROM jobs"), 0);
		ck_assert_int_eq(ask("SELECT count(*) FROM stage1_outputs"),
		    0);
		rules.max_running = 8;
		ck_assert_int_eq(store_stage_one_step(st, lazily,
		    end_and_claim, &rules), STORE_OK);
		ck_assert_int_eq(ask(STAGE_ONE("count(*)")), 2);
		ck_assert_int_eq(ask("SELECT count(*) FROM stage1_outputs"),
		    1);
	}
}
END_TEST

START_TEST(claim_skips_threads_with_disabled_memory_mode)
{
	struct store_stage_one_rules	 rules = stage_one_rules();
	int64_t				 changed;

	add_thread(1, NOW - DAY);
	add_thread(2, NOW - DAY);
	store_thread_set_memory_mode(st, tid(1), "disabled", &changed);
	store_thread_set_memory_mode(st, tid(2), "polluted", &changed);
	ck_assert_int_eq(claim_all(&rules), 0);
}
END_TEST

START_TEST(claim_enforces_global_running_cap)
{
	struct store_stage_one_rules	 rules = stage_one_rules();
	int				 i;

	for (i = 0; i < 80; i++)
		add_thread(i, NOW - DAY);
	rules.max_claims = rules.max_running = 10;
	ck_assert_int_eq(claim_all(&rules), 10);
	rules.max_claims = rules.max_running = 64;
	ck_assert_int_eq(claim_all(&rules), 54);
	ck_assert_int_eq(claim_all(&rules), 0);
}
END_TEST

START_TEST(claim_processes_two_full_batches_across_passes)
{
	struct store_stage_one_rules	 rules = stage_one_rules();
	int				 i;

	for (i = 0; i < 16; i++)
		add_thread(i, NOW - DAY - i);
	ck_assert_int_eq(claim_all(&rules), 8);
	ck_assert_int_eq(is_claimed(0), 1);	/* newest first */
	ck_assert_int_eq(is_claimed(8), 0);
	rules.max_running = 16;
	ck_assert_int_eq(claim_all(&rules), 8);
	ck_assert_int_eq(is_claimed(15), 1);
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("stage one claims");
	TCase	*tc = tcase_create("stage one claims");

	tcase_add_checked_fixture(tc, store_setup, store_teardown);
	tcase_add_test(tc, stage1_claim_skips_when_up_to_date);
	tcase_add_test(tc,
	    stage1_running_stale_can_be_stolen_but_fresh_running_is_skipped);
	tcase_add_test(tc,
	    stage1_concurrent_claim_for_same_thread_is_conflict_safe);
	tcase_add_test(tc, stage1_concurrent_claims_respect_running_cap);
	tcase_add_test(tc, lazy_commits_end);
	tcase_add_test(tc,
	    claim_stage1_jobs_filters_by_age_idle_and_current_thread);
	tcase_add_test(tc, claim_clamps_idle_and_age);
	tcase_add_test(tc, claim_bounds_state_scan_before_memory_probes);
	tcase_add_test(tc, claim_reaches_the_end_of_a_backlog);
	tcase_add_test(tc, claims_go_on_where_they_were);
	tcase_add_test(tc, claims_come_back_to_what_had_no_room);
	tcase_add_test(tc, a_step_is_one_transaction);
	tcase_add_test(tc, claim_skips_threads_with_disabled_memory_mode);
	tcase_add_test(tc, claim_enforces_global_running_cap);
	tcase_add_test(tc, claim_processes_two_full_batches_across_passes);
	suite_add_tcase(s, tc);
	return s;
}

CHECK_MAIN(suite)
