#include <stdio.h>

#include "common/uuid.h"
#include "supervisor/store_db.h"
#include "supervisor/store_operator.h"

enum store_status
store_pause(struct store *s, int64_t since)
{
	db_about(s, "pausing");
	return db_run_one(s, "INSERT INTO pauses (since) SELECT ?1"
	    " WHERE NOT EXISTS (SELECT 1 FROM pauses)", ARGS(INT(since)));
}

enum store_status
store_resume(struct store *s)
{
	db_about(s, "resuming");
	return db_run_one(s, "DELETE FROM pauses", NOARGS);
}

enum store_status
store_paused(struct store *s, int64_t *since)
{
	db_about(s, "looking for a pause");
	return db_value(s, "SELECT since FROM pauses", NOARGS, since);
}

enum store_status
store_disable(struct store *s, const char *what, int64_t now)
{
	db_about(s, "disabling %s", what);
	return db_run_one(s, "INSERT INTO disabled (what, since)"
	    " VALUES (?1, ?2) ON CONFLICT DO NOTHING",
	    ARGS(TEXT(what), INT(now)));
}

enum store_status
store_enable(struct store *s, const char *what)
{
	db_about(s, "enabling %s", what);
	return db_run_one(s, "DELETE FROM disabled WHERE what = ?",
	    ARGS(TEXT(what)));
}

enum store_status
store_disabled_each(struct store *s, store_disabled_cb *cb, void *arg)
{
	struct db_rows	 r;

	db_about(s, "listing what is disabled");
	db_open(&r, s, "SELECT what, since FROM disabled ORDER BY what",
	    NOARGS);
	while (db_next(&r))
		if (cb(db_text(&r, 0), db_int(&r, 1), arg) != 0)
			break;
	return db_end(&r);
}

struct enqueueing {
	const char	*id;
	int64_t		 watermark;
};

static enum store_status
enqueue(struct store *s, void *arg)
{
	const struct enqueueing	*e = arg;

	return stage_two_enqueue_selecting(s, e->id, e->watermark);
}

enum store_status
store_thread_enqueue(struct store *s, const char *id, int64_t watermark)
{
	struct enqueueing	 e = { id, watermark };

	db_about(s, "enqueueing the memories of thread %s", id);
	return db_transaction(s, "stage_two", enqueue, &e);
}

/* What failed, and what waits to be tried again. */
#define STUCK								\
	" WHERE (?1 IS NULL OR kind = ?1) AND (?2 IS NULL OR job_key = ?2)"\
	" AND (status = 'error' OR (status = 'pending' AND"		\
	"  (retry_at IS NOT NULL OR retry_remaining <= 0)))"

struct retrying {
	const struct store_job_name	*which;
	store_retried_cb		*cb;
	void				*arg;
};

static enum store_status
retry(struct store *s, void *arg)
{
	const struct retrying		*t = arg;
	const struct store_job_name	*which = t->which;
	struct store_job_name		 name;
	struct db_rows			 r;

	db_open(&r, s, "SELECT kind, job_key FROM jobs" STUCK
	    " ORDER BY kind, job_key",
	    ARGS(TEXT(which->kind), TEXT(which->key)));
	while (db_next(&r)) {
		name.kind = db_text(&r, 0);
		name.key = db_text(&r, 1);
		if (t->cb(&name, t->arg) != 0)
			break;
	}
	if (db_end(&r) != STORE_OK)
		return r.status;
	return db_run(s, "UPDATE jobs SET status = 'pending', retry_at ="
	    " NULL, retry_remaining = max(retry_remaining, 3)" STUCK,
	    ARGS(TEXT(which->kind), TEXT(which->key)));
}

enum store_status
store_retry(struct store *s, const struct store_job_name *which,
    store_retried_cb *cb, void *arg)
{
	struct retrying	 t = { which, cb, arg };

	db_about(s, "making failed jobs due");
	return db_transaction(s, "claim", retry, &t);
}

static enum store_status
again(struct store *s, void *arg)
{
	const char		*id = arg;
	enum store_status	 st;

	st = db_run(s, "UPDATE stage1_outputs SET outdated = 1"
	    " WHERE thread_id = ?", ARGS(TEXT(id)));
	if (st != STORE_OK)
		return st;
	return db_run(s, "UPDATE jobs SET retry_at = NULL,"
	    " status = iif(status = 'error', 'pending', status),"
	    " retry_remaining = max(retry_remaining, 3),"
	    " last_success_watermark = NULL"
	    " WHERE kind = '" KIND_STAGE_ONE "' AND job_key = ?"
	    " AND status <> 'running'", ARGS(TEXT(id)));
}

enum store_status
store_thread_again(struct store *s, const char *id)
{
	char	 copy[UUID_SIZE];

	snprintf(copy, sizeof(copy), "%s", id);
	db_about(s, "thread %s once more", id);
	return db_transaction(s, "claim", again, copy);
}
