#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "common/mem.h"
#include "supervisor/store_db.h"

/*
 * The files that threads come from.  Of several files of one thread one
 * wins and gives the thread its row.  When the winner changes to a file
 * whose contents are not at hand, that file's size is set to -1: the next
 * scan then finds it changed and hands its thread over again.
 */

#define I(field) { DB_INT, offsetof(struct store_file, field) }
#define T(field) { DB_TEXT, offsetof(struct store_file, field) }
static const struct db_column file_columns[] = {
	T(source_name), T(path), I(dev), I(ino), I(size), I(mtime_ns),
	T(hash), T(thread_id), I(updated_at_ms), I(archived),
	I(compressed), T(reason), I(missing_since), I(missing_last),
	T(last_result), I(last_result_at), T(gave_up), { DB_END, 0 }
};
#undef I
#undef T
const struct db_shape file_shape = {
	file_columns, sizeof(struct store_file)
};

struct put {
	struct store_file	 file;
	const struct store_thread *thread;	/* or NULL */
	int64_t			 now;
};

/* What is known of it stays: last_result, last_result_at, gave_up. */
static enum store_status
write_file(struct store *s, const struct store_file *f)
{
	return db_run(s, "INSERT INTO sources (source_name, path, dev, ino,"
	    " size, mtime_ns, hash, thread_id, updated_at_ms, archived,"
	    " compressed, reason) VALUES (?,?,?,?,?,?,?,?,?,?,?,?)"
	    " ON CONFLICT (source_name, path) DO UPDATE SET"
	    " dev = excluded.dev, ino = excluded.ino, size = excluded.size,"
	    " mtime_ns = excluded.mtime_ns, hash = excluded.hash,"
	    " thread_id = excluded.thread_id,"
	    " updated_at_ms = excluded.updated_at_ms,"
	    " archived = excluded.archived,"
	    " compressed = excluded.compressed, reason = excluded.reason,"
	    " missing_since = 0, missing_last = 0",
	    ARGS(TEXT(f->source_name), TEXT(f->path), INT(f->dev),
	    INT(f->ino), INT(f->size), INT(f->mtime_ns),
	    TEXT(f->hash == NULL ? "" : f->hash), TEXT(f->thread_id),
	    INT(f->updated_at_ms), INT(f->archived), INT(f->compressed),
	    TEXT(f->reason)));
}

/* The archived flag and the version are the winner's. */
static enum store_status
write_thread(struct store *s, const struct store_thread *t)
{
	struct db_arg	 args[DB_MAX_COLUMNS + 1];

	db_row_args(&thread_shape, t, args);
	return db_run(s, "INSERT INTO threads (id, session_id, source_name,"
	    " rollout_path, content_hash, created_at_ms, updated_at_ms,"
	    " source, thread_source, model_provider, cwd, cli_version,"
	    " title, preview, first_user_message, archived, git_sha,"
	    " git_branch, git_origin_url, memory_mode)"
	    " VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"
	    " ON CONFLICT (id) DO UPDATE SET"
	    " session_id = excluded.session_id,"
	    " source_name = excluded.source_name,"
	    " rollout_path = excluded.rollout_path,"
	    " content_hash = excluded.content_hash,"
	    " created_at_ms = excluded.created_at_ms,"
	    " updated_at_ms = excluded.updated_at_ms,"
	    " source = excluded.source,"
	    " thread_source = excluded.thread_source,"
	    " model_provider = excluded.model_provider,"
	    " cwd = excluded.cwd, cli_version = excluded.cli_version,"
	    " title = excluded.title, preview = excluded.preview,"
	    " first_user_message = excluded.first_user_message,"
	    " archived = excluded.archived, git_sha = excluded.git_sha,"
	    " git_branch = excluded.git_branch,"
	    " git_origin_url = excluded.git_origin_url,"
	    " memory_mode = excluded.memory_mode", args);
}

/* The same content is the same version, whatever its times say. */
static enum store_status
keep_version(struct store *s, struct put *p)
{
	enum store_status	 st;
	int64_t			 known = 0;

	st = db_value(s, "SELECT updated_at_ms FROM threads"
	    " WHERE id = ? AND content_hash = ?",
	    ARGS(TEXT(p->thread->id), TEXT(p->file.hash)), &known);
	if (st == STORE_OK)
		p->file.updated_at_ms = known;
	return st == STORE_NONE ? STORE_OK : st;
}

