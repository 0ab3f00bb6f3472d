/* links: supervisor/store.c supervisor/store_?*.c supervisor/state_dir.c supervisor/orphans.c supervisor/group.c tests/store_fixture.c tests/scratch.c */
/*
 * What a memory is made from, and what it was last made from.  A selection
 * that is too wide leaks one project into another; one that forgets a
 * preference makes the user say it again.
 */
#include <stdlib.h>
#include <string.h>

#include "tests/check_main.h"
#include "tests/store_fixture.h"

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

static Suite *
suite(void)
{
	Suite	*s = suite_create("selection");
	TCase	*tc = tcase_create("selection");

	tcase_add_checked_fixture(tc, store_setup, store_teardown);
	tcase_add_test(tc, selection_returns_current_rows_by_thread_id);
	tcase_add_test(tc, selection_hydrates_rows_and_stops_when_told);
	tcase_add_test(tc, selection_skips_empty_payloads);
	tcase_add_test(tc, selection_excludes_polluted_previous_selection);
	tcase_add_test(tc, selection_returns_regenerated_selected_rows);
	tcase_add_test(tc, selection_uses_current_ranking_after_refreshes);
	tcase_add_test(tc, selection_prioritizes_usage_count_then_recent_usage);
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
	tcase_add_test(tc, succeeded_replaces_the_selection_of_its_memory_only);
	suite_add_tcase(s, tc);
	return s;
}

CHECK_MAIN(suite)
