/* links: supervisor/store.c supervisor/store_?*.c supervisor/state_dir.c supervisor/orphans.c supervisor/group.c tests/store_fixture.c tests/scratch.c */
/*
 * What becomes of an output: how often it was used, which memories are made
 * anew without it, and when it is thrown away.  One that is used is not
 * lost, and one that its user no longer wants does not stay.
 */
#include "tests/check_main.h"
#include "tests/store_fixture.h"

START_TEST(polluted_enqueues_phase2_for_selected_threads)
{
	int64_t	 changed;

	add_output(1, NOW - DAY);
	select_outputs((const int[]){ 1 }, 1);
	ck_assert_int_eq(ask(STAGE_TWO("status = 'done'")), 1);
	ck_assert_int_eq(store_thread_set_memory_mode(st, tid(1),
	    "polluted", &changed), STORE_OK);
	ck_assert_int_eq(changed, 1);
	ck_assert_int_eq(ask(STAGE_TWO("status = 'pending'")), 1);
}
END_TEST

START_TEST(polluted_enqueues_when_already_polluted)
{
	int64_t	 changed;

	add_output(1, NOW - DAY);
	select_outputs((const int[]){ 1 }, 1);
	tell("UPDATE threads SET memory_mode = 'polluted'");
	ck_assert_int_eq(store_thread_set_memory_mode(st, tid(1),
	    "polluted", &changed), STORE_OK);
	ck_assert_int_eq(changed, 0);
	ck_assert_int_eq(ask(STAGE_TWO("status = 'pending'")), 1);
	ck_assert_int_eq(store_thread_set_memory_mode(st, "unknown",
	    "polluted", &changed), STORE_NONE);
}
END_TEST

START_TEST(polluted_or_disabled_unselected_enqueues_nothing)
{
	int64_t	 changed;

	add_output(1, NOW - DAY);
	add_output(2, NOW - DAY);
	add_output(3, NOW - DAY);
	select_outputs((const int[]){ 1 }, 1);
	store_thread_set_memory_mode(st, tid(2), "polluted", &changed);
	store_thread_set_memory_mode(st, tid(3), "disabled", &changed);
	ck_assert_int_eq(ask(STAGE_TWO("status = 'done'")), 1);
}
END_TEST

/* Switched off by its user: what it gave goes, but once is enough. */
START_TEST(disabled_enqueues_phase2_for_selected_threads)
{
	int64_t	 changed;

	add_output(1, NOW - DAY);
	select_outputs((const int[]){ 1 }, 1);
	store_thread_set_memory_mode(st, tid(1), "disabled", &changed);
	ck_assert_int_eq(changed, 1);
	ck_assert_int_eq(ask(STAGE_TWO("status = 'pending'")), 1);
	tell("UPDATE jobs SET status = 'done'");
	store_thread_set_memory_mode(st, tid(1), "disabled", &changed);
	ck_assert_int_eq(changed, 0);
	ck_assert_int_eq(ask(STAGE_TWO("status = 'done'")), 1);
}
END_TEST

#define USAGE(col, n)							\
	"SELECT " col " FROM stage1_outputs"				\
	" WHERE thread_id LIKE '%0" n "'"

/* Cited twice and once, and a thread that is not there. */
START_TEST(usage_counts_citations)
{
	struct store_output	 o = output_of(NOW - DAY, "citing");
	struct store_citation	 c[] = {
		{ tid(1), 1 }, { tid(1), 1 }, { tid(2), 1 },
		{ "missing", 1 }, { tid(2), -4 }
	};

	add_output(1, NOW - 3 * DAY);
	add_output(2, NOW - 3 * DAY);
	put_output(9, &o, c, 5);
	ck_assert_int_eq(ask(USAGE("usage_count", "1")), 2);
	ck_assert_int_eq(ask(USAGE("usage_count", "2")), 1);
	ck_assert_int_eq(ask(USAGE("last_usage", "1")), NOW - DAY);
	ck_assert_int_eq(ask(USAGE("usage_count", "9")), -999);
}
END_TEST

