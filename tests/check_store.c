/* links: supervisor/store.c supervisor/store_?*.c supervisor/state_dir.c supervisor/orphans.c supervisor/group.c tests/store_fixture.c tests/scratch.c */
/*
 * The database survives what happens to it: a full disk, a kill at a
 * commit, a damaged file, a newer or older mnemod.  What it cannot survive
 * it refuses, and touches nothing.
 */
#include <sys/stat.h>
#include <sys/wait.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/hook.h"
#include "common/log.h"
#include "common/mem.h"
#include "supervisor/store_db.h"
#include "tests/check_main.h"
#include "tests/store_fixture.h"

static char	last_line[2][600];

/* Keep the two latest lines of the log. */
static void
keep_line(enum log_level level, const char *line, void *arg)
{
	(void)level;
	(void)arg;
	memcpy(last_line[1], last_line[0], sizeof(last_line[0]));
	snprintf(last_line[0], sizeof(last_line[0]), "%s", line);
}

static char *
in_dir(const char *name)
{
	return xasprintf("%s/%s", st_dir, name);
}

static int
exists(const char *name)
{
	char	*path = in_dir(name);
	int	 there = access(path, F_OK) == 0;

	free(path);
	return there;
}

static void
reopen(enum store_status want)
{
	store_close(st);
	ck_assert_int_eq(store_open(st_dir, STORE_OWNER, &st), want);
	ck_assert((st != NULL) == (want == STORE_OK));
}

static int64_t
pragma(const char *sql)
{
	int64_t	 v = -1;

	ck_assert_int_eq(db_value(st, sql, NOARGS, &v), STORE_OK);
	return v;
}

START_TEST(open_sets_what_safety_needs)
{
	struct stat	 sb;
	char		*path = in_dir("state.db");

	ck_assert_int_eq(pragma("PRAGMA synchronous"), 2);	/* FULL */
	ck_assert_int_eq(pragma("PRAGMA secure_delete"), 1);
	ck_assert_int_eq(pragma("PRAGMA foreign_keys"), 1);
	ck_assert_int_eq(pragma("PRAGMA busy_timeout"), 5000);
	ck_assert_int_eq(pragma("PRAGMA trusted_schema"), 0);
	ck_assert_int_eq(ask("SELECT count(*) FROM pragma_journal_mode"
	    " WHERE journal_mode = 'wal'"), 1);
	ck_assert_int_eq(stat(path, &sb), 0);
	ck_assert_int_eq(sb.st_mode & 0777, 0600);
	free(path);
}
END_TEST

START_TEST(closing_leaves_one_file)
{
	add_thread(1, NOW);
	reopen(STORE_OK);
	ck_assert_int_eq(ask("SELECT count(*) FROM threads"), 1);
	store_close(st);
	st = NULL;
	ck_assert(!exists("state.db-wal"));
	ck_assert(!exists("state.db-shm"));
}
END_TEST

START_TEST(newer_schema_is_refused_untouched)
{
	log_set_sink(keep_line, NULL);
	tell("PRAGMA user_version = 99");
	reopen(STORE_NEWER);
	ck_assert_ptr_nonnull(strstr(last_line[0], "state.db: has version "
	    "99, this mnemod knows"));
	ck_assert_int_eq(ask("PRAGMA user_version"), 99);
}
END_TEST

static void
overwrite(const char *name, off_t at, const char *bytes)
{
	char	*path = in_dir(name);
	int	 fd = open(path, O_WRONLY);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(pwrite(fd, bytes, strlen(bytes), at),
	    (ssize_t)strlen(bytes));
	close(fd);
	free(path);
}

START_TEST(a_file_that_is_no_database_is_refused)
{
	log_set_sink(keep_line, NULL);
	store_close(st);
	st = NULL;
	overwrite("state.db", 0, "This is not SQLite at all.");
	reopen(STORE_CORRUPT);
	ck_assert_ptr_nonnull(strstr(last_line[0], "move it away"));
}
END_TEST

START_TEST(a_damaged_page_is_refused)
{
	char	 junk[2001];
	int	 page;

	log_set_sink(keep_line, NULL);
	memset(junk, 'x', 2000);
	junk[2000] = '\0';
	store_close(st);
	st = NULL;
	for (page = 2; page < 8; page++)
		overwrite("state.db", page * 4096, junk);
	reopen(STORE_CORRUPT);
	ck_assert_ptr_nonnull(strstr(last_line[0], "damaged"));
}
END_TEST

