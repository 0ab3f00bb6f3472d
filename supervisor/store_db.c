#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/hook.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/utf8.h"
#include "supervisor/store_db.h"

/*
 * Statements and transactions.  Statements are prepared once and found by
 * the address of their text; one that a list is being read from is passed
 * over, so a callback may run the same statement.
 */

void
db_about(struct store *s, const char *fmt, ...)
{
	va_list	 ap;

	va_start(ap, fmt);
	vsnprintf(s->about, sizeof(s->about), fmt, ap);
	va_end(ap);
}

enum store_status
db_status(int rc)
{
	switch (rc & 0xff) {
	case SQLITE_OK:
	case SQLITE_ROW:
	case SQLITE_DONE:
		return STORE_OK;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return STORE_BUSY;
	case SQLITE_FULL:
		return STORE_FULL;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return STORE_CORRUPT;
	default:
		return STORE_ERROR;
	}
}

/*
 * SQLite rolls the whole transaction back by itself when the disk is full
 * or fails.  What came before is then lost too, and the outermost commit
 * must not say otherwise.
 */
static void
note_lost(struct store *s, enum store_status why)
{
	if (s->lost == STORE_OK && s->depth > 0 &&
	    sqlite3_get_autocommit(s->db) != 0)
		s->lost = why;
}

enum store_status
db_error(struct store *s, int rc)
{
	enum store_status	 st = db_status(rc);

	if (st == STORE_OK)
		return st;
	if (s->db != NULL)
		note_lost(s, st);
	if (st == STORE_CORRUPT && db_unreadable(s)) {
		log_warn("%s: %s failed, nothing was changed", s->path,
		    s->about);
		return STORE_ERROR;
	}
	log_warnx("%s: %s failed, nothing was changed: %s", s->path, s->about,
	    s->db == NULL ? sqlite3_errstr(rc) : sqlite3_errmsg(s->db));
	return st;
}

static struct db_stmt *
stmt_find(struct store *s, const char *sql)
{
	struct db_stmt	*p;

	for (p = s->stmts; p != NULL; p = p->next)
		if (p->sql == sql && !p->busy)
			return p;
	return NULL;
}

static enum store_status
stmt_prepare(struct store *s, const char *sql, struct db_stmt **slot)
{
	struct db_stmt	*p;
	sqlite3_stmt	*stmt;
	int		 rc;

	*slot = stmt_find(s, sql);
	if (*slot != NULL)
		return STORE_OK;
	rc = sqlite3_prepare_v3(s->db, sql, -1, SQLITE_PREPARE_PERSISTENT,
	    &stmt, NULL);
	if (rc != SQLITE_OK)
		return db_error(s, rc);
	p = xcalloc(1, sizeof(*p));
	p->sql = sql;
	p->stmt = stmt;
	p->next = s->stmts;
	s->stmts = p;
	*slot = p;
	return STORE_OK;
}

static int
stmt_bind(sqlite3_stmt *stmt, const struct db_arg *args)
{
	int	 i, rc = SQLITE_OK;

	for (i = 0; args[i].kind != DB_END && rc == SQLITE_OK; i++) {
		if (args[i].kind == DB_INT)
			rc = sqlite3_bind_int64(stmt, i + 1, args[i].i);
		else
			rc = sqlite3_bind_text(stmt, i + 1, args[i].s, -1,
			    SQLITE_TRANSIENT);
	}
	if (rc == SQLITE_OK && i != sqlite3_bind_parameter_count(stmt))
		BUG("%d arguments for: %s", i, sqlite3_sql(stmt));
	return rc;
}

void
db_forget_statements(struct store *s)
{
	struct db_stmt	*p;

	while ((p = s->stmts) != NULL) {
		s->stmts = p->next;
		sqlite3_finalize(p->stmt);
		free(p);
	}
}

void
db_open(struct db_rows *r, struct store *s, const char *sql,
    const struct db_arg *args)
{
	int	 rc;

	r->store = s;
	r->slot = NULL;
	r->status = s->lost != STORE_OK ? s->lost :
	    stmt_prepare(s, sql, &r->slot);
	if (r->status != STORE_OK)
		return;
	r->slot->busy = 1;
	rc = stmt_bind(r->slot->stmt, args);
	if (rc != SQLITE_OK)
		r->status = db_error(s, rc);
}

/*
 * SQLITE_ROW; or SQLITE_CORRUPT, and the column whose bytes are no UTF-8; or
 * SQLITE_NOMEM: a text that is there cannot be had, and would be NULL.
 */
static int
check_texts(sqlite3_stmt *stmt, const char **column)
{
	const char	*s;
	size_t		 len;
	int		 i, type;

	for (i = 0; i < sqlite3_data_count(stmt); i++) {
		type = sqlite3_column_type(stmt, i);
		if (type != SQLITE_TEXT && type != SQLITE_BLOB)
			continue;
		s = (const char *)sqlite3_column_text(stmt, i);
		len = (size_t)sqlite3_column_bytes(stmt, i);
		if (s == NULL && type == SQLITE_TEXT)
			return SQLITE_NOMEM;
		if (s == NULL || utf8_run(s, len) == len)
			continue;
		*column = sqlite3_column_name(stmt, i);
		return SQLITE_CORRUPT;
	}
	return SQLITE_ROW;
}

/*
 * All that we write is UTF-8.  SQLite has no sums of its pages: a bit that
 * flipped in a text comes back as it is, and no worker takes it.
 */
