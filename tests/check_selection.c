/* links: supervisor/store.c supervisor/store_?*.c supervisor/state_dir.c supervisor/orphans.c supervisor/group.c tests/store_fixture.c tests/scratch.c */
/*
 * What a memory is made from, what it was last made from, and what may be
 * thrown away.  A selection that is too wide leaks one project into
 * another; one that forgets a preference makes the user say it again.
 */
#include <stdlib.h>
#include <string.h>

#include "tests/check_main.h"
#include "tests/store_fixture.h"

/* Output n of that version, as if made by `raw', `keeps' and so on. */
static void
put_output(int n, const struct store_output *o,
    const struct store_citation *cites, size_t ncites)
{
	struct store_stage_one_rules	 rules = stage_one_rules();
	struct store_job		 job;
	struct store_finish		 fin;

	add_thread(n, o->source_updated_at);
	job = claim(n, &rules);
	fin = finish_of(n, &job);
	fin.citations = cites;
	fin.ncitations = ncites;
	ck_assert_int_eq(store_stage_one_succeeded(st, &fin, o), STORE_OK);
}

static int
name_row(const struct store_row *row, void *arg)
{
	char	*line = arg;
	size_t	 len = strlen(line);

	snprintf(line + len, 200 - len, "%s%d", len > 0 ? " " : "",
	    atoi(row->thread_id + 24));
	return 0;
}

/* The threads selected: "1 2 3". */
static const char *
selected(const struct store_select *rules)
{
	static char	 line[200];

	line[0] = '\0';
	ck_assert_int_eq(store_select_each(st, rules, name_row, line),
	    STORE_OK);
	return line;
}

static struct store_select
select_rules(void)
{
	return (struct store_select){
		.memory = "codex", .now = NOW, .limit = 256,
		.max_unused_days = 30
	};
}

/* Cite thread n `times' from thread `citing', last updated at `when'. */
static void
cite(int citing, int n, int64_t times, int64_t when)
{
	struct store_output	 o = output_of(when, "citing");
	struct store_citation	 c = { tid(n), times };

	put_output(citing, &o, &c, 1);
}

START_TEST(selection_returns_current_rows_by_thread_id)
{
	struct store_select	 rules = select_rules();

	add_output(3, NOW - DAY);
	add_output(1, NOW - 2 * DAY);
	add_output(2, NOW - 3 * DAY);
	ck_assert_str_eq(selected(&rules), "1 2 3");
	rules.limit = 2;	/* the newest two */
	ck_assert_str_eq(selected(&rules), "1 3");
	rules.limit = 0;
	ck_assert_str_eq(selected(&rules), "");
}
END_TEST

static int
look_at_row(const struct store_row *row, void *arg)
{
	int	*n = arg;

	ck_assert_str_eq(row->raw_memory, "raw");
	ck_assert_str_eq(row->rollout_summary, "summary");
	ck_assert_ptr_null(row->rollout_slug);
	ck_assert_ptr_null(row->facts);
	ck_assert_str_eq(row->generator, "builtin/1");
	ck_assert_int_eq(row->source_updated_at, NOW - DAY);
	ck_assert_int_eq(row->generated_at, NOW);
	ck_assert_str_eq(row->rollout_path, "/src/sessions/1.jsonl");
	ck_assert_str_eq(row->cwd, "/home/u/p");
	ck_assert_str_eq(row->session_id, tid(1));
	ck_assert_str_eq(row->title, "t");
	(*n)++;
	return 1;
}

START_TEST(selection_hydrates_rows_and_stops_when_told)
{
	struct store_select	 rules = select_rules();
	int			 n = 0;

	add_output(1, NOW - DAY);
	add_output(2, NOW - DAY);
	ck_assert_int_eq(store_select_each(st, &rules, look_at_row, &n),
	    STORE_OK);
	ck_assert_int_eq(n, 1);
}
END_TEST