START_TEST(a_database_of_another_program_is_refused)
{
	log_set_sink(keep_line, NULL);
	tell("PRAGMA application_id = 7");
	reopen(STORE_CORRUPT);
	ck_assert_ptr_nonnull(strstr(last_line[1], "of another program"));
}
END_TEST

/* The database as the first step made it. */
static void
back_to_first(void)
{
	tell("DROP TABLE model_requests; DROP TABLE provider_holds;"
	    " DROP TABLE pauses; DROP TABLE disabled;"
	    " DROP INDEX agents_memory; DROP INDEX stage1_outputs_unused;"
	    " ALTER TABLE stage1_outputs DROP COLUMN outdated;"
	    " ALTER TABLE memories DROP COLUMN released_at;"
	    " ALTER TABLE agents DROP COLUMN generator;"
	    " PRAGMA user_version = 1");
}

/* Each step of a migration leaves a copy of what was before it. */
START_TEST(migration_keeps_a_copy_before_each_step)
{
	const char	*steps[] = {
		schema_steps[0],
		"CREATE TABLE second (x); INSERT INTO second VALUES (1)",
		"CREATE TABLE third (x)"
	};
	char		*copy = in_dir("state.db.v1");
	struct stat	 sb;

	back_to_first();
	add_thread(1, NOW);
	ck_assert_int_eq(schema_migrate(st, steps, 3), STORE_OK);
	ck_assert_int_eq(pragma("PRAGMA user_version"), 3);
	ck_assert(exists("state.db.v1"));
	ck_assert(exists("state.db.v2"));
	ck_assert_int_eq(stat(copy, &sb), 0);
	ck_assert_int_eq(sb.st_mode & 0777, 0600);
	free(copy);

	/* The copy is the old database, whole. */
	tell("ATTACH (SELECT file || '.v1' FROM pragma_database_list)"
	    " AS old; CREATE TABLE got AS SELECT count(*) AS n"
	    " FROM old.threads");
	ck_assert_int_eq(ask("SELECT n FROM got"), 1);
}
END_TEST

START_TEST(a_failed_migration_changes_nothing)
{
	const char	*steps[] = {
		schema_steps[0], "CREATE TABLE second (x); NONSENSE"
	};

	back_to_first();
	ck_assert_int_eq(schema_migrate(st, steps, 2), STORE_ERROR);
	ck_assert_int_eq(pragma("PRAGMA user_version"), 1);
	ck_assert_int_eq(ask("SELECT count(*) FROM sqlite_schema"
	    " WHERE name = 'second'"), 0);
	reopen(STORE_OK);
}
END_TEST

START_TEST(a_copy_changes_nothing_on_disk)
{
	struct store		*copy;
	struct store_counts	 c;
	struct store_memory	 m = { .name = "x", .root = "/x" };

	add_thread(1, NOW);
	/* While the owner works on it, and when it is at rest. */
	ck_assert_int_eq(store_open(st_dir, STORE_COPY, &copy), STORE_OK);
	ck_assert_int_eq(store_counts(copy, &c), STORE_OK);
	ck_assert_int_eq(c.threads, 1);
	store_close(copy);
	store_close(st);
	st = NULL;
	ck_assert_int_eq(store_open(st_dir, STORE_COPY, &copy), STORE_OK);
	ck_assert_int_eq(store_memory_claim(copy, &m), STORE_OK);
	store_close(copy);
	ck_assert(!exists("state.db-wal"));
	ck_assert(!exists("state.db-shm"));
	ck_assert_int_eq(ask("SELECT count(*) FROM memories"), 0);
}
END_TEST

