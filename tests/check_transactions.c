/* links: supervisor/store.c supervisor/store_?*.c supervisor/state_dir.c supervisor/orphans.c supervisor/group.c tests/store_fixture.c tests/scratch.c */
/*
 * A transaction is whole or not at all, whatever comes between: a full disk,
 * a kill at its commit, another one inside it, somebody else who writes.
 */
#include <sys/wait.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/hook.h"
#include "common/mem.h"
#include "supervisor/store_db.h"
#include "tests/check_main.h"
#include "tests/store_fixture.h"

/* Let the database grow by `pages' from now on, and no further. */
static void
limit_pages(int64_t pages)
{
	char	 sql[64];

	snprintf(sql, sizeof(sql), "PRAGMA max_page_count = %lld",
	    (long long)(pragma("PRAGMA page_count") + pages));
	ck_assert_int_eq(db_script(st, sql), STORE_OK);
}

/*
 * The disk is full in the middle of a success: the job must not be done
 * without its output, and the next try must succeed once there is room.
 */
START_TEST(full_disk_leaves_the_job_as_it_was)
{
	struct store_output	 o;
	struct store_job	 job;
	struct store_finish	 fin;
	char			*big = xcalloc(1, 200001);

	memset(big, 'r', 200000);
	o = output_of(NOW - DAY, big);
	fin = begin_job(1, NOW - DAY, &job);
	limit_pages(2);
	ck_assert_int_eq(store_stage_one_succeeded(st, &fin, &o),
	    STORE_FULL);
	ck_assert_int_eq(ask("SELECT status = 'running' FROM jobs"), 1);
	ck_assert_int_eq(ask("SELECT count(*) FROM jobs"), 1);
	ck_assert_int_eq(ask("SELECT count(*) FROM stage1_outputs"), 0);
	limit_pages(1000);
	ck_assert_int_eq(store_stage_one_succeeded(st, &fin, &o), STORE_OK);
	ck_assert_int_eq(ask("SELECT count(*) FROM stage1_outputs"), 1);
	free(big);
}
END_TEST

/* A batch that lost its first half must not commit its second. */
START_TEST(full_disk_in_a_batch_loses_all_of_it)
{
	struct store_memory	 m = { .name = "m", .root = "/r" };
	char			*big = xcalloc(1, 200001);

	memset(big, 'r', 200000);
	limit_pages(2);
	ck_assert_int_eq(store_begin(st), STORE_OK);
	ck_assert_int_eq(store_memory_claim(st, &m), STORE_OK);
	m.name = "big";
	m.root = big;
	ck_assert_int_eq(store_memory_claim(st, &m), STORE_FULL);
	m.root = "/r";
	m.name = "after";
	(void)store_memory_claim(st, &m);
	ck_assert_int_eq(store_commit(st), STORE_FULL);
	ck_assert_int_eq(ask("SELECT count(*) FROM memories"), 0);
	limit_pages(1000);
	ck_assert_int_eq(store_memory_claim(st, &m), STORE_OK);
	free(big);
}
END_TEST

/* SQLite may end the transaction by itself: as if it had. */
START_TEST(a_transaction_that_is_gone_is_not_committed)
{
	struct store_memory	 m = { .name = "m", .root = "/r" };

	ck_assert_int_eq(store_begin(st), STORE_OK);
	ck_assert_int_eq(store_begin(st), STORE_OK);
	ck_assert_int_eq(store_memory_claim(st, &m), STORE_OK);
	ck_assert_int_eq(sqlite3_exec(st->db, "ROLLBACK", NULL, NULL, NULL),
	    SQLITE_OK);
	ck_assert_int_ne(store_commit(st), STORE_OK);
	ck_assert_int_ne(store_memory_claim(st, &m), STORE_OK);
	ck_assert_int_ne(store_commit(st), STORE_OK);
	ck_assert_int_eq(ask("SELECT count(*) FROM memories"), 0);
	ck_assert_int_eq(store_memory_claim(st, &m), STORE_OK);
}
END_TEST

