#include <stddef.h>
#include <string.h>

#include "common/log.h"
#include "common/mem.h"
#include "supervisor/store_db.h"

/*
 * Threads, and what must not come back of them.
 */

#define I(field) { DB_INT, offsetof(struct store_thread, field) }
#define T(field) { DB_TEXT, offsetof(struct store_thread, field) }
static const struct db_column thread_columns[] = {
	T(id), T(session_id), T(source_name), T(rollout_path),
	T(content_hash), I(created_at_ms), I(updated_at_ms), T(source),
	T(thread_source), T(model_provider), T(cwd), T(cli_version),
	T(title), T(preview), T(first_user_message), I(archived),
	T(git_sha), T(git_branch), T(git_origin_url), T(memory_mode),
	{ DB_END, 0 }
};
#undef I
#undef T
const struct db_shape thread_shape = {
	thread_columns, sizeof(struct store_thread)
};

enum store_status
store_thread_get(struct store *s, const char *id, struct store_thread **out)
{
	struct db_rows		 r;
	enum store_status	 st;
	void			*row;

	db_about(s, "reading thread %s", id);
	db_open(&r, s, "SELECT " THREAD_COLUMNS " FROM threads t"
	    " WHERE t.id = ?", ARGS(TEXT(id)));
	st = db_row_get(&r, &thread_shape, &row);
	*out = row;
	return st;
}

void
store_thread_free(struct store_thread *t)
{
	db_row_free(&thread_shape, t);
}

struct thread_list {
	store_thread_cb	*cb;
	void		*arg;
};

static int
hand_thread(const void *row, void *arg)
{
	const struct thread_list	*l = arg;

	return l->cb(row, l->arg);
}

enum store_status
store_thread_each(struct store *s, store_thread_cb *cb, void *arg)
{
	struct thread_list	 l = { cb, arg };
	struct db_rows		 r;

	db_about(s, "listing threads");
	db_open(&r, s, "SELECT " THREAD_COLUMNS " FROM threads t"
	    " ORDER BY t.updated_at_ms DESC, t.id DESC", NOARGS);
	return db_row_each(&r, &thread_shape, hand_thread, &l);
}

/*
 * What a memory was made from is to be forgotten by it: the version is
 * that of the output, or of the selection where the output is gone.
 */
static enum store_status
enqueue_forgetting(struct store *s, const char *id)
{
	enum store_status	 st;
	int64_t			 watermark = 0;

	st = db_value(s, "SELECT max(source_updated_at) FROM ("
	    "SELECT source_updated_at FROM stage1_outputs"
	    " WHERE thread_id = ?1 UNION ALL "
	    "SELECT source_updated_at FROM selections WHERE thread_id = ?1)",
	    ARGS(TEXT(id)), &watermark);
	if (st != STORE_OK)
		return st;
	return stage_two_enqueue_selecting(s, id, watermark);
}

struct mode_change {
	const char	*id;
	const char	*mode;
	int64_t		 changed;
};

static enum store_status
set_memory_mode(struct store *s, void *arg)
{
	struct mode_change	*c = arg;
	enum store_status	 st;
	int64_t			 known;

	st = db_value(s, "SELECT count(*) FROM threads WHERE id = ?",
	    ARGS(TEXT(c->id)), &known);
	if (st == STORE_OK && known == 0)
		return STORE_NONE;
	if (st == STORE_OK)
		st = db_run(s, "UPDATE threads SET memory_mode = ?1"
		    " WHERE id = ?2 AND memory_mode <> ?1",
		    ARGS(TEXT(c->mode), TEXT(c->id)));
	c->changed = s->changes;
	if (st == STORE_OK && (strcmp(c->mode, "polluted") == 0 ||
	    (c->changed && strcmp(c->mode, "enabled") != 0)))
		st = enqueue_forgetting(s, c->id);
	return st;
}

enum store_status
store_thread_set_memory_mode(struct store *s, const char *id,
    const char *mode, int64_t *changed)
{
	struct mode_change	 c = { id, mode, 0 };
	enum store_status	 st;

	db_about(s, "setting memory mode of thread %s", id);
	st = db_transaction(s, "memory_mode", set_memory_mode, &c);
	*changed = st == STORE_OK ? c.changed : 0;
	return st;
}

struct forgetting {
	const char	*id;
	const char	*reason;
	int64_t		 now;
};

static enum store_status
forget_thread(struct store *s, void *arg)
{
	const struct forgetting	*f = arg;
	enum store_status	 st;

	st = enqueue_forgetting(s, f->id);
	if (st == STORE_OK)
		st = db_run(s, "DELETE FROM stage1_outputs"
		    " WHERE thread_id = ?", ARGS(TEXT(f->id)));
	if (st == STORE_OK)
		st = db_run(s, "DELETE FROM jobs WHERE kind = '"
		    KIND_STAGE_ONE "' AND job_key = ?", ARGS(TEXT(f->id)));
	if (st != STORE_OK || f->reason == NULL)
		return st;
	return db_run(s, "INSERT OR IGNORE INTO tombstones"
	    " (thread_id, made_at, reason) VALUES (?, ?, ?)",
	    ARGS(TEXT(f->id), INT(f->now), TEXT(f->reason)));
}

enum store_status
store_thread_forget(struct store *s, const char *id, const char *reason,
    int64_t now)
{
	struct forgetting	 f = { id, reason, now };

	db_about(s, "forgetting thread %s", id);
	return db_transaction(s, "forget", forget_thread, &f);
}

enum store_status
store_tombstone_each(struct store *s, int (*cb)(const char *, void *),
    void *arg)
{
	struct db_rows	 r;

	db_about(s, "listing tombstones");
	db_open(&r, s, "SELECT thread_id FROM tombstones"
	    " ORDER BY made_at, thread_id", NOARGS);
	while (db_next(&r))
		if (cb(db_text(&r, 0), arg) != 0)
			break;
	return db_end(&r);
}