START_TEST(selection_skips_empty_payloads)
{
	struct store_select	 rules = select_rules();
	struct store_output	 blank = output_of(NOW - DAY, "  ");

	blank.rollout_summary = " ";
	put_output(1, &blank, NULL, 0);
	blank.rollout_summary = "only a summary";
	put_output(2, &blank, NULL, 0);
	ck_assert_str_eq(selected(&rules), "2");
}
END_TEST

START_TEST(selection_excludes_polluted_previous_selection)
{
	struct store_select	 rules = select_rules();
	int64_t			 changed;

	add_output(1, NOW - DAY);
	add_output(2, NOW - DAY);
	select_outputs((const int[]){ 1, 2 }, 2);
	store_thread_set_memory_mode(st, tid(1), "polluted", &changed);
	ck_assert_str_eq(selected(&rules), "2");
	store_thread_set_memory_mode(st, tid(2), "disabled", &changed);
	ck_assert_str_eq(selected(&rules), "");
}
END_TEST

START_TEST(selection_returns_regenerated_selected_rows)
{
	struct store_select	 rules = select_rules();

	add_output(1, NOW - 2 * DAY);
	select_outputs((const int[]){ 1 }, 1);
	add_output(1, NOW - DAY);
	ck_assert_str_eq(selected(&rules), "1");
}
END_TEST

START_TEST(selection_uses_current_ranking_after_refreshes)
{
	struct store_select	 rules = select_rules();

	rules.limit = 1;
	add_output(1, NOW - 3 * DAY);
	add_output(2, NOW - 2 * DAY);
	ck_assert_str_eq(selected(&rules), "2");
	add_output(1, NOW - DAY);
	ck_assert_str_eq(selected(&rules), "1");
}
END_TEST

START_TEST(selection_prioritizes_usage_count_then_recent_usage)
{
	struct store_select	 rules = select_rules();

	add_output(1, NOW - 8 * DAY);
	add_output(2, NOW - 7 * DAY);
	add_output(3, NOW - 6 * DAY);
	cite(11, 1, 2, NOW - 5 * DAY);
	cite(12, 2, 1, NOW - 4 * DAY);
	cite(13, 3, 1, NOW - 3 * DAY);
	rules.limit = 1;
	ck_assert_str_eq(selected(&rules), "1");
	rules.limit = 2;
	ck_assert_str_eq(selected(&rules), "1 3");
}
END_TEST

static void
age(int n, int64_t updated)
{
	char	 sql[200];

	snprintf(sql, sizeof(sql), "UPDATE stage1_outputs SET"
	    " source_updated_at = %lld WHERE thread_id = '%s'",
	    (long long)updated, tid(n));
	tell(sql);
}

START_TEST(selection_excludes_stale_used_but_keeps_fresh_never_used)
{
	struct store_select	 rules = select_rules();

	add_output(1, NOW - 5 * DAY);
	cite(11, 1, 9, NOW - 4 * DAY);
	add_output(2, NOW - 5 * DAY);
	rules.max_unused_days = 5;
	ck_assert_str_eq(selected(&rules), "1 2 11");
	rules.now += 2 * DAY;	/* 1 was last used 6 days ago */
	add_output(3, NOW - DAY);
	ck_assert_str_eq(selected(&rules), "3");
	rules.max_unused_days = 0;	/* no limit */
	ck_assert_str_eq(selected(&rules), "1 2 3 11");
}
END_TEST

START_TEST(selection_prefers_recent_updates_over_recent_generation)
{
	struct store_select	 rules = select_rules();

	add_output(1, NOW - DAY);
	add_output(2, NOW - 2 * DAY);	/* generated later */
	rules.limit = 1;
	ck_assert_str_eq(selected(&rules), "1");
}
END_TEST

/* Archived threads are not extracted, but what was made of them stays. */
START_TEST(selection_keeps_archived_threads)
{
	struct store_select	 rules = select_rules();

	add_output(1, NOW - DAY);
	tell("UPDATE threads SET archived = 1");
	ck_assert_str_eq(selected(&rules), "1");
}
END_TEST

