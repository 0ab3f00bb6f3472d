/* links: supervisor/store.c supervisor/store_db.c supervisor/store_row.c supervisor/store_schema.c supervisor/store_copy.c supervisor/store_threads.c supervisor/store_files.c supervisor/store_forget.c supervisor/store_due.c supervisor/store_rules.c supervisor/store_stage_one.c supervisor/store_selection.c supervisor/store_stage_two.c supervisor/store_leases.c supervisor/store_outputs.c supervisor/store_select.c supervisor/store_agents.c supervisor/store_memories.c supervisor/store_ledger.c supervisor/state_dir.c supervisor/orphans.c tests/store_fixture.c tests/scratch.c */
/*
 * A claim that is given twice pays a rollout twice; a claim that is never
 * given again loses it.  Each rule of claiming and finishing has a test.
 */
#include <string.h>

#include "tests/check_main.h"
#include "tests/store_fixture.h"
#include "supervisor/store_db.h"

#define STAGE_ONE(col)							\
	"SELECT " col " FROM jobs WHERE kind = 'memory_stage1'"
#define STAGE_TWO(col)							\
	"SELECT " col " FROM jobs WHERE kind = 'memory_consolidate'"

static int
count_waiting(const struct store_waiting *w, void *arg)
{
	int	*n = arg;

	(void)w;
	(*n)++;
	return 0;
}

static void
fail_one(int n, const struct store_stage_one_rules *rules, int64_t delay)
{
	struct store_job	 job = claim(n, rules);
	struct store_finish	 fin = finish_of(n, &job);

	ck_assert_int_eq(store_stage_one_failed(st, &fin, delay, "boom"),
	    STORE_OK);
}

START_TEST(stage1_claim_skips_when_up_to_date)
{
	struct store_stage_one_rules	 rules = stage_one_rules();
	struct store_job		 job;
	struct store_finish		 fin;

	add_output(1, NOW - DAY);
	ck_assert_int_eq(try_claim(1, &rules), CLAIM_UP_TO_DATE);

	add_thread(2, NOW - DAY);
	job = claim(2, &rules);
	fin = finish_of(2, &job);
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
	static const char		sql[] = "PRAGMA synchronous";
	struct store_stage_one_rules	rules = stage_one_rules();
	int64_t				full = -1;

	rules.max_claims = 1;
	add_thread(1, NOW - 10 * HOUR);
	ck_assert_int_eq(claim_all(&rules), 1);
	ck_assert_int_eq(db_value(st, sql, NOARGS, &full), STORE_OK);
	ck_assert_int_eq(full, 2);
	add_output(2, NOW - 10 * HOUR);
	ck_assert_int_eq(db_value(st, sql, NOARGS, &full), STORE_OK);
	ck_assert_int_eq(full, 2);
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
	struct store_stage_one_rules	 rules = stage_one_rules();
	struct store_output		 o = output_of(NOW - DAY, "raw");
	struct store_job		 job;
	struct store_finish		 fin;

	add_thread(1, NOW - DAY);
	job = claim(1, &rules);
	fin = finish_of(1, &job);
	fin.memories = both;
	fin.nmemories = 2;
	ck_assert_int_eq(store_stage_one_succeeded(st, &fin, &o), STORE_OK);
	ck_assert_int_eq(ask(STAGE_TWO("count(*)")), 2);
}
END_TEST

START_TEST(no_output_skips_phase2_when_output_was_already_absent)
{
	struct store_stage_one_rules	 rules = stage_one_rules();
	struct store_job		 job;
	struct store_finish		 fin;

	add_thread(1, NOW - DAY);
	job = claim(1, &rules);
	fin = finish_of(1, &job);
	ck_assert_int_eq(store_stage_one_no_output(st, &fin), STORE_OK);
	ck_assert_int_eq(ask(STAGE_ONE("status = 'done'")), 1);
	ck_assert_int_eq(ask(STAGE_TWO("count(*)")), 0);
}
END_TEST