START_TEST(a_copy_of_nothing_is_empty)
{
	struct store		*copy;
	struct store_counts	 c;

	store_close(st);
	st = NULL;
	ck_assert_int_eq(store_open("/nonexistent", STORE_COPY, &copy),
	    STORE_OK);
	ck_assert_int_eq(store_counts(copy, &c), STORE_OK);
	ck_assert_int_eq(c.threads, 0);
	store_close(copy);
}
END_TEST

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
	struct store_stage_one_rules	 rules = stage_one_rules();
	struct store_output		 o;
	struct store_job		 job;
	struct store_finish		 fin;
	char				*big = xcalloc(1, 200001);

	memset(big, 'r', 200000);
	o = output_of(NOW - DAY, big);
	add_thread(1, NOW - DAY);
	job = claim(1, &rules);
	fin = finish_of(1, &job);
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
	struct store_stage_one_rules	 rules = stage_one_rules();
	struct store_job		 job;
	struct store_finish		 fin;

	add_thread(1, NOW - DAY);
	job = claim(1, &rules);
	fin = finish_of(1, &job);
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

START_TEST(hostile_text_is_only_text)
{
	struct store_thread	 t = thread_of(1), *got;
	struct store_file	 f = file_of(1);

	t.cwd = "'); DROP TABLE threads; --";
	t.title = "a\x1b[31mb";
	ck_assert_int_eq(store_file_put(st, &f, &t), STORE_OK);
	ck_assert_int_eq(store_thread_get(st, t.id, &got), STORE_OK);
	ck_assert_str_eq(got->cwd, t.cwd);
	ck_assert_str_eq(got->title, t.title);
	store_thread_free(got);
}
END_TEST

static struct store_agent
agent_of(const char *id, const struct store_job *job)
{
	return (struct store_agent){
		.thread_id = id, .session_id = "s", .memory = "codex",
		.token = job->token, .watermark = job->watermark,
		.started_at = NOW
	};
}

static int
count_agent(const struct store_agent *a, void *arg)
{
	int	*n = arg;

	ck_assert_int_eq(a->finished_at, 0);
	ck_assert_int_eq(a->exit_status, -1);
	(*n)++;
	return 0;
}

static int
open_agents(const char *memory)
{
	int	 n = 0;

	ck_assert_int_eq(store_agent_open_each(st, memory, count_agent, &n),
	    STORE_OK);
	return n;
}

/*
 * Published, then killed before the success was recorded: the agent's row
 * holds what recovery needs to record it.
 */
START_TEST(an_agent_without_end_is_found_and_finished)
{
	struct store_stage_two_rules	 rules = stage_two_rules();
	struct store_memory		 m = { "codex", "/r", 1, 2, 3, NULL, 0, 0 };
	struct store_memory		*live;
	struct store_stage_two_end	 end = { .memory = "codex" };
	struct store_job		 job;
	struct store_agent		 a, *got;

	ck_assert_int_eq(store_memory_claim(st, &m), STORE_OK);
	ck_assert_int_eq(store_stage_two_claim(st, &rules, &job), STORE_OK);
	a = agent_of("agent", &job);
	ck_assert_int_eq(store_agent_insert(st, &a), STORE_OK);
	ck_assert_int_eq(store_agent_set_base(st, "agent", "b"), STORE_OK);
	ck_assert_int_eq(store_agent_set_status(st, "agent", "running"),
	    STORE_OK);
	ck_assert_int_eq(open_agents(NULL), 1);
	ck_assert_int_eq(open_agents("other"), 0);

	ck_assert_int_eq(store_agent_get(st, "agent", &got), STORE_OK);
	ck_assert_str_eq(got->status, "running");
	ck_assert_str_eq(got->base_commit, "b");
	end.token = got->token;
	end.agent_id = got->thread_id;
	end.completed = got->watermark;
	end.now = NOW;
	end.turns = 4;
	end.commit = "p";
	end.live_files = 6;
	ck_assert_int_eq(store_stage_two_succeeded(st, &end), STORE_OK);
	store_agent_free(got);

	ck_assert_int_eq(open_agents("codex"), 0);
	ck_assert_int_eq(store_memory_get(st, "codex", &live), STORE_OK);
	ck_assert_str_eq(live->live_commit, "p");
	ck_assert_int_eq(live->live_files, 6);
	store_memory_free(live);
	ck_assert_int_eq(ask("SELECT status = 'completed' AND turns = 4"
	    " FROM agents"), 1);
	/* An agent that ended stays as it ended. */
	ck_assert_int_eq(store_agent_set_status(st, "agent", "running"),
	    STORE_NONE);
}
END_TEST

