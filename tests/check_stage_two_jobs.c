/* links: supervisor/store.c supervisor/store_?*.c supervisor/state_dir.c supervisor/orphans.c supervisor/group.c tests/store_fixture.c tests/scratch.c */
/*
 * Two agents in one memory at a time undo each other's work; a memory that
 * no agent is ever claimed for again is not kept up.  Each rule of claiming
 * and finishing in stage two has a test, and so has what --once leaves.
 */
#include <string.h>

#include "tests/check_main.h"
#include "tests/store_fixture.h"

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

static Suite *
suite(void)
{
	Suite	*s = suite_create("stage two jobs");
	TCase	*t = tcase_create("stage two jobs");

	tcase_add_checked_fixture(t, store_setup, store_teardown);
	tcase_add_test(t, phase2_lock_allows_only_one_fresh_runner);
	tcase_add_test(t, phase2_claim_creates_missing_job_row);
	tcase_add_test(t, phase2_memories_do_not_wait_for_each_other);
	tcase_add_test(t, phase2_stale_lease_allows_takeover);
	tcase_add_test(t, phase2_heartbeat_moves_the_lease);
	tcase_add_test(t, phase2_respects_success_cooldown);
	tcase_add_test(t, phase2_cooldown_ends);
	tcase_add_test(t, phase2_failure_waits_and_an_enqueue_ends_the_wait);
	tcase_add_test(t,
	    phase2_can_be_claimed_after_retry_budget_is_exhausted);
	tcase_add_test(t, enqueue_keeps_phase2_input_watermark_monotonic);
	tcase_add_test(t, enqueue_leaves_a_running_job_running);
	tcase_add_test(t, phase2_failure_fallback_updates_unowned_running_job);
	tcase_add_test(t, phase2_release_costs_nothing_and_imposes_no_wait);
	tcase_add_test(t, phase2_release_with_a_delay_waits_at_no_cost);
	tcase_add_test(t, completion_watermark_is_never_below_claimed);
	tcase_add_test(t, waiting_names_reason_and_time);
	tcase_add_test(t, waiting_sees_input_that_came_while_running);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