START_TEST(no_output_enqueues_phase2_when_deleting_output)
{
	struct store_stage_one_rules	 rules = stage_one_rules();
	struct store_job		 job;
	struct store_finish		 fin;

	add_output(1, NOW - DAY);
	add_thread(1, NOW - DAY + 100);
	job = claim(1, &rules);
	fin = finish_of(1, &job);
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

/*
 * A session that went on once it was claimed: half of it must not be paid,
 * and nobody is to wait for the version that is no more.
 */
START_TEST(stage1_changed_costs_no_retry_and_leaves_a_newer_version)
{
	struct store_stage_one_rules	 rules = stage_one_rules();
	struct store_stage_two_rules	 two = stage_two_rules();
	struct store_job		 job;
	struct store_finish		 fin;
	int				 n = 0;

	add_thread(1, NOW - DAY);
	job = claim(1, &rules);
	fin = finish_of(1, &job);
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

static struct store_job
claim_two(int64_t now)
{
	struct store_stage_two_rules	 rules = stage_two_rules();
	struct store_job		 job;

	rules.now = now;
	ck_assert_int_eq(store_stage_two_claim(st, &rules, &job), STORE_OK);
	return job;
}

static struct store_stage_two_end
end_of(const struct store_job *job)
{
	return (struct store_stage_two_end){
		.memory = "codex", .token = job->token, .now = NOW,
		.completed = job->watermark, .exit_status = -1,
		.delay_s = HOUR
	};
}

START_TEST(phase2_lock_allows_only_one_fresh_runner)
{
	struct store_job	 a, b;

	store_stage_two_enqueue(st, "codex", 7);
	a = claim_two(NOW);
	ck_assert_int_eq(a.outcome, CLAIM_CLAIMED);
	ck_assert_int_eq(a.watermark, 7);
	b = claim_two(NOW);
	ck_assert_int_eq(b.outcome, CLAIM_RUNNING);
	ck_assert_int_eq(b.next, NOW + HOUR);
}
END_TEST

START_TEST(phase2_claim_creates_missing_job_row)
{
	struct store_job	 a = claim_two(NOW);

	ck_assert_int_eq(a.outcome, CLAIM_CLAIMED);
	ck_assert_int_eq(a.watermark, 0);
	ck_assert_int_eq(ask(STAGE_TWO("retry_remaining")), 3);
	ck_assert_int_eq(ask(STAGE_TWO("last_success_watermark")), 0);
}
END_TEST

START_TEST(phase2_memories_do_not_wait_for_each_other)
{
	struct store_stage_two_rules	 rules = stage_two_rules();
	struct store_job		 job;

	claim_two(NOW);
	rules.memory = "other";
	ck_assert_int_eq(store_stage_two_claim(st, &rules, &job), STORE_OK);
	ck_assert_int_eq(job.outcome, CLAIM_CLAIMED);
}
END_TEST

START_TEST(phase2_stale_lease_allows_takeover)
{
	struct store_job		 a = claim_two(NOW), b;
	struct store_stage_two_end	 end = end_of(&a);

	b = claim_two(NOW + HOUR);
	ck_assert_int_eq(b.outcome, CLAIM_CLAIMED);
	ck_assert_int_eq(store_stage_two_succeeded(st, &end), STORE_NONE);
	ck_assert_int_eq(store_stage_two_failed(st, &end), STORE_NONE);
	ck_assert_int_eq(store_stage_two_release(st, &end), STORE_NONE);
	ck_assert_int_eq(store_stage_two_heartbeat(st, "codex", a.token,
	    NOW + 9 * HOUR), STORE_NONE);
	ck_assert_int_eq(store_stage_two_heartbeat(st, "codex", b.token,
	    NOW + 9 * HOUR), STORE_OK);
}
END_TEST

START_TEST(phase2_heartbeat_moves_the_lease)
{
	struct store_job	 a = claim_two(NOW);

	ck_assert_int_eq(store_stage_two_heartbeat(st, "codex", a.token,
	    NOW + 2 * HOUR), STORE_OK);
	ck_assert_int_eq(claim_two(NOW + HOUR).outcome, CLAIM_RUNNING);
	ck_assert_int_eq(claim_two(NOW + 2 * HOUR).outcome, CLAIM_CLAIMED);
}
END_TEST

START_TEST(phase2_respects_success_cooldown)
{
	struct store_stage_two_rules	 rules = stage_two_rules();
	struct store_job		 job = claim_two(NOW);
	struct store_stage_two_end	 end = end_of(&job);

	ck_assert_int_eq(store_stage_two_succeeded(st, &end), STORE_OK);
	/* New input does not end the cooldown. */
	store_stage_two_enqueue(st, "codex", 9);
	job = claim_two(NOW + 6 * HOUR - 1);
	ck_assert_int_eq(job.outcome, CLAIM_COOLDOWN);
	ck_assert_int_eq(job.next, NOW + 6 * HOUR);
	ck_assert_int_eq(ask(STAGE_TWO("status = 'pending'")), 1);

	/* Asked for by a person: passed over, and said so. */
	rules.now = NOW + 1;
	rules.pass_cooldown = 1;
	ck_assert_int_eq(store_stage_two_claim(st, &rules, &job), STORE_OK);
	ck_assert_int_eq(job.outcome, CLAIM_CLAIMED);
	ck_assert_int_eq(job.cooldown_passed, 1);
}
END_TEST

START_TEST(phase2_cooldown_ends)
{
	struct store_job		 job = claim_two(NOW);
	struct store_stage_two_end	 end = end_of(&job);

	ck_assert_int_eq(store_stage_two_succeeded(st, &end), STORE_OK);
	job = claim_two(NOW + 6 * HOUR);
	ck_assert_int_eq(job.outcome, CLAIM_CLAIMED);
	ck_assert_int_eq(job.cooldown_passed, 0);
}
END_TEST

START_TEST(phase2_failure_waits_and_an_enqueue_ends_the_wait)
{
	struct store_job		 job = claim_two(NOW);
	struct store_stage_two_end	 end = end_of(&job);

	end.reason = "rejected";
	ck_assert_int_eq(store_stage_two_failed(st, &end), STORE_OK);
	ck_assert_int_eq(ask(STAGE_TWO("retry_remaining")), 2);
	job = claim_two(NOW + 1);
	ck_assert_int_eq(job.outcome, CLAIM_RETRY_BACKOFF);
	ck_assert_int_eq(job.next, NOW + HOUR);
	store_stage_two_enqueue(st, "codex", 9);
	ck_assert_int_eq(ask(STAGE_TWO("retry_remaining")), 3);
	ck_assert_int_eq(claim_two(NOW + 1).outcome, CLAIM_CLAIMED);
}
END_TEST

START_TEST(phase2_can_be_claimed_after_retry_budget_is_exhausted)
{
	struct store_job		 job;
	struct store_stage_two_end	 end;
	int				 i;

	for (i = 0; i < 5; i++) {
		job = claim_two(NOW);
		ck_assert_int_eq(job.outcome, CLAIM_CLAIMED);
		end = end_of(&job);
		end.delay_s = 0;
		ck_assert_int_eq(store_stage_two_failed(st, &end), STORE_OK);
	}
	ck_assert_int_eq(ask(STAGE_TWO("retry_remaining")), 0);
	ck_assert_int_eq(claim_two(NOW).outcome, CLAIM_CLAIMED);
}
END_TEST

START_TEST(enqueue_keeps_phase2_input_watermark_monotonic)
{
	store_stage_two_enqueue(st, "codex", 100);
	ck_assert_int_eq(ask(STAGE_TWO("input_watermark")), 100);
	store_stage_two_enqueue(st, "codex", 50);
	ck_assert_int_eq(ask(STAGE_TWO("input_watermark")), 101);
	store_stage_two_enqueue(st, "codex", 101);
	ck_assert_int_eq(ask(STAGE_TWO("input_watermark")), 102);
	store_stage_two_enqueue(st, "codex", 500);
	ck_assert_int_eq(ask(STAGE_TWO("input_watermark")), 500);
}
END_TEST

START_TEST(enqueue_leaves_a_running_job_running)
{
	struct store_job	 job = claim_two(NOW);

	store_stage_two_enqueue(st, "codex", 100);
	ck_assert_int_eq(ask(STAGE_TWO("status = 'running'")), 1);
	ck_assert_int_eq(store_stage_two_heartbeat(st, "codex", job.token,
	    NOW + HOUR), STORE_OK);
}
END_TEST

START_TEST(phase2_failure_fallback_updates_unowned_running_job)
{
	struct store_job		 job = claim_two(NOW);
	struct store_stage_two_end	 end = end_of(&job);

	end.token = NULL;
	ck_assert_int_eq(store_stage_two_failed(st, &end), STORE_NONE);
	tell("UPDATE jobs SET ownership_token = NULL");
	ck_assert_int_eq(store_stage_two_failed(st, &end), STORE_OK);
	ck_assert_int_eq(ask(STAGE_TWO("status = 'error'")), 1);
	/* Only if it runs. */
	ck_assert_int_eq(store_stage_two_failed(st, &end), STORE_NONE);
}
END_TEST

START_TEST(phase2_release_costs_nothing_and_imposes_no_wait)
{
	struct store_job		 job = claim_two(NOW);
	struct store_stage_two_end	 end = end_of(&job);

	end.delay_s = 0;
	ck_assert_int_eq(store_stage_two_release(st, &end), STORE_OK);
	ck_assert_int_eq(ask(STAGE_TWO("retry_remaining")), 3);
	ck_assert_int_eq(ask(STAGE_TWO("status = 'pending'")), 1);
	ck_assert_int_eq(claim_two(NOW).outcome, CLAIM_CLAIMED);
}
END_TEST

/* An agent that a person stopped came back at once, to be stopped again. */
START_TEST(phase2_release_with_a_delay_waits_at_no_cost)
{
	struct store_job		 job = claim_two(NOW);
	struct store_stage_two_end	 end = end_of(&job);

	end.delay_s = HOUR;
	end.reason = "stopped";
	ck_assert_int_eq(store_stage_two_release(st, &end), STORE_OK);
	ck_assert_int_eq(ask(STAGE_TWO("status = 'pending'")), 1);
	ck_assert_int_eq(ask(STAGE_TWO("retry_at")), NOW + HOUR);
	ck_assert_int_eq(ask(STAGE_TWO("retry_remaining")), 3);
	ck_assert_int_eq(ask(STAGE_TWO("last_error = 'stopped'")), 1);
	job = claim_two(NOW + HOUR - 1);
	ck_assert_int_eq(job.outcome, CLAIM_RETRY_BACKOFF);
	ck_assert_int_eq(job.next, NOW + HOUR);
	job = claim_two(NOW + HOUR);
	ck_assert_int_eq(job.outcome, CLAIM_CLAIMED);
	/* A later release without one leaves no wait behind. */
	end = end_of(&job);
	end.now = NOW + HOUR;
	end.delay_s = 0;
	ck_assert_int_eq(store_stage_two_release(st, &end), STORE_OK);
	ck_assert_int_eq(ask(STAGE_TWO("retry_at IS NULL")), 1);
	ck_assert_int_eq(claim_two(NOW + HOUR).outcome, CLAIM_CLAIMED);
}
END_TEST

START_TEST(completion_watermark_is_never_below_claimed)
{
	static const int64_t	 older[] = { 3, 5 }, newer[] = { 3, 50, 8 };

	ck_assert_int_eq(store_stage_two_watermark(10, NULL, 0), 10);
	ck_assert_int_eq(store_stage_two_watermark(10, older, 2), 10);
	ck_assert_int_eq(store_stage_two_watermark(10, newer, 3), 50);
}
END_TEST

static int
list_waiting(const struct store_waiting *w, void *arg)
{
	char	*line = arg;
	size_t	 len = strlen(line);

	snprintf(line + len, 400 - len, "%s %d %lld; ",
	    strcmp(w->kind, "memory_stage1") == 0 ? "one" : w->key,
	    (int)w->reason, (long long)(w->next == 0 ? 0 : w->next - NOW));
	return 0;
}

/* --once says what it leaves: each job that waits, why, until when. */
START_TEST(waiting_names_reason_and_time)
{
	struct store_stage_one_rules	 one = stage_one_rules();
	struct store_stage_two_rules	 two = stage_two_rules();
	char				 got[400] = "", want[400];

	add_output(1, NOW - DAY);
	select_outputs((const int[]){ 1 }, 1);
	ck_assert_int_eq(store_waiting_each(st, &two, list_waiting, got),
	    STORE_OK);
	ck_assert_str_eq(got, "");

	add_output(1, NOW - DAY + 1);	/* enqueues in the cooldown */
	add_thread(2, NOW - DAY);
	fail_one(2, &one, HOUR);
	add_thread(3, NOW - DAY);
	fail_one(3, &one, 0);
	fail_one(3, &one, 0);
	fail_one(3, &one, 0);
	store_stage_two_enqueue(st, "fresh", 1);
	ck_assert_int_eq(store_waiting_each(st, &two, list_waiting, got),
	    STORE_OK);
	snprintf(want, sizeof(want), "codex %d 21600; fresh %d 0; "
	    "one %d 0; one %d 3600; ", CLAIM_COOLDOWN, CLAIM_CLAIMED,
	    CLAIM_RETRY_EXHAUSTED, CLAIM_RETRY_BACKOFF);
	ck_assert_str_eq(got, want);
}
END_TEST

/* Input that came while the agent ran is not forgotten at its end. */
START_TEST(waiting_sees_input_that_came_while_running)
{
	struct store_stage_two_rules	 two = stage_two_rules();
	struct store_stage_two_end	 end;
	struct store_job		 job;
	char				 got[400] = "";

	store_stage_two_enqueue(st, "codex", 100);
	job = claim_two(NOW);
	store_stage_two_enqueue(st, "codex", 100);
	end = end_of(&job);
	ck_assert_int_eq(store_stage_two_succeeded(st, &end), STORE_OK);
	ck_assert_int_eq(store_waiting_each(st, &two, list_waiting, got),
	    STORE_OK);
	ck_assert_str_eq(got, "codex 5 21600; ");
}
END_TEST

static void
add_stage_one(TCase *tc)
{
	tcase_add_test(tc, lazy_commits_end);
	tcase_add_test(tc, stage1_claim_skips_when_up_to_date);
	tcase_add_test(tc,
	    stage1_running_stale_can_be_stolen_but_fresh_running_is_skipped);
	tcase_add_test(tc,
	    stage1_concurrent_claim_for_same_thread_is_conflict_safe);
	tcase_add_test(tc, stage1_concurrent_claims_respect_running_cap);
	tcase_add_test(tc,
	    claim_stage1_jobs_filters_by_age_idle_and_current_thread);
	tcase_add_test(tc, claim_clamps_idle_and_age);
	tcase_add_test(tc, claim_bounds_state_scan_before_memory_probes);
	tcase_add_test(tc, claim_reaches_the_end_of_a_backlog);
	tcase_add_test(tc, claim_skips_threads_with_disabled_memory_mode);
	tcase_add_test(tc, claim_enforces_global_running_cap);
	tcase_add_test(tc, claim_processes_two_full_batches_across_passes);
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
}

static void
add_stage_two(TCase *tc)
{
	tcase_add_test(tc, phase2_lock_allows_only_one_fresh_runner);
	tcase_add_test(tc, phase2_claim_creates_missing_job_row);
	tcase_add_test(tc, phase2_memories_do_not_wait_for_each_other);
	tcase_add_test(tc, phase2_stale_lease_allows_takeover);
	tcase_add_test(tc, phase2_heartbeat_moves_the_lease);
	tcase_add_test(tc, phase2_respects_success_cooldown);
	tcase_add_test(tc, phase2_cooldown_ends);
	tcase_add_test(tc,
	    phase2_failure_waits_and_an_enqueue_ends_the_wait);
	tcase_add_test(tc,
	    phase2_can_be_claimed_after_retry_budget_is_exhausted);
	tcase_add_test(tc, enqueue_keeps_phase2_input_watermark_monotonic);
	tcase_add_test(tc, enqueue_leaves_a_running_job_running);
	tcase_add_test(tc,
	    phase2_failure_fallback_updates_unowned_running_job);
	tcase_add_test(tc,
	    phase2_release_costs_nothing_and_imposes_no_wait);
	tcase_add_test(tc, phase2_release_with_a_delay_waits_at_no_cost);
	tcase_add_test(tc, completion_watermark_is_never_below_claimed);
	tcase_add_test(tc, waiting_names_reason_and_time);
	tcase_add_test(tc, waiting_sees_input_that_came_while_running);
}

static Suite *
suite(void)
{
	Suite	*s = suite_create("jobs");
	TCase	*one = tcase_create("stage one");
	TCase	*two = tcase_create("stage two");

	tcase_add_checked_fixture(one, store_setup, store_teardown);
	tcase_add_checked_fixture(two, store_setup, store_teardown);
	add_stage_one(one);
	add_stage_two(two);
	suite_add_tcase(s, one);
	suite_add_tcase(s, two);
	return s;
}

CHECK_MAIN(suite)