/*
 * "Always use tabs" was said once, in March, and never cited: it must not
 * be forgotten in April, nor fall out because 256 newer sessions came.
 */
START_TEST(selection_keeps_preferences_outside_age_and_cap)
{
	struct store_select	 rules = select_rules();
	struct store_output	 o = output_of(NOW - 2 * DAY, "raw");

	o.keeps = 1;
	put_output(1, &o, NULL, 0);
	o.keeps = 0;
	o.generator = "adopted";
	put_output(2, &o, NULL, 0);
	add_output(3, NOW - DAY);
	add_output(4, NOW - 3 * DAY);
	age(1, NOW - 400 * DAY);
	age(2, NOW - 400 * DAY);
	rules.limit = 1;
	ck_assert_str_eq(selected(&rules), "1 2 3");
	rules.limit = 0;
	ck_assert_str_eq(selected(&rules), "1 2");
}
END_TEST

static int
is_not_two(const struct store_thread *t, void *arg)
{
	(void)arg;
	return strcmp(t->id, tid(2)) != 0;
}

/* A thread of another project must not use up the cap either. */
START_TEST(selection_takes_only_what_the_memory_wants)
{
	struct store_select	 rules = select_rules();

	add_output(1, NOW - 2 * DAY);
	add_output(2, NOW - DAY);
	rules.wanted = is_not_two;
	rules.limit = 1;
	ck_assert_str_eq(selected(&rules), "1");
}
END_TEST

START_TEST(selection_leaves_tombstones_out)
{
	struct store_select	 rules = select_rules();

	add_output(1, NOW - DAY);
	add_output(2, NOW - DAY);
	tell("INSERT INTO tombstones SELECT thread_id, 1, 'asked'"
	    " FROM stage1_outputs WHERE thread_id LIKE '%1'");
	ck_assert_str_eq(selected(&rules), "2");
}
END_TEST

START_TEST(succeeded_updates_selected_snapshot_timestamp)
{
	int64_t	 version;

	add_output(1, NOW - 2 * DAY);
	select_outputs((const int[]){ 1 }, 1);
	ck_assert_int_eq(store_selected(st, "codex", tid(1), &version),
	    STORE_OK);
	ck_assert_int_eq(version, NOW - 2 * DAY);
	add_output(1, NOW - DAY);
	select_outputs((const int[]){ 1 }, 1);
	ck_assert_int_eq(store_selected(st, "codex", tid(1), &version),
	    STORE_OK);
	ck_assert_int_eq(version, NOW - DAY);
}
END_TEST

static void
start_agent(const struct store_job *job)
{
	struct store_agent	 a = {
		.thread_id = "agent", .session_id = "agent",
		.memory = "codex", .token = job->token, .started_at = NOW
	};

	ck_assert_int_eq(store_agent_insert(st, &a), STORE_OK);
	ck_assert_int_eq(store_agent_input(st, "agent", tid(1),
	    NOW - 2 * DAY), STORE_OK);
	ck_assert_int_eq(store_agent_input(st, "agent", tid(2),
	    NOW - 2 * DAY), STORE_OK);
}

START_TEST(succeeded_only_marks_exact_selected_snapshots)
{
	struct store_stage_two_rules	 rules = stage_two_rules();
	struct store_stage_two_end	 end = { .memory = "codex" };
	struct store_job		 job;
	int64_t				 version;

	add_output(1, NOW - 2 * DAY);
	add_output(2, NOW - 2 * DAY);
	ck_assert_int_eq(store_stage_two_claim(st, &rules, &job), STORE_OK);
	start_agent(&job);
	add_output(2, NOW - DAY);	/* made anew while the agent ran */
	end.token = job.token;
	end.agent_id = "agent";
	end.now = NOW;
	ck_assert_int_eq(store_stage_two_succeeded(st, &end), STORE_OK);
	ck_assert_int_eq(store_selected(st, "codex", tid(1), &version),
	    STORE_OK);
	ck_assert_int_eq(store_selected(st, "codex", tid(2), &version),
	    STORE_NONE);
}
END_TEST

