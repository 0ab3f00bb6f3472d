/* links: supervisor/store.c supervisor/store_?*.c supervisor/state_dir.c supervisor/orphans.c supervisor/group.c tests/store_fixture.c tests/scratch.c */
/*
 * A statement without its index costs nothing with ten rollouts, and minutes
 * with 100,000, where it is run for each of them.  What is done for one
 * thread, job, agent or request reads no whole table.
 */
#include <sqlite3.h>
#include <stdio.h>

#include "supervisor/store_db.h"
#include "supervisor/store_look.h"
#include "supervisor/store_purge.h"
#include "supervisor/store_review.h"
#include "tests/check_main.h"
#include "tests/store_fixture.h"

#define ROWS_OF_EACH	500
#define FEW		50	/* of tables that stay small */
#define SERIES								\
	"WITH RECURSIVE n (i) AS (SELECT 1000 UNION ALL"		\
	" SELECT i + 1 FROM n WHERE i < 1499) "

/* Of each table as many rows as show a statement that reads them all. */
static void
fill(void)
{
	int	i;

	ck_assert_int_eq(store_begin(st), STORE_OK);
	for (i = 1000; i < 1000 + ROWS_OF_EACH; i++)
		add_thread(i, NOW - 2 * DAY);
	ck_assert_int_eq(store_commit(st), STORE_OK);
	tell(SERIES "INSERT INTO jobs (kind, job_key, status,"
	    " retry_remaining, input_watermark, last_success_watermark)"
	    " SELECT 'memory_stage1', t.id, 'done', 3, t.updated_at,"
	    " t.updated_at FROM threads t");
	tell("INSERT INTO stage1_outputs (thread_id, source_updated_at,"
	    " raw_memory, rollout_summary, generator, generated_at)"
	    " SELECT id, updated_at, 'raw', 'summary', 'builtin/1', 1"
	    " FROM threads");
	tell("INSERT INTO selections (memory, thread_id, source_updated_at)"
	    " SELECT 'other', id, updated_at FROM threads");
	tell(SERIES "INSERT INTO agents (thread_id, session_id, memory,"
	    " ownership_token, input_watermark, status, started_at,"
	    " finished_at) SELECT 'agent' || i, 'agent' || i, 'm' || i, '',"
	    " 0, 'completed', i, i FROM n");
	tell("INSERT INTO agent_inputs (agent_id, thread_id,"
	    " source_updated_at) SELECT 'agent1000', id, 0 FROM threads");
	tell(SERIES "INSERT INTO model_requests (at, provider, model,"
	    " purpose, thread_id, attempt, reserved, tokens, money,"
	    " settled_at) SELECT i, 'p', 'm', 'stage_one', 'x' || i, 1, 1, 1,"
	    " 0, i FROM n");
	tell(SERIES "INSERT INTO citations (citing, cited, n, last)"
	    " SELECT 'x' || i, 'y' || i, 1, i FROM n");
	tell(SERIES "INSERT INTO tombstones (thread_id, made_at, reason)"
	    " SELECT 'x' || i, i, 'forgotten' FROM n");
}

static void
setup(void)
{
	store_setup();
	fill();
}

/* Steps from row to row of a table that no condition bounds. */
static void
no_scan(void)
{
	const struct db_stmt	*p;
	int			 steps;

	for (p = st->stmts; p != NULL; p = p->next) {
		steps = sqlite3_stmt_status(p->stmt,
		    SQLITE_STMTSTATUS_FULLSCAN_STEP, 0);
		ck_assert_msg(steps < FEW, "%d rows were read by: %s", steps,
		    p->sql);
	}
}

/* Statements of the filling are not meant. */
static void
begin(void)
{
	db_forget_statements(st);
}

START_TEST(scan_of_one_file)
{
	struct store_file	f = file_of(1100);
	char			hash[32];

	begin();
	add_thread(1, NOW - DAY);
	add_thread(1, NOW - HOUR);
	snprintf(hash, sizeof(hash), "%lld", NOW - 2 * DAY);
	f.hash = hash;
	f.mtime_ns++;
	f.ino++;
	ck_assert_int_eq(store_file_moved(st, &f), STORE_OK);
	no_scan();
}
END_TEST

START_TEST(ends_of_stage_one)
{
	struct store_stage_one_rules	 rules = stage_one_rules();
	struct store_job		 job;
	struct store_finish		 fin;

	begin();
	add_output(1, NOW - DAY);
	add_thread(2, NOW - DAY);
	add_thread(3, NOW - DAY);
	add_thread(4, NOW - DAY);
	fail_one(2, &rules, HOUR);
	job = claim(3, &rules);
	fin = finish_of(3, &job);
	ck_assert_int_eq(store_stage_one_changed(st, &fin, NOW * 1000),
	    STORE_OK);
	job = claim(4, &rules);
	fin = finish_of(4, &job);
	ck_assert_int_eq(store_stage_one_no_output(st, &fin), STORE_OK);
	no_scan();
	ck_assert_int_eq(ask("SELECT count(*) FROM sources WHERE size = -1"),
	    1);
}
END_TEST

