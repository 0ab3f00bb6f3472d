/* links: supervisor/store.c supervisor/store_?*.c supervisor/state_dir.c supervisor/orphans.c supervisor/group.c tests/store_fixture.c tests/scratch.c */
/*
 * A thread can be in several files: a copy, a compressed one, an archived
 * one.  Reading the wrong one loses the end of the session; taking a copy
 * for news pays it twice.  A folder that is not mounted is not an empty one.
 */
#include <stdlib.h>
#include <string.h>

#include "tests/check_main.h"
#include "tests/store_fixture.h"

#define THREAD(col)	"SELECT " col " FROM threads"

/* Thread 1 as file number `file', version `updated', content `hash'. */
static void
put(int file, int64_t updated, const char *hash, int archived)
{
	struct store_thread	 t = thread_of(1);
	struct store_file	 f = file_of(file);

	t.updated_at_ms = updated * 1000;
	f.hash = hash;
	f.archived = archived;
	ck_assert_int_eq(store_file_put(st, &f, &t), STORE_OK);
}

static int
path_is(int file)
{
	char	 sql[120];

	snprintf(sql, sizeof(sql), "SELECT rollout_path ="
	    " '/src/sessions/%d.jsonl' FROM threads", file);
	return (int)ask(sql);
}

START_TEST(the_newest_record_wins)
{
	put(1, NOW - 100, "a", 0);
	put(2, NOW - 50, "b", 1);
	ck_assert_int_eq(path_is(2), 1);
	ck_assert_int_eq(ask(THREAD("archived")), 1);
	put(3, NOW - 70, "c", 0);
	ck_assert_int_eq(path_is(2), 1);
	ck_assert_int_eq(ask(THREAD("updated_at")), NOW - 50);
	ck_assert_int_eq(ask(THREAD("count(*)")), 1);
}
END_TEST

START_TEST(sessions_go_before_archived_sessions)
{
	put(1, NOW - 100, "a", 1);
	put(2, NOW - 100, "a", 0);
	ck_assert_int_eq(path_is(2), 1);
	ck_assert_int_eq(ask(THREAD("archived")), 0);
}
END_TEST

/* A copy or a restore has newer times and the same content. */
START_TEST(the_same_content_is_the_same_version)
{
	put(1, NOW - 100, "a", 0);
	put(2, NOW - 50, "a", 0);
	ck_assert_int_eq(ask(THREAD("updated_at")), NOW - 100);
	put(1, NOW - 20, "a", 0);
	ck_assert_int_eq(ask(THREAD("updated_at")), NOW - 100);
	put(1, NOW - 10, "b", 0);
	ck_assert_int_eq(ask(THREAD("updated_at")), NOW - 10);
}
END_TEST

START_TEST(moved_touches_the_file_only)
{
	struct store_file	 f = file_of(1);

	ck_assert_int_eq(store_file_moved(st, &f), STORE_NONE);
	put(1, NOW - 100, "a", 0);
	f.ino = 99;
	f.mtime_ns = 77;
	f.hash = "b";
	ck_assert_int_eq(store_file_moved(st, &f), STORE_NONE);
	f.hash = "a";
	ck_assert_int_eq(store_file_moved(st, &f), STORE_OK);
	ck_assert_int_eq(ask("SELECT ino FROM sources"), 99);
	ck_assert_int_eq(ask(THREAD("updated_at")), NOW - 100);
}
END_TEST

/*
 * The winner goes while an older file is still there: the thread's row
 * cannot be made from what is stored, so that file must be read again.
 */
START_TEST(when_the_winner_vanishes_the_next_is_read_again)
{
	put(1, NOW - 100, "a", 0);
	put(2, NOW - 50, "b", 0);
	ck_assert_int_eq(store_file_vanished(st, "codex",
	    "/src/sessions/2.jsonl", NOW), STORE_OK);
	ck_assert_int_eq(ask("SELECT size FROM sources"
	    " WHERE path LIKE '%1.jsonl'"), -1);
	put(1, NOW - 100, "a", 0);
	ck_assert_int_eq(path_is(1), 1);
}
END_TEST

START_TEST(a_file_that_holds_another_thread_now)
{
	struct store_thread	 t = thread_of(2);
	struct store_file	 f = file_of(1);

	put(1, NOW - 50, "a", 0);
	put(3, NOW - 100, "c", 0);
	ck_assert_int_eq(store_file_put(st, &f, &t), STORE_OK);
	ck_assert_int_eq(ask(THREAD("count(*)")), 2);
	ck_assert_int_eq(ask("SELECT size FROM sources"
	    " WHERE path LIKE '%3.jsonl'"), -1);
}
END_TEST