int
db_next(struct db_rows *r)
{
	const char	*column = NULL;
	int		 rc;

	if (r->status != STORE_OK)
		return 0;
	rc = sqlite3_step(r->slot->stmt);
	if (rc == SQLITE_ROW)
		rc = check_texts(r->slot->stmt, &column);
	if (rc == SQLITE_ROW)
		return 1;
	if (column == NULL) {
		r->status = db_error(r->store, rc);
		return 0;
	}
	log_warnx("%s: %s failed, nothing was changed: the file is damaged, a "
	    "text (%s) is not UTF-8", r->store->path, r->store->about, column);
	r->status = STORE_CORRUPT;
	return 0;
}

enum store_status
db_end(struct db_rows *r)
{
	if (r->slot != NULL) {
		sqlite3_reset(r->slot->stmt);
		sqlite3_clear_bindings(r->slot->stmt);
		r->slot->busy = 0;
		r->slot = NULL;
	}
	return r->status;
}

int64_t
db_int(const struct db_rows *r, int column)
{
	return sqlite3_column_int64(r->slot->stmt, column);
}

const char *
db_text(const struct db_rows *r, int column)
{
	return (const char *)sqlite3_column_text(r->slot->stmt, column);
}

enum store_status
db_run(struct store *s, const char *sql, const struct db_arg *args)
{
	struct db_rows	 r;

	db_open(&r, s, sql, args);
	while (db_next(&r))
		continue;
	s->changes = r.status == STORE_OK ? sqlite3_changes64(s->db) : 0;
	return db_end(&r);
}

enum store_status
db_run_one(struct store *s, const char *sql, const struct db_arg *args)
{
	enum store_status	 st = db_run(s, sql, args);

	if (st == STORE_OK && s->changes == 0)
		return STORE_NONE;
	return st;
}

enum store_status
db_value(struct store *s, const char *sql, const struct db_arg *args,
    int64_t *value)
{
	struct db_rows		 r;
	enum store_status	 st;
	int			 found;

	db_open(&r, s, sql, args);
	found = db_next(&r);
	if (found)
		*value = db_int(&r, 0);
	st = db_end(&r);
	if (st == STORE_OK && !found)
		return STORE_NONE;
	return st;
}

enum store_status
db_script(struct store *s, const char *sql)
{
	return db_error(s, sqlite3_exec(s->db, sql, NULL, NULL, NULL));
}

/* A reader asks for no lock: its snapshot begins with the first read. */
static const char *
begin_of(const struct store *s)
{
	return s->reader ? "BEGIN" : "BEGIN IMMEDIATE";
}

static const char	release[] = "RELEASE nested";

enum store_status
store_begin(struct store *s)
{
	enum store_status	 st;

	if (s->lost != STORE_OK)
		return s->lost;
	/* The innermost savepoint of a name is meant by it. */
	st = db_run(s, s->depth == 0 ? begin_of(s) : "SAVEPOINT nested",
	    NOARGS);
	if (st == STORE_OK)
		s->depth++;
	return st;
}

void
store_rollback(struct store *s)
{
	if (s->depth == 0)
		return;
	note_lost(s, STORE_ERROR);
	s->depth--;
	if (s->lost == STORE_OK && s->depth == 0)
		(void)db_script(s, "ROLLBACK");
	else if (s->lost == STORE_OK) {
		(void)db_script(s, "ROLLBACK TO nested");
		(void)db_run(s, release, NOARGS);
	}
	if (s->depth == 0)
		s->lost = STORE_OK;
}

static enum store_status
commit_inner(struct store *s)
{
	enum store_status	 st = db_run(s, release, NOARGS);

	if (st == STORE_OK)
		s->depth--;
	else
		store_rollback(s);
	return st;
}

static enum store_status
commit_outer(struct store *s, const char *what)
{
	enum store_status	 st;
	char			 point[64];

	snprintf(point, sizeof(point), "store.%s.before", what);
	hook_crash(point);
	st = db_run(s, "COMMIT", NOARGS);
	if (st != STORE_OK) {
		store_rollback(s);
		return st;
	}
	s->depth = 0;
	snprintf(point, sizeof(point), "store.%s.after", what);
	hook_crash(point);
	return STORE_OK;
}

static enum store_status
commit(struct store *s, const char *what)
{
	enum store_status	 lost;

	if (s->depth == 0)
		BUG("commit outside a transaction");
	note_lost(s, STORE_ERROR);
	lost = s->lost;
	if (lost != STORE_OK) {
		store_rollback(s);
		return lost;
	}
	return s->depth == 1 ? commit_outer(s, what) : commit_inner(s);
}

enum store_status
store_commit(struct store *s)
{
	return commit(s, "batch");
}

enum store_status
db_transaction(struct store *s, const char *what, db_body *body, void *arg)
{
	enum store_status	 st = store_begin(s);

	if (st != STORE_OK)
		return st;
	st = body(s, arg);
	if (st == STORE_OK)
		return commit(s, what);
	store_rollback(s);
	return st;
}

enum store_status
db_transaction_lazy(struct store *s, const char *what, db_body *body,
    void *arg)
{
	enum store_status	 st;
	int			 outer = s->depth == 0;

	if (outer && (st = db_script(s, "PRAGMA synchronous = NORMAL")) !=
	    STORE_OK)
		return st;
	st = db_transaction(s, what, body, arg);
	/* What comes next must not be lazy: that is worse than a failure. */
	if (outer && db_script(s, "PRAGMA synchronous = FULL") != STORE_OK)
		log_fatalx("%s: cannot be made to wait for the disk", s->path);
	return st;
}
