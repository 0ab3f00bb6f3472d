#include <stddef.h>

#include <string.h>

#include "supervisor/store_db.h"

/*
 * For those who look on: jobs as they stand, threads by the beginning of
 * their id, files by their path, the last agents.
 */

#define I(field) { DB_INT, offsetof(struct store_job_row, field) }
#define T(field) { DB_TEXT, offsetof(struct store_job_row, field) }
static const struct db_column job_columns[] = {
	T(kind), T(key), T(status), T(worker_id), I(started_at),
	I(finished_at), I(lease_until), I(retry_at), I(retry_remaining),
	T(last_error), I(input_watermark), I(last_success_watermark),
	{ DB_END, 0 }
};
#undef I
#undef T
static const struct db_shape job_shape = {
	job_columns, sizeof(struct store_job_row)
};
#define JOBS								\
	"SELECT kind, job_key, status, worker_id, started_at,"		\
	" finished_at, lease_until, retry_at, retry_remaining,"		\
	" last_error, coalesce(input_watermark, -1),"			\
	" coalesce(last_success_watermark, -1) FROM jobs "

static const struct db_column tombstone_columns[] = {
	{ DB_TEXT, offsetof(struct store_tombstone, thread_id) },
	{ DB_INT, offsetof(struct store_tombstone, made_at) },
	{ DB_TEXT, offsetof(struct store_tombstone, reason) },
	{ DB_END, 0 }
};
static const struct db_shape tombstone_shape = {
	tombstone_columns, sizeof(struct store_tombstone)
};

/* A callback of each kind behind the one of db_row_each(). */
struct list {
	store_job_cb	*job;
	store_thread_cb	*thread;
	store_file_cb	*file;
	store_agent_cb	*agent;
	void		*arg;
};

static int
hand_job(const void *row, void *arg)
{
	const struct list	*l = arg;

	return l->job(row, l->arg);
}

static int
hand_thread(const void *row, void *arg)
{
	const struct list	*l = arg;

	return l->thread(row, l->arg);
}

static int
hand_file(const void *row, void *arg)
{
	const struct list	*l = arg;

	return l->file(row, l->arg);
}

static int
hand_agent(const void *row, void *arg)
{
	const struct list	*l = arg;

	return l->agent(row, l->arg);
}

enum store_status
store_job_each(struct store *s, store_job_cb *cb, void *arg)
{
	struct list	 l = { .job = cb, .arg = arg };
	struct db_rows	 r;

	db_about(s, "listing jobs");
	db_open(&r, s, JOBS "ORDER BY kind, job_key", NOARGS);
	return db_row_each(&r, &job_shape, hand_job, &l);
}

enum store_status
store_job_get(struct store *s, const char *kind, const char *key,
    struct store_job_row **out)
{
	struct db_rows		 r;
	enum store_status	 st;
	void			*row;

	db_about(s, "reading job %s of %s", kind, key);
	db_open(&r, s, JOBS "WHERE kind = ? AND job_key = ?",
	    ARGS(TEXT(kind), TEXT(key)));
	st = db_row_get(&r, &job_shape, &row);
	*out = row;
	return st;
}

void
store_job_free(struct store_job_row *j)
{
	db_row_free(&job_shape, j);
}

enum store_status
store_thread_prefix_each(struct store *s, const char *prefix,
    store_thread_cb *cb, void *arg)
{
	struct list	 l = { .thread = cb, .arg = arg };
	struct db_rows	 r;

	db_about(s, "looking for threads by their id");
	db_open(&r, s, "SELECT " THREAD_COLUMNS " FROM threads t"
	    " WHERE t.id >= ?1 AND t.id < ?1 || '~'"	/* no id has one */
	    " ORDER BY t.id", ARGS(TEXT(prefix)));
	return db_row_each(&r, &thread_shape, hand_thread, &l);
}

enum store_status
store_file_path_each(struct store *s, const char *path, store_file_cb *cb,
    void *arg)
{
	struct list	 l = { .file = cb, .arg = arg };
	struct db_rows	 r;

	db_about(s, "looking for %s", path);
	db_open(&r, s, FILES "WHERE path = ? ORDER BY source_name",
	    ARGS(TEXT(path)));
	return db_row_each(&r, &file_shape, hand_file, &l);
}

enum store_status
store_file_reason_each(struct store *s,
    int (*cb)(const char *, int64_t, void *), void *arg)
{
	struct db_rows	 r;

	db_about(s, "counting unusable files");
	db_open(&r, s, "SELECT reason, count(*) FROM sources"
	    " WHERE reason IS NOT NULL GROUP BY reason"
	    " ORDER BY count(*) DESC, reason", NOARGS);
	while (db_next(&r))
		if (cb(db_text(&r, 0), db_int(&r, 1), arg) != 0)
			break;
	return db_end(&r);
}