START_TEST(an_unusable_file_is_known_with_its_reason)
{
	struct store_file	 f = file_of(1);
	int64_t			 files, missing;

	f.reason = "empty";
	f.hash = NULL;
	ck_assert_int_eq(store_file_put(st, &f, NULL), STORE_OK);
	ck_assert_int_eq(ask("SELECT reason = 'empty' FROM sources"), 1);
	ck_assert_int_eq(ask(THREAD("count(*)")), 0);
	ck_assert_int_eq(store_file_count(st, "codex", &files, &missing),
	    STORE_OK);
	ck_assert_int_eq(files, 1);
	ck_assert_int_eq(missing, 0);
}
END_TEST

static int
look_at_file(const struct store_file *f, void *arg)
{
	int	*n = arg;

	ck_assert_str_eq(f->source_name, "codex");
	ck_assert_str_eq(f->thread_id, tid(1));
	ck_assert_int_eq(f->size, 10);
	ck_assert_ptr_null(f->last_result);
	ck_assert_int_eq(f->missing_since, *n == 1 ? NOW : 0);
	(*n)++;
	return 0;
}

START_TEST(each_lists_files_and_what_is_missing)
{
	int	 n = 0;

	put(1, NOW - 100, "a", 0);
	put(2, NOW - 100, "a", 0);
	ck_assert_int_eq(store_file_vanished(st, "codex",
	    "/src/sessions/2.jsonl", NOW), STORE_OK);
	ck_assert_int_eq(store_file_each(st, "codex", look_at_file, &n),
	    STORE_OK);
	ck_assert_int_eq(n, 2);
	ck_assert_int_eq(store_file_each(st, "other", look_at_file, &n),
	    STORE_OK);
	ck_assert_int_eq(n, 2);
}
END_TEST

static void
vanish(int file)
{
	char	 path[64];

	snprintf(path, sizeof(path), "/src/sessions/%d.jsonl", file);
	ck_assert_int_eq(store_file_vanished(st, "codex", path, NOW),
	    STORE_OK);
}

static int64_t
forget(int64_t dev)
{
	struct store_forget	 f = {
		.source_name = "codex", .dev = dev, .now = NOW
	};

	ck_assert_int_eq(store_file_forget(st, &f), STORE_OK);
	ck_assert(f.forgotten == 0 || f.forgotten == f.due);
	return f.forgotten;
}

static void
add_threads(int n)
{
	for (; n > 0; n--)
		add_thread(n, NOW - DAY);
}

START_TEST(forget_needs_two_scans_a_day_apart)
{
	add_threads(20);
	add_output(21, NOW - DAY);
	vanish(21);
	ck_assert_int_eq(forget(1), 0);
	store_scan_ended(st, "codex", NOW + DAY - 1);
	ck_assert_int_eq(forget(1), 0);
	store_scan_ended(st, "codex", NOW + DAY);
	ck_assert_int_eq(forget(2), 0);		/* another device */
	ck_assert_int_eq(forget(1), 1);
	ck_assert_int_eq(ask(THREAD("count(*)")), 20);
	ck_assert_int_eq(ask("SELECT count(*) FROM stage1_outputs"), 0);
}
END_TEST

/* The archive holds the thread still, and an adopted one has no file. */
START_TEST(forget_leaves_threads_that_other_files_hold)
{
	int	 n;

	for (n = 2; n <= 30; n++)
		add_thread(n, NOW - DAY);
	tell("DELETE FROM sources WHERE thread_id LIKE '%02'");
	put(1, NOW - 50, "a", 0);
	put(31, NOW - 50, "a", 1);
	vanish(1);
	store_scan_ended(st, "codex", NOW + DAY);
	ck_assert_int_eq(forget(1), 1);
	ck_assert_int_eq(ask(THREAD("count(*)")), 30);
	ck_assert_int_eq(ask("SELECT count(*) FROM sources"), 29);
}
END_TEST

START_TEST(a_file_that_comes_back_is_not_forgotten)
{
	struct store_file	 f = file_of(20);
	char			 hash[32];

	add_threads(20);
	vanish(20);
	snprintf(hash, sizeof(hash), "%lld", NOW - DAY);
	f.hash = hash;
	ck_assert_int_eq(store_file_moved(st, &f), STORE_OK);
	store_scan_ended(st, "codex", NOW + 2 * DAY);
	ck_assert_int_eq(forget(1), 0);
	ck_assert_int_eq(ask(THREAD("count(*)")), 20);
}
END_TEST

