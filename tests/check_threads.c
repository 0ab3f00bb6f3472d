/* links: supervisor/store.c supervisor/store_?*.c supervisor/state_dir.c supervisor/orphans.c supervisor/group.c tests/store_fixture.c tests/scratch.c */
/*
 * A thread can be in several files: a copy, a compressed one, an archived
 * one.  Reading the wrong one loses the end of the session; taking a copy
 * for news pays it twice.  A folder that is not mounted is not an empty one.
 */
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

/* Thread 1, which was made memory of, is read again: its mode is this now. */
static void
read_again(const char *mode)
{
	struct store_thread	 t = thread_of(1);
	struct store_file	 f = file_of(1);

	add_output(1, NOW - DAY);
	select_outputs((const int[]){ 1 }, 1);
	t.memory_mode = mode;
	t.updated_at_ms = NOW * 1000;
	f.hash = "other";
	ck_assert_int_eq(store_file_put(st, &f, &t), STORE_OK);
	ck_assert_int_eq(ask(STAGE_TWO("status = 'pending'")), 1);
}

/* A rollout that turns polluted takes its memory along. */
START_TEST(a_scan_that_finds_pollution_enqueues)
{
	read_again("polluted");
}
END_TEST

/* Codex writes the user's switch into the rollout. */
START_TEST(a_scan_that_finds_memory_disabled_enqueues)
{
	read_again("disabled");
	ck_assert_int_eq(ask(THREAD("memory_mode = 'disabled'")), 1);
}
END_TEST

/*
 * What no scan has seen is looked for by all memories.  One of them could not
 * be told, and all the same it was forgotten: nothing looked there again.
 */
START_TEST(forgotten_by_all_that_may_hold_it_or_not_at_all)
{
	struct store_memory	m = { .name = "codex", .root = "/r" };

	ck_assert_int_eq(store_memory_claim(st, &m), STORE_OK);
	m.name = "work";
	ck_assert_int_eq(store_memory_claim(st, &m), STORE_OK);
	tell("CREATE TRIGGER full BEFORE INSERT ON jobs WHEN new.job_key ="
	    " 'codex' BEGIN SELECT RAISE(ABORT, 'full'); END");
	ck_assert_int_eq(store_thread_bury(st, tid(1), NOW), STORE_ERROR);
	ck_assert_int_eq(ask("SELECT count(*) FROM tombstones"), 0);
	tell("DROP TRIGGER full");
	ck_assert_int_eq(store_thread_bury(st, tid(1), NOW), STORE_OK);
	ck_assert_int_eq(ask("SELECT count(*) FROM tombstones"), 1);
	ck_assert_int_eq(ask(STAGE_TWO("count(*)")), 2);
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
	tcase_add_test(tc, a_scan_that_finds_pollution_enqueues);
	tcase_add_test(tc, a_scan_that_finds_memory_disabled_enqueues);
	tcase_add_test(tc, forgotten_by_all_that_may_hold_it_or_not_at_all);
	suite_add_tcase(s, tc);
	return s;
}

CHECK_MAIN(suite)