START_TEST(leases)
{
	int64_t	n;

	begin();
	ck_assert_int_eq(store_jobs_renew(st, "run", NOW + HOUR, &n),
	    STORE_OK);
	ck_assert_int_eq(store_jobs_recover(st, "run", &n), STORE_OK);
	no_scan();
}
END_TEST

START_TEST(an_agent)
{
	static const int	n[] = { 1 };
	char			waiting[UUID_SIZE];

	begin();
	add_output(1, NOW - DAY);
	select_outputs(n, 1);
	ck_assert_int_eq(store_review_pending(st, "codex", waiting),
	    STORE_NONE);
	no_scan();
}
END_TEST

START_TEST(a_request)
{
	struct store_reserve	r = {
		.at = NOW, .provider = "p", .model = "m", .purpose = "stage_one",
		.thread_id = tid(1), .attempt = 1, .tokens = 10
	};
	struct store_settle	s = { .at = NOW, .outcome = "ok" };
	struct store_spent	spent;
	int64_t			id, n, first;

	begin();
	ck_assert_int_eq(store_ledger_reserve(st, &r, &id), STORE_OK);
	ck_assert_int_eq(store_ledger_settle(st, id, &s), STORE_OK);
	ck_assert_int_eq(store_ledger_spent(st, NOW - DAY, NULL, &spent),
	    STORE_OK);
	ck_assert_int_eq(store_ledger_spent(st, NOW - DAY, tid(1), &spent),
	    STORE_OK);
	ck_assert_int_eq(store_ledger_threads(st, NOW - DAY, &n, &first),
	    STORE_OK);
	ck_assert_int_eq(n, 1);
	no_scan();
}
END_TEST

START_TEST(forgetting_one)
{
	begin();
	ck_assert_int_eq(store_thread_bury(st, tid(1200), NOW), STORE_OK);
	no_scan();
}
END_TEST

/* Each pass asks what may go. */
START_TEST(nothing_to_prune)
{
	struct store_retention	p = { .now = NOW, .days = 30, .limit = 100 };

	begin();
	ck_assert_int_eq(store_output_prune(st, &p), STORE_OK);
	ck_assert_int_eq(p.pruned, 0);
	no_scan();
}
END_TEST

static int
count_threads(const struct store_thread *t, void *arg)
{
	ck_assert_str_eq(t->id, tid(1000));
	++*(int *)arg;
	return 0;
}

/* By the end of a range too: all that follow were compared. */
START_TEST(beginning_of_an_id)
{
	const struct db_stmt	*p;
	int			 n = 0;

	begin();
	ck_assert_int_eq(store_thread_prefix_each(st, tid(1000),
	    count_threads, &n), STORE_OK);
	ck_assert_int_eq(n, 1);
	for (p = st->stmts; p != NULL; p = p->next)
		ck_assert_int_lt(sqlite3_stmt_status(p->stmt,
		    SQLITE_STMTSTATUS_VM_STEP, 0), ROWS_OF_EACH);
}
END_TEST

static int
count(const char *agent_id, void *arg)
{
	ck_assert_str_eq(agent_id, "agent1000");
	++*(int *)arg;
	return 0;
}

/* However many are forgotten, what agents were given is read once. */
START_TEST(purging_many)
{
	char	ids[128];
	int	n = 0;

	snprintf(ids, sizeof(ids), "[\"%s\",\"%s\"]", tid(1001), tid(1002));
	ck_assert_int_eq(store_agents_given(st, ids, count, &n), STORE_OK);
	ck_assert_int_eq(n, 1);
}
END_TEST

/* 1 if the statement that begins so read all threads. */
static int
reads_threads(void)
{
	sqlite3_stmt	*stmt = NULL;
	int		 found = 0;

	while ((stmt = sqlite3_next_stmt(st->db, stmt)) != NULL)
		found |= sqlite3_stmt_status(stmt,
		    SQLITE_STMTSTATUS_FULLSCAN_STEP, 0) >= ROWS_OF_EACH / 2;
	return found;
}

static int
no_row(const struct store_row *row, void *arg)
{
	(void)row;
	(void)arg;
	return 0;
}

/* It reads the outputs, which are fewer than the threads by far. */
START_TEST(selection)
{
	struct store_select	sel = {
		.memory = "codex", .now = NOW, .limit = 10
	};

	tell("DELETE FROM stage1_outputs WHERE rowid % 50 <> 0");
	begin();
	ck_assert_int_eq(store_select_each(st, &sel, no_row, NULL), STORE_OK);
	ck_assert(!reads_threads());
}
END_TEST

static Suite *
scans_suite(void)
{
	Suite	*s = suite_create("scans");
	TCase	*t = tcase_create("scans");

	tcase_add_checked_fixture(t, setup, store_teardown);
	tcase_add_test(t, scan_of_one_file);
	tcase_add_test(t, ends_of_stage_one);
	tcase_add_test(t, leases);
	tcase_add_test(t, an_agent);
	tcase_add_test(t, a_request);
	tcase_add_test(t, forgetting_one);
	tcase_add_test(t, nothing_to_prune);
	tcase_add_test(t, beginning_of_an_id);
	tcase_add_test(t, purging_many);
	tcase_add_test(t, selection);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(scans_suite)