START_TEST(forget_takes_at_most_a_tenth)
{
	int	 n;

	add_threads(20);
	vanish(1);
	vanish(2);
	vanish(3);
	store_scan_ended(st, "codex", NOW + 2 * DAY);
	ck_assert_int_eq(forget(1), 0);
	add_thread(21, NOW);
	ck_assert_int_eq(forget(1), 0);
	for (n = 22; n <= 30; n++)
		add_thread(n, NOW);
	ck_assert_int_eq(forget(1), 3);
	ck_assert_int_eq(ask(THREAD("count(*)")), 27);
}
END_TEST

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

static void
fail_job(int n, int times)
{
	struct store_stage_one_rules	 rules = stage_one_rules();
	struct store_job		 job;
	struct store_finish		 fin;

	while (times-- > 0) {
		job = claim(n, &rules);
		fin = finish_of(n, &job);
		ck_assert_int_eq(store_stage_one_failed(st, &fin,
		    times > 0 ? 0 : HOUR, "x"), STORE_OK);
	}
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
	memset(&v, 0xff, sizeof(v));
	ck_assert_int_eq(store_stage_one_survey(st, &rules, note_due, &v),
	    STORE_OK);
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
	ck_assert_int_eq(store_stage_one_survey(st, &rules, note_due, &v),
	    STORE_OK);
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
	ck_assert_int_eq(store_stage_one_survey(st, &rules, note_due, &v),
	    STORE_OK);
	ck_assert_int_eq(v.due[1], DUE_BACKFILL);
	rules.paused = 1;
	ck_assert_int_eq(store_stage_one_survey(st, &rules, note_due, &v),
	    STORE_OK);
	ck_assert_int_eq(v.due[1], DUE_PAUSED);
	ck_assert_int_eq(v.due[11], DUE_RETRY_BACKOFF);
	rules.paused = 0;
	rules.backfill_until = 0;
	rules.low_disk = 1;
	ck_assert_int_eq(store_stage_one_survey(st, &rules, note_due, &v),
	    STORE_OK);
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

/* A rollout that turns polluted takes its memory along. */
START_TEST(a_scan_that_finds_pollution_enqueues)
{
	struct store_thread	 t = thread_of(1);
	struct store_file	 f = file_of(1);

	add_output(1, NOW - DAY);
	select_outputs((const int[]){ 1 }, 1);
	t.memory_mode = "polluted";
	t.updated_at_ms = NOW * 1000;
	f.hash = "other";
	ck_assert_int_eq(store_file_put(st, &f, &t), STORE_OK);
	ck_assert_int_eq(ask("SELECT status = 'pending' FROM jobs"
	    " WHERE kind = 'memory_consolidate'"), 1);
}
END_TEST

/* Codex writes the user's switch into the rollout. */
START_TEST(a_scan_that_finds_memory_disabled_enqueues)
{
	struct store_thread	 t = thread_of(1);
	struct store_file	 f = file_of(1);

	add_output(1, NOW - DAY);
	select_outputs((const int[]){ 1 }, 1);
	t.memory_mode = "disabled";
	t.updated_at_ms = NOW * 1000;
	f.hash = "other";
	ck_assert_int_eq(store_file_put(st, &f, &t), STORE_OK);
	ck_assert_int_eq(ask(THREAD("memory_mode = 'disabled'")), 1);
	ck_assert_int_eq(ask("SELECT status = 'pending' FROM jobs"
	    " WHERE kind = 'memory_consolidate'"), 1);
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("threads");
	TCase	*tc = tcase_create("threads");

	tcase_add_checked_fixture(tc, store_setup, store_teardown);
	tcase_add_test(tc, the_newest_record_wins);
	tcase_add_test(tc, sessions_go_before_archived_sessions);
	tcase_add_test(tc, the_same_content_is_the_same_version);
	tcase_add_test(tc, moved_touches_the_file_only);
	tcase_add_test(tc, when_the_winner_vanishes_the_next_is_read_again);
	tcase_add_test(tc, a_file_that_holds_another_thread_now);
	tcase_add_test(tc, an_unusable_file_is_known_with_its_reason);
	tcase_add_test(tc, each_lists_files_and_what_is_missing);
	tcase_add_test(tc, forget_needs_two_scans_a_day_apart);
	tcase_add_test(tc, forget_leaves_threads_that_other_files_hold);
	tcase_add_test(tc, a_file_that_comes_back_is_not_forgotten);
	tcase_add_test(tc, forget_takes_at_most_a_tenth);
	tcase_add_test(tc, survey_says_why_and_until_when);
	tcase_add_test(tc, held_back_until);
	tcase_add_test(tc, claim_takes_what_the_survey_calls_due);
	tcase_add_test(tc, a_scan_that_finds_pollution_enqueues);
	tcase_add_test(tc, a_scan_that_finds_memory_disabled_enqueues);
	suite_add_tcase(s, tc);
	return s;
}

CHECK_MAIN(suite)
