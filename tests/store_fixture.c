#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "supervisor/store_db.h"
#include "tests/log_sink.h"
#include "tests/scratch.h"
#include "tests/store_fixture.h"

struct store	*st;
char		 st_dir[256];

static const char *const	memories[] = { "codex" };

void
store_setup(void)
{
	log_set_sink(log_quiet, NULL);
	scratch_make(st_dir, sizeof(st_dir));
	ck_assert_int_eq(store_open(st_dir, STORE_OWNER, &st), STORE_OK);
}

void
store_teardown(void)
{
	store_close(st);
	st = NULL;
	scratch_remove(st_dir);
}

const char *
tid(int n)
{
	static char	 ring[64][UUID_SIZE];
	static unsigned	 next;
	char		*id = ring[next++ % 64];

	snprintf(id, UUID_SIZE, "0198a000-0000-7000-8000-%012d", n);
	return id;
}

static const char *
path_of(int n)
{
	static char	 ring[64][64];
	static unsigned	 next;
	char		*path = ring[next++ % 64];

	snprintf(path, sizeof(ring[0]), "/src/sessions/%d.jsonl", n);
	return path;
}

struct store_thread
thread_of(int n)
{
	return (struct store_thread){
		.id = tid(n), .session_id = tid(n), .source_name = "codex",
		.rollout_path = path_of(n), .content_hash = "h",
		.created_at_ms = (NOW - 2 * DAY) * 1000,
		.updated_at_ms = (NOW - DAY) * 1000, .source = "cli",
		.cwd = "/home/u/p", .title = "t", .preview = "p",
		.first_user_message = "m", .memory_mode = "enabled"
	};
}

struct store_file
file_of(int n)
{
	return (struct store_file){
		.source_name = "codex", .path = path_of(n), .dev = 1,
		.ino = n, .size = 10, .mtime_ns = 5, .hash = "h"
	};
}

void
add_thread(int n, int64_t updated)
{
	struct store_thread	 t = thread_of(n);
	struct store_file	 f = file_of(n);
	char			 hash[32];

	snprintf(hash, sizeof(hash), "%lld", (long long)updated);
	t.updated_at_ms = updated * 1000;
	f.hash = t.content_hash = hash;
	ck_assert_int_eq(store_file_put(st, &f, &t), STORE_OK);
}

void
add_threads(int n)
{
	for (; n > 0; n--)
		add_thread(n, NOW - DAY);
}

void
vanish(int n)
{
	ck_assert_int_eq(store_file_vanished(st, "codex", path_of(n), NOW),
	    STORE_OK);
}

struct store_stage_one_rules
stage_one_rules(void)
{
	return (struct store_stage_one_rules){
		.now = NOW, .idle_hours = 6, .age_days = 10,
		.scan_limit = 5000, .max_claims = 8, .max_running = 8,
		.lease_s = HOUR, .worker_id = "run"
	};
}

static struct store_job
attempt(int n, const struct store_stage_one_rules *rules)
{
	struct store_thread	*t;
	struct store_job	 job;

	ck_assert_int_eq(store_thread_get(st, tid(n), &t), STORE_OK);
	ck_assert_int_eq(store_stage_one_try(st, t, rules, &job), STORE_OK);
	store_thread_free(t);
	return job;
}

enum store_claim
try_claim(int n, const struct store_stage_one_rules *rules)
{
	return attempt(n, rules).outcome;
}

struct store_job
claim(int n, const struct store_stage_one_rules *rules)
{
	struct store_job	 job = attempt(n, rules);

	ck_assert_int_eq(job.outcome, CLAIM_CLAIMED);
	return job;
}

struct store_finish
finish_of(int n, const struct store_job *job)
{
	return (struct store_finish){
		.thread_id = tid(n), .token = job->token, .now = NOW,
		.memories = memories, .nmemories = 1
	};
}

struct store_output
output_of(int64_t version, const char *raw)
{
	return (struct store_output){
		.source_updated_at = version, .raw_memory = raw,
		.rollout_summary = "summary", .generator = "builtin/1"
	};
}

struct store_finish
begin_job(int n, int64_t version, struct store_job *job)
{
	struct store_stage_one_rules	 rules = stage_one_rules();

	add_thread(n, version);
	*job = claim(n, &rules);
	return finish_of(n, job);
}