#define WINNER_OF							\
	"(SELECT w.path FROM sources w WHERE w.thread_id = ?1"		\
	" ORDER BY w.missing_since <> 0, w.updated_at_ms DESC,"		\
	" w.archived, w.path LIMIT 1)"

/* 1 if the file is the winner of its thread, or there is no row yet. */
static enum store_status
wins(struct store *s, const struct put *p, int64_t *won)
{
	return db_value(s, "SELECT " WINNER_OF " = ?2 OR NOT EXISTS"
	    " (SELECT 1 FROM threads WHERE id = ?1)",
	    ARGS(TEXT(p->thread->id), TEXT(p->file.path)), won);
}

/* If another file than the thread's row says wins, it is read again. */
static enum store_status
refresh_winner(struct store *s, const char *thread_id)
{
	return db_run(s, "UPDATE sources SET size = -1"
	    " WHERE thread_id = ?1 AND missing_since = 0"
	    " AND path = " WINNER_OF " AND path <>"
	    " (SELECT rollout_path FROM threads WHERE id = ?1)",
	    ARGS(TEXT(thread_id)));
}

/* Before the row is written: what it says now tells what changes. */
static enum store_status
change_memory_mode(struct store *s, const struct store_thread *t)
{
	enum store_status	 st;
	int64_t			 changed;

	if (strcmp(t->memory_mode, "enabled") == 0)
		return STORE_OK;
	st = store_thread_set_memory_mode(s, t->id, t->memory_mode,
	    &changed);
	return st == STORE_NONE ? STORE_OK : st;
}

static enum store_status
write_if_winner(struct store *s, const struct put *p)
{
	struct store_thread	 t = *p->thread;
	enum store_status	 st;
	int64_t			 won = 0, forgotten = 0;

	st = wins(s, p, &won);
	if (st != STORE_OK || won == 0)
		return st == STORE_OK ? refresh_winner(s, t.id) : st;
	st = change_memory_mode(s, &t);
	if (st != STORE_OK)
		return st;
	t.source_name = p->file.source_name;
	t.rollout_path = p->file.path;
	t.content_hash = p->file.hash;
	t.updated_at_ms = p->file.updated_at_ms;
	t.archived = p->file.archived;
	st = db_value(s, "SELECT count(*) FROM tombstones"
	    " WHERE thread_id = ?", ARGS(TEXT(t.id)), &forgotten);
	if (forgotten > 0)
		t.title = t.preview = t.first_user_message = "";
	return st == STORE_OK ? write_thread(s, &t) : st;
}

/* The thread that a file holds, NULL if none; the caller frees it. */
static enum store_status
thread_of(struct store *s, const struct store_file *f, char **id)
{
	struct db_rows	 r;

	*id = NULL;
	db_open(&r, s, "SELECT thread_id FROM sources WHERE source_name = ?"
	    " AND path = ? AND thread_id IS NOT NULL",
	    ARGS(TEXT(f->source_name), TEXT(f->path)));
	if (db_next(&r))
		*id = xstrdup(db_text(&r, 0));
	return db_end(&r);
}

/* A file that held another thread until now: that one looks elsewhere. */
static enum store_status
leave_other_thread(struct store *s, const struct store_file *f)
{
	enum store_status	 st;
	char			*old;

	st = thread_of(s, f, &old);
	if (st != STORE_OK || old == NULL)
		return st;
	if (f->thread_id == NULL || strcmp(old, f->thread_id) != 0) {
		st = db_run(s, "UPDATE sources SET thread_id = NULL"
		    " WHERE source_name = ? AND path = ?",
		    ARGS(TEXT(f->source_name), TEXT(f->path)));
		if (st == STORE_OK)
			st = refresh_winner(s, old);
	}
	free(old);
	return st;
}

static enum store_status
put_file(struct store *s, void *arg)
{
	struct put		*p = arg;
	enum store_status	 st;

	st = leave_other_thread(s, &p->file);
	if (st == STORE_OK && p->thread != NULL)
		st = keep_version(s, p);
	if (st == STORE_OK)
		st = write_file(s, &p->file);
	if (st == STORE_OK && p->thread != NULL)
		st = write_if_winner(s, p);
	return st;
}

enum store_status
store_file_put(struct store *s, const struct store_file *f,
    const struct store_thread *t)
{
	struct put	 p = { .file = *f, .thread = t };

	db_about(s, "recording %s", f->path);
	p.file.thread_id = t == NULL ? NULL : t->id;
	if (t != NULL)
		p.file.updated_at_ms = t->updated_at_ms;
	return db_transaction(s, "file", put_file, &p);
}