START_TEST(succeeded_replaces_the_selection_of_its_memory_only)
{
	int64_t	 version;

	add_output(1, NOW - DAY);
	add_output(2, NOW - DAY);
	tell("INSERT INTO selections VALUES ('other', 'x', 1)");
	select_outputs((const int[]){ 1, 2 }, 2);
	select_outputs((const int[]){ 2 }, 1);
	ck_assert_int_eq(store_selected(st, "codex", tid(1), &version),
	    STORE_NONE);
	ck_assert_int_eq(store_selected(st, "codex", tid(2), &version),
	    STORE_OK);
	ck_assert_int_eq(store_selected(st, "other", "x", &version),
	    STORE_OK);
}
END_TEST

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

static void
add_selection(TCase *tc)
{
	tcase_add_test(tc, selection_returns_current_rows_by_thread_id);
	tcase_add_test(tc, selection_hydrates_rows_and_stops_when_told);
	tcase_add_test(tc, selection_skips_empty_payloads);
	tcase_add_test(tc, selection_excludes_polluted_previous_selection);
	tcase_add_test(tc, selection_returns_regenerated_selected_rows);
	tcase_add_test(tc, selection_uses_current_ranking_after_refreshes);
	tcase_add_test(tc,
	    selection_prioritizes_usage_count_then_recent_usage);
	tcase_add_test(tc,
	    selection_excludes_stale_used_but_keeps_fresh_never_used);
	tcase_add_test(tc,
	    selection_prefers_recent_updates_over_recent_generation);
	tcase_add_test(tc, selection_keeps_archived_threads);
	tcase_add_test(tc, selection_keeps_preferences_outside_age_and_cap);
	tcase_add_test(tc, selection_takes_only_what_the_memory_wants);
	tcase_add_test(tc, selection_leaves_tombstones_out);
	tcase_add_test(tc, succeeded_updates_selected_snapshot_timestamp);
	tcase_add_test(tc, succeeded_only_marks_exact_selected_snapshots);
	tcase_add_test(tc,
	    succeeded_replaces_the_selection_of_its_memory_only);
}

static void
add_upkeep(TCase *tc)
{
	tcase_add_test(tc, polluted_enqueues_phase2_for_selected_threads);
	tcase_add_test(tc, polluted_enqueues_when_already_polluted);
	tcase_add_test(tc,
	    polluted_or_disabled_unselected_enqueues_nothing);
	tcase_add_test(tc, disabled_enqueues_phase2_for_selected_threads);
	tcase_add_test(tc, usage_counts_citations);
	tcase_add_test(tc, usage_counts_readers);
	tcase_add_test(tc, usage_is_replaced_when_a_rollout_is_read_again);
	tcase_add_test(tc,
	    usage_of_an_output_that_comes_after_its_citation);
	tcase_add_test(tc, regenerating_keeps_usage);
	tcase_add_test(tc, an_older_version_does_not_win);
	tcase_add_test(tc, prune_takes_stale_unselected_rows_only);
	tcase_add_test(tc, prune_respects_batch_limit_stalest_first);
	tcase_add_test(tc, forget_removes_output_and_enqueues_when_selected);
}

static Suite *
suite(void)
{
	Suite	*s = suite_create("selection");
	TCase	*sel = tcase_create("selection");
	TCase	*upkeep = tcase_create("upkeep");

	tcase_add_checked_fixture(sel, store_setup, store_teardown);
	tcase_add_checked_fixture(upkeep, store_setup, store_teardown);
	add_selection(sel);
	add_upkeep(upkeep);
	suite_add_tcase(s, sel);
	suite_add_tcase(s, upkeep);
	return s;
}

CHECK_MAIN(suite)