enum store_status
store_agent_last_each(struct store *s, int64_t limit, store_agent_cb *cb,
    void *arg)
{
	struct list	 l = { .agent = cb, .arg = arg };
	struct db_rows	 r;

	db_about(s, "listing the last agents");
	db_open(&r, s, AGENTS "ORDER BY started_at DESC, thread_id DESC"
	    " LIMIT ?", ARGS(INT(limit)));
	return db_row_each(&r, &agent_shape, hand_agent, &l);
}

enum store_status
store_agent_prefix_each(struct store *s, const char *prefix,
    store_agent_cb *cb, void *arg)
{
	struct list	 l = { .agent = cb, .arg = arg };
	struct db_rows	 r;

	db_about(s, "looking for agents by their id");
	db_open(&r, s, AGENTS "WHERE thread_id >= ?1"
	    " AND thread_id < ?1 || '~'"
	    " ORDER BY thread_id", ARGS(TEXT(prefix)));
	return db_row_each(&r, &agent_shape, hand_agent, &l);
}

enum store_status
store_agent_inputs(struct store *s, const char *id, int64_t *n)
{
	db_about(s, "counting the inputs of agent %s", id);
	return db_value(s, "SELECT count(*) FROM agent_inputs"
	    " WHERE agent_id = ?", ARGS(TEXT(id)), n);
}

enum store_status
store_agent_published(struct store *s, const char *memory,
    struct store_agent **out)
{
	struct db_rows		 r;
	enum store_status	 st;
	void			*row;

	db_about(s, "reading the last publication of memory %s", memory);
	db_open(&r, s, AGENTS "WHERE memory = ? AND published_commit"
	    " IS NOT NULL ORDER BY finished_at DESC, thread_id DESC"
	    " LIMIT 1", ARGS(TEXT(memory)));
	st = db_row_get(&r, &agent_shape, &row);
	*out = row;
	return st;
}

enum store_status
store_tombstone_get(struct store *s, const char *thread_id,
    struct store_tombstone **out)
{
	struct db_rows		 r;
	enum store_status	 st;
	void			*row;

	db_about(s, "reading the tombstone of thread %s", thread_id);
	db_open(&r, s, "SELECT thread_id, made_at, reason FROM tombstones"
	    " WHERE thread_id = ?", ARGS(TEXT(thread_id)));
	st = db_row_get(&r, &tombstone_shape, &row);
	*out = row;
	return st;
}

void
store_tombstone_free(struct store_tombstone *t)
{
	db_row_free(&tombstone_shape, t);
}

/* SQLite looks at the form of its pages, not at what texts are made of. */
static enum store_status
read_all(struct store *s, struct buf *why)
{
	static const char *const	all[] = {
	    "SELECT * FROM agents", "SELECT * FROM disabled",
	    "SELECT * FROM jobs", "SELECT * FROM memories",
	    "SELECT * FROM model_requests", "SELECT * FROM provider_holds",
	    "SELECT * FROM selections", "SELECT * FROM sources",
	    "SELECT * FROM stage1_outputs", "SELECT * FROM threads",
	    "SELECT * FROM tombstones" };
	enum store_status		st = STORE_OK;
	size_t				i;

	for (i = 0; st == STORE_OK && i < sizeof(all) / sizeof(all[0]); i++) {
		db_about(s, "reading all of it (%s)", all[i]);
		st = db_run(s, all[i], NOARGS);
	}
	if (st == STORE_OK)
		return st;
	buf_reset(why);
	buf_addstr(why, "not all that it holds can be read");
	return st;
}

enum store_status
store_quick_check(struct store *s, struct buf *why)
{
	enum store_status	st;

	db_about(s, "checking the database");
	st = db_sound(s, "PRAGMA quick_check(1)", why);
	return st == STORE_OK ? read_all(s, why) : st;
}

enum store_status
store_newest(struct store *s, int64_t *when)
{
	db_about(s, "looking for the newest time");
	return db_value(s, "SELECT max("
	    "ifnull((SELECT max(max(ifnull(started_at, 0),"
	    " ifnull(finished_at, 0))) FROM jobs), 0),"
	    "ifnull((SELECT max(started_at) FROM agents), 0),"
	    "ifnull((SELECT max(at) FROM model_requests), 0))", NOARGS, when);
}