/* A file came back or went: its thread may have another winner now. */
static enum store_status
refresh_thread_of(struct store *s, const struct store_file *f)
{
	enum store_status	 st;
	char			*id;

	st = thread_of(s, f, &id);
	if (st == STORE_OK && id != NULL)
		st = refresh_winner(s, id);
	free(id);
	return st;
}

static enum store_status
move_file(struct store *s, void *arg)
{
	const struct store_file	*f = arg;
	enum store_status	 st;

	st = db_run_one(s, "UPDATE sources SET dev = ?, ino = ?, size = ?,"
	    " mtime_ns = ?, missing_since = 0, missing_last = 0"
	    " WHERE source_name = ? AND path = ? AND hash = ? AND hash <> ''"
	    " AND size >= 0",
	    ARGS(INT(f->dev), INT(f->ino), INT(f->size), INT(f->mtime_ns),
	    TEXT(f->source_name), TEXT(f->path), TEXT(f->hash)));
	return st == STORE_OK ? refresh_thread_of(s, f) : st;
}

enum store_status
store_file_moved(struct store *s, const struct store_file *f)
{
	struct store_file	 copy = *f;

	db_about(s, "recording %s", f->path);
	return db_transaction(s, "file", move_file, &copy);
}

static enum store_status
mark_missing(struct store *s, void *arg)
{
	const struct put	*p = arg;
	enum store_status	 st;

	st = db_run_one(s, "UPDATE sources SET missing_since = ?1,"
	    " missing_last = ?1 WHERE source_name = ?2 AND path = ?3"
	    " AND missing_since = 0", ARGS(INT(p->now),
	    TEXT(p->file.source_name), TEXT(p->file.path)));
	return st == STORE_OK ? refresh_thread_of(s, &p->file) : st;
}

enum store_status
store_file_vanished(struct store *s, const char *source_name,
    const char *path, int64_t now)
{
	struct put		 p = { .now = now };
	enum store_status	 st;

	db_about(s, "marking %s as missing", path);
	p.file.source_name = source_name;
	p.file.path = path;
	st = db_transaction(s, "file", mark_missing, &p);
	return st == STORE_NONE ? STORE_OK : st;
}

enum store_status
store_scan_ended(struct store *s, const char *source_name, int64_t now)
{
	db_about(s, "ending the scan of source %s", source_name);
	return db_run(s, "UPDATE sources SET missing_last = ?"
	    " WHERE source_name = ? AND missing_since <> 0",
	    ARGS(INT(now), TEXT(source_name)));
}

struct file_list {
	store_file_cb	*cb;
	void		*arg;
};

static int
hand_file(const void *row, void *arg)
{
	const struct file_list	*l = arg;

	return l->cb(row, l->arg);
}

enum store_status
store_file_each(struct store *s, const char *source_name,
    store_file_cb *cb, void *arg)
{
	struct file_list	 l = { cb, arg };
	struct db_rows		 r;

	db_about(s, "listing files of source %s", source_name);
	db_open(&r, s, FILES "WHERE source_name = ? ORDER BY path",
	    ARGS(TEXT(source_name)));
	return db_row_each(&r, &file_shape, hand_file, &l);
}

enum store_status
store_file_page(struct store *s, const struct store_page *p,
    store_file_cb *cb, void *arg)
{
	struct file_list	 l = { cb, arg };
	struct db_rows		 r;

	db_about(s, "listing files of source %s", p->source_name);
	db_open(&r, s, FILES "WHERE source_name = ? AND path > ?"
	    " AND missing_since = 0 AND (size < 0 OR NOT ?)"
	    " ORDER BY path LIMIT ?", ARGS(TEXT(p->source_name),
	    TEXT(p->after), INT(p->again), INT(p->limit)));
	return db_row_each(&r, &file_shape, hand_file, &l);
}

enum store_status
store_file_count(struct store *s, const char *source_name, int64_t *files,
    int64_t *missing)
{
	enum store_status	 st;

	db_about(s, "counting files of source %s", source_name);
	st = db_value(s, "SELECT count(*) FROM sources"
	    " WHERE source_name = ?", ARGS(TEXT(source_name)), files);
	if (st != STORE_OK)
		return st;
	return db_value(s, "SELECT count(*) FROM sources"
	    " WHERE source_name = ? AND missing_since <> 0",
	    ARGS(TEXT(source_name)), missing);
}