/* A reader's uses add up beside the citations and are never lost to them. */
START_TEST(usage_counts_readers)
{
	int	i;

	add_output(1, NOW - 5 * DAY);
	ck_assert_int_eq(store_output_used(st, tid(1), NOW - 2 * DAY),
	    STORE_OK);
	ck_assert_int_eq(store_output_used(st, tid(1), NOW - 3 * DAY),
	    STORE_OK);
	ck_assert_int_eq(ask(USAGE("usage_count", "1")), 2);
	ck_assert_int_eq(ask(USAGE("last_usage", "1")), NOW - 2 * DAY);
	cite(9, 1, 4, NOW - DAY);
	ck_assert_int_eq(ask(USAGE("usage_count", "1")), 6);
	cite(9, 1, 0, NOW - DAY + 60);
	ck_assert_int_eq(ask(USAGE("usage_count", "1")), 2);
	ck_assert_int_eq(store_output_used(st, tid(7), NOW), STORE_NONE);
	ck_assert_int_eq(ask("SELECT count(*) FROM citations"), 1);
	/* A reader that never stops does not drown the rest. */
	for (i = 0; i < 1100; i++)
		store_output_used(st, tid(1), NOW);
	ck_assert_int_eq(ask(USAGE("usage_count", "1")), 1000);
}
END_TEST

/*
 * Codex counts a citation each time that it sees it.  A rollout that is
 * read again must not vote twice, and one that no longer cites not at all.
 */
START_TEST(usage_is_replaced_when_a_rollout_is_read_again)
{
	add_output(1, NOW - 5 * DAY);
	add_output(2, NOW - 5 * DAY);
	cite(9, 1, 3, NOW - 3 * DAY);
	cite(9, 1, 4, NOW - 2 * DAY);
	ck_assert_int_eq(ask(USAGE("usage_count", "1")), 4);
	ck_assert_int_eq(ask(USAGE("last_usage", "1")), NOW - 2 * DAY);
	cite(9, 2, 1, NOW - DAY);
	ck_assert_int_eq(ask(USAGE("usage_count", "1")), -999);
	ck_assert_int_eq(ask(USAGE("last_usage", "1")), -999);
	ck_assert_int_eq(ask(USAGE("usage_count", "2")), 1);
	ck_assert_int_eq(ask("SELECT count(*) FROM citations"), 1);
}
END_TEST

START_TEST(usage_of_an_output_that_comes_after_its_citation)
{
	cite(9, 1, 2, NOW - 2 * DAY);
	add_output(1, NOW - DAY);
	ck_assert_int_eq(ask(USAGE("usage_count", "1")), 2);
}
END_TEST

START_TEST(regenerating_keeps_usage)
{
	add_output(1, NOW - 3 * DAY);
	cite(9, 1, 2, NOW - 2 * DAY);
	add_output(1, NOW - DAY);
	ck_assert_int_eq(ask(USAGE("usage_count", "1")), 2);
	ck_assert_int_eq(ask(USAGE("last_usage", "1")), NOW - 2 * DAY);
}
END_TEST

/* A slow job must not put an older text over a newer one. */
START_TEST(an_older_version_does_not_win)
{
	struct store_stage_one_rules	 rules = stage_one_rules();
	struct store_output		 o = output_of(NOW - 2 * DAY, "old");
	struct store_job		 job;
	struct store_finish		 fin;

	add_output(1, NOW - 3 * DAY);
	add_thread(1, NOW - 2 * DAY);
	job = claim(1, &rules);
	tell("UPDATE stage1_outputs SET source_updated_at = 1783000000");
	fin = finish_of(1, &job);
	ck_assert_int_eq(store_stage_one_succeeded(st, &fin, &o), STORE_OK);
	ck_assert_int_eq(ask(USAGE("source_updated_at", "1")), NOW);
	ck_assert_int_eq(ask(USAGE("raw_memory = 'raw'", "1")), 1);
}
END_TEST