void
put_output(int n, const struct store_output *o,
    const struct store_citation *cites, size_t ncites)
{
	struct store_job	 job;
	struct store_finish	 fin = begin_job(n, o->source_updated_at,
	    &job);

	fin.citations = cites;
	fin.ncitations = ncites;
	ck_assert_int_eq(store_stage_one_succeeded(st, &fin, o), STORE_OK);
}

void
add_output(int n, int64_t version)
{
	struct store_output	 o = output_of(version, "raw");

	put_output(n, &o, NULL, 0);
}

void
cite(int citing, int n, int64_t times, int64_t when)
{
	struct store_output	 o = output_of(when, "citing");
	struct store_citation	 c = { tid(n), times };

	put_output(citing, &o, &c, 1);
}

void
fail_one(int n, const struct store_stage_one_rules *rules, int64_t delay)
{
	struct store_job	 job = claim(n, rules);
	struct store_finish	 fin = finish_of(n, &job);

	fin.now = rules->now;
	ck_assert_int_eq(store_stage_one_failed(st, &fin, delay, "boom"),
	    STORE_OK);
}

struct store_stage_two_rules
stage_two_rules(void)
{
	return (struct store_stage_two_rules){
		.memory = "codex", .worker_id = "run", .now = NOW,
		.lease_s = HOUR, .cooldown_s = 6 * HOUR
	};
}

static void
make_agent(const char *id, const struct store_job *job)
{
	struct store_agent	 a = {
		.thread_id = id, .session_id = id, .memory = "codex",
		.token = job->token, .watermark = job->watermark,
		.started_at = NOW
	};

	ck_assert_int_eq(store_agent_insert(st, &a), STORE_OK);
}

static void
give(const char *agent, const char *thread)
{
	struct store_row	*row;

	ck_assert_int_eq(store_output_get(st, thread, &row), STORE_OK);
	ck_assert_int_eq(store_agent_input(st, agent, thread,
	    row->source_updated_at), STORE_OK);
	store_row_free(row);
}

void
select_outputs(const int *n, size_t count)
{
	struct store_stage_two_rules	 rules = stage_two_rules();
	struct store_stage_two_end	 end = { .memory = "codex" };
	struct store_job		 job;
	char				 agent[UUID_SIZE];
	size_t				 i;

	rules.pass_cooldown = 1;
	ck_assert_int_eq(store_stage_two_claim(st, &rules, &job), STORE_OK);
	ck_assert_int_eq(job.outcome, CLAIM_CLAIMED);
	uuid_v4(agent);
	make_agent(agent, &job);
	for (i = 0; i < count; i++)
		give(agent, tid(n[i]));
	end.token = job.token;
	end.agent_id = agent;
	end.now = NOW;
	end.completed = job.watermark;
	ck_assert_int_eq(store_stage_two_succeeded(st, &end), STORE_OK);
}

static sqlite3 *
second_connection(void)
{
	sqlite3	*db;
	char	 path[300];

	snprintf(path, sizeof(path), "%s/state.db", st_dir);
	ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
	return db;
}

int64_t
ask(const char *sql)
{
	sqlite3		*db = second_connection();
	sqlite3_stmt	*stmt;
	int64_t		 v = -999;

	ck_assert_int_eq(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL),
	    SQLITE_OK);
	if (sqlite3_step(stmt) == SQLITE_ROW &&
	    sqlite3_column_type(stmt, 0) != SQLITE_NULL)
		v = sqlite3_column_int64(stmt, 0);
	sqlite3_finalize(stmt);
	sqlite3_close(db);
	return v;
}

void
tell(const char *sql)
{
	sqlite3	*db = second_connection();
	char	*why = NULL;

	sqlite3_exec(db, sql, NULL, NULL, &why);
	ck_assert_msg(why == NULL, "%s: %s", sql, why == NULL ? "" : why);
	sqlite3_close(db);
}

int64_t
pragma(const char *sql)
{
	int64_t	 v = -1;

	ck_assert_int_eq(db_value(st, sql, NOARGS, &v), STORE_OK);
	return v;
}