START_TEST(an_agents_end_is_kept_even_if_its_job_is_lost)
{
	struct store_stage_two_rules	 rules = stage_two_rules();
	struct store_stage_two_end	 end = { .memory = "codex" };
	struct store_job		 job;
	struct store_agent		 a;

	ck_assert_int_eq(store_stage_two_claim(st, &rules, &job), STORE_OK);
	a = agent_of("agent", &job);
	ck_assert_int_eq(store_agent_insert(st, &a), STORE_OK);
	end.token = "another token";
	end.agent_id = "agent";
	end.now = NOW;
	ck_assert_int_eq(store_stage_two_succeeded(st, &end), STORE_NONE);
	ck_assert_int_eq(open_agents(NULL), 1);
	ck_assert_int_eq(store_stage_two_failed(st, &end), STORE_NONE);
	ck_assert_int_eq(open_agents(NULL), 0);
	ck_assert_int_eq(ask("SELECT status = 'errored' FROM agents"), 1);
	ck_assert_int_eq(ask("SELECT status = 'running' FROM jobs"), 1);
}
END_TEST

START_TEST(a_claimed_root_keeps_what_is_live)
{
	struct store_memory	 m = { "codex", "/r", 1, 2, 3, NULL, 0, 0 };
	struct store_memory	*got;

	ck_assert_int_eq(store_memory_get(st, "codex", &got), STORE_NONE);
	ck_assert_ptr_null(got);
	ck_assert_int_eq(store_memory_live(st, "codex", "c", 1), STORE_NONE);
	ck_assert_int_eq(store_memory_claim(st, &m), STORE_OK);
	ck_assert_int_eq(store_memory_live(st, "codex", "c", 1), STORE_OK);
	m.root = "/elsewhere";
	m.ino = 5;
	ck_assert_int_eq(store_memory_claim(st, &m), STORE_OK);
	ck_assert_int_eq(store_memory_get(st, "codex", &got), STORE_OK);
	ck_assert_str_eq(got->root, "/elsewhere");
	ck_assert_int_eq(got->ino, 5);
	ck_assert_str_eq(got->live_commit, "c");
	store_memory_free(got);
}
END_TEST

static void
add_file(TCase *tc)
{
	tcase_add_test(tc, open_sets_what_safety_needs);
	tcase_add_test(tc, closing_leaves_one_file);
	tcase_add_test(tc, newer_schema_is_refused_untouched);
	tcase_add_test(tc, a_file_that_is_no_database_is_refused);
	tcase_add_test(tc, a_damaged_page_is_refused);
	tcase_add_test(tc, a_database_of_another_program_is_refused);
	tcase_add_test(tc, migration_keeps_a_copy_before_each_step);
	tcase_add_test(tc, a_failed_migration_changes_nothing);
	tcase_add_test(tc, a_copy_changes_nothing_on_disk);
	tcase_add_test(tc, a_copy_of_nothing_is_empty);
}

static void
add_rows(TCase *tc)
{
	tcase_add_test(tc, full_disk_leaves_the_job_as_it_was);
	tcase_add_test(tc, full_disk_in_a_batch_loses_all_of_it);
	tcase_add_test(tc, a_transaction_that_is_gone_is_not_committed);
	tcase_add_test(tc, transactions_nest);
	tcase_add_test(tc, a_locked_database_is_busy_and_then_not);
	tcase_add_test(tc, killed_at_a_commit_it_is_whole_or_not_at_all);
	tcase_add_test(tc,
	    a_callback_may_use_the_store_and_stop_the_list);
	tcase_add_test(tc, hostile_text_is_only_text);
	tcase_add_test(tc, an_agent_without_end_is_found_and_finished);
	tcase_add_test(tc, an_agents_end_is_kept_even_if_its_job_is_lost);
	tcase_add_test(tc, a_claimed_root_keeps_what_is_live);
}

static Suite *
suite(void)
{
	Suite	*s = suite_create("store");
	TCase	*file = tcase_create("file");
	TCase	*rows = tcase_create("rows");

	tcase_add_checked_fixture(file, store_setup, store_teardown);
	tcase_add_checked_fixture(rows, store_setup, store_teardown);
	add_file(file);
	add_rows(rows);
	suite_add_tcase(s, file);
	suite_add_tcase(s, rows);
	return s;
}

CHECK_MAIN(suite)