START_TEST(transactions_nest)
{
	struct store_memory	 m = { .name = "outer", .root = "/r" };

	ck_assert_int_eq(store_begin(st), STORE_OK);
	ck_assert_int_eq(store_memory_claim(st, &m), STORE_OK);
	ck_assert_int_eq(store_begin(st), STORE_OK);
	m.name = "inner";
	ck_assert_int_eq(store_memory_claim(st, &m), STORE_OK);
	store_rollback(st);
	ck_assert_int_eq(store_commit(st), STORE_OK);
	ck_assert_int_eq(ask("SELECT count(*) FROM memories"), 1);
	ck_assert_int_eq(ask("SELECT name = 'outer' FROM memories"), 1);
}
END_TEST

/* Somebody else writes, say a person with sqlite3(1). */
START_TEST(a_locked_database_is_busy_and_then_not)
{
	struct store_memory	 m = { .name = "m", .root = "/r" };
	struct store		*other;

	ck_assert_int_eq(store_open(st_dir, STORE_OWNER, &other), STORE_OK);
	ck_assert_int_eq(store_begin(other), STORE_OK);
	ck_assert_int_eq(sqlite3_busy_timeout(st->db, 10), SQLITE_OK);
	ck_assert_int_eq(store_memory_claim(st, &m), STORE_BUSY);
	ck_assert_int_eq(store_begin(st), STORE_BUSY);
	store_rollback(st);
	store_rollback(other);
	ck_assert_int_eq(store_memory_claim(st, &m), STORE_OK);
	store_close(other);
}
END_TEST

static void
die_at(const char *point, const struct store_finish *fin)
{
	struct store_output	 o = output_of(NOW - DAY, "raw");
	int			 status;
	pid_t			 pid;

	store_close(st);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		hook_crash_at(point);
		if (store_open(st_dir, STORE_OWNER, &st) == STORE_OK)
			(void)store_stage_one_succeeded(st, fin, &o);
		_exit(1);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	ck_assert_int_eq(store_open(st_dir, STORE_OWNER, &st), STORE_OK);
}

START_TEST(killed_at_a_commit_it_is_whole_or_not_at_all)
{
	struct store_job	 job;
	struct store_finish	 fin = begin_job(1, NOW - DAY, &job);

	die_at("store.stage_one.before", &fin);
	ck_assert_int_eq(ask("SELECT status = 'running' FROM jobs"), 1);
	ck_assert_int_eq(ask("SELECT count(*) FROM stage1_outputs"), 0);
	die_at("store.stage_one.after", &fin);
	ck_assert_int_eq(ask("SELECT count(*) FROM stage1_outputs"), 1);
	ck_assert_int_eq(ask("SELECT count(*) FROM jobs"), 2);
}
END_TEST

static int
enqueue_each(const struct store_thread *t, void *arg)
{
	struct store_thread	*again;
	int			*n = arg;

	ck_assert_int_eq(store_thread_get(st, t->id, &again), STORE_OK);
	ck_assert_str_eq(again->cwd, t->cwd);
	ck_assert_ptr_null(again->git_sha);
	store_thread_free(again);
	ck_assert_int_eq(store_stage_two_enqueue(st, t->id, 1), STORE_OK);
	return ++*n == 2;
}

START_TEST(a_callback_may_use_the_store_and_stop_the_list)
{
	int	 n = 0;

	add_thread(1, NOW);
	add_thread(2, NOW);
	add_thread(3, NOW);
	ck_assert_int_eq(store_thread_each(st, enqueue_each, &n), STORE_OK);
	ck_assert_int_eq(n, 2);
	ck_assert_int_eq(ask("SELECT count(*) FROM jobs"), 2);
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("transactions");
	TCase	*tc = tcase_create("transactions");

	tcase_add_checked_fixture(tc, store_setup, store_teardown);
	tcase_add_test(tc, full_disk_leaves_the_job_as_it_was);
	tcase_add_test(tc, full_disk_in_a_batch_loses_all_of_it);
	tcase_add_test(tc, a_transaction_that_is_gone_is_not_committed);
	tcase_add_test(tc, transactions_nest);
	tcase_add_test(tc, a_locked_database_is_busy_and_then_not);
	tcase_add_test(tc, killed_at_a_commit_it_is_whole_or_not_at_all);
	tcase_add_test(tc, a_callback_may_use_the_store_and_stop_the_list);
	suite_add_tcase(s, tc);
	return s;
}

CHECK_MAIN(suite)