START_TEST(prune_takes_stale_unselected_rows_only)
{
	struct store_retention	 p = { .now = NOW, .days = 3, .limit = 10 };
	struct store_output	 keeps = output_of(NOW - 9 * DAY, "raw");

	add_output(1, NOW - 5 * DAY);
	add_output(2, NOW - 5 * DAY);	/* selected */
	add_output(3, NOW - DAY);	/* fresh */
	add_output(4, NOW - 5 * DAY);	/* used a day ago */
	cite(9, 4, 1, NOW - DAY);
	keeps.keeps = 1;
	put_output(5, &keeps, NULL, 0);
	keeps.keeps = 0;
	keeps.generator = "adopted";
	put_output(6, &keeps, NULL, 0);
	select_outputs((const int[]){ 2 }, 1);
	ck_assert_int_eq(store_output_prune(st, &p), STORE_OK);
	ck_assert_int_eq(p.pruned, 1);
	ck_assert_int_eq(ask(USAGE("count(*)", "1")), 0);
	ck_assert_int_eq(ask("SELECT count(*) FROM stage1_outputs"), 6);
	/* Its job stays: it is not extracted again until it changes. */
	ck_assert_int_eq(ask("SELECT count(*) FROM jobs"
	    " WHERE kind = 'memory_stage1'"), 7);
}
END_TEST

START_TEST(prune_respects_batch_limit_stalest_first)
{
	struct store_retention	 p = { .now = NOW, .days = 3, .limit = 2 };

	add_output(1, NOW - 5 * DAY);
	add_output(2, NOW - 7 * DAY);
	add_output(3, NOW - 6 * DAY);
	ck_assert_int_eq(store_output_prune(st, &p), STORE_OK);
	ck_assert_int_eq(p.pruned, 2);
	ck_assert_int_eq(ask(USAGE("count(*)", "1")), 1);
	p.days = 0;
	ck_assert_int_eq(store_output_prune(st, &p), STORE_OK);
	ck_assert_int_eq(p.pruned, 0);
}
END_TEST

static int
count_tombstone(const char *id, void *arg)
{
	int	*n = arg;

	ck_assert_str_eq(id, tid(1));
	(*n)++;
	return 0;
}

START_TEST(forget_removes_output_and_enqueues_when_selected)
{
	struct store_stage_one_rules	 rules = stage_one_rules();
	int				 n = 0;

	add_output(1, NOW - DAY);
	add_output(2, NOW - DAY);
	select_outputs((const int[]){ 1 }, 1);
	ck_assert_int_eq(store_thread_forget(st, tid(2), NULL, NOW),
	    STORE_OK);
	ck_assert_int_eq(ask(STAGE_TWO("status = 'done'")), 1);
	ck_assert_int_eq(store_thread_forget(st, tid(1), "asked", NOW),
	    STORE_OK);
	ck_assert_int_eq(ask(STAGE_TWO("status = 'pending'")), 1);
	ck_assert_int_eq(ask("SELECT count(*) FROM stage1_outputs"), 0);
	ck_assert_int_eq(ask("SELECT count(*) FROM jobs"), 1);
	ck_assert_int_eq(store_tombstone_each(st, count_tombstone, &n),
	    STORE_OK);
	ck_assert_int_eq(n, 1);
	/* Without a tombstone it may come back. */
	ck_assert_int_eq(try_claim(2, &rules), CLAIM_CLAIMED);
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("outputs");
	TCase	*tc = tcase_create("outputs");

	tcase_add_checked_fixture(tc, store_setup, store_teardown);
	tcase_add_test(tc, polluted_enqueues_phase2_for_selected_threads);
	tcase_add_test(tc, polluted_enqueues_when_already_polluted);
	tcase_add_test(tc, polluted_or_disabled_unselected_enqueues_nothing);
	tcase_add_test(tc, disabled_enqueues_phase2_for_selected_threads);
	tcase_add_test(tc, usage_counts_citations);
	tcase_add_test(tc, usage_counts_readers);
	tcase_add_test(tc, usage_is_replaced_when_a_rollout_is_read_again);
	tcase_add_test(tc, usage_of_an_output_that_comes_after_its_citation);
	tcase_add_test(tc, regenerating_keeps_usage);
	tcase_add_test(tc, an_older_version_does_not_win);
	tcase_add_test(tc, prune_takes_stale_unselected_rows_only);
	tcase_add_test(tc, prune_respects_batch_limit_stalest_first);
	tcase_add_test(tc, forget_removes_output_and_enqueues_when_selected);
	suite_add_tcase(s, tc);
	return s;
}

CHECK_MAIN(suite)
