#ifndef MNEMOD_STORE_DB_H
#define MNEMOD_STORE_DB_H

#include <sqlite3.h>
#include <stddef.h>
#include <stdint.h>
#include "store.h"

/*
 * What the store*.c files share: the connection, its statements, and rows
 * as structs.  Nothing outside them includes this.
 */

struct db_stmt {
	const char	*sql;		/* a constant: the key */
	sqlite3_stmt	*stmt;
	int		 busy;		/* a list is being read from it */
	struct db_stmt	*next;
};

struct store {
	sqlite3		*db;
	char		*path;		/* of the file, for messages */
	struct db_stmt	*stmts;		/* cached */
	unsigned	 depth;		/* of transactions */
	enum store_status lost;		/* the outer one was rolled back */
	int64_t		 changes;	/* rows of the last db_run() */
	int		 reader;	/* STORE_READER */
	int		 at_rest;	/* opened without looking for a -wal */
	char		 about[192];	/* object of the operation */
};

/* Name the object that messages are about, until the next call. */
void db_about(struct store *, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* What a result of SQLite means. */
enum store_status db_status(int rc);

/* Log what SQLite says of result `rc' and turn it into a status. */
enum store_status db_error(struct store *, int rc);

/*
 * 1, with errno, if the file or its -wal cannot be read now.  SQLite (3.40,
 * vdbe.c) calls a database malformed of which a read(2) failed with EIO.
 */
int db_unreadable(const struct store *);

/* Arguments of a statement: ARGS(TEXT(id), INT(now)); NULL text is NULL. */
enum db_kind { DB_END, DB_INT, DB_TEXT };
struct db_arg {
	enum db_kind	 kind;
	int64_t		 i;
	const char	*s;
};
#define INT(x)	{ DB_INT, (x), NULL }
#define TEXT(x)	{ DB_TEXT, 0, (x) }
#define ARGS(...) ((const struct db_arg[]){ __VA_ARGS__, { DB_END, 0, NULL } })
#define NOARGS	  ((const struct db_arg[]){ { DB_END, 0, NULL } })

/* Run one statement that gives no rows; store->changes says how many. */
enum store_status db_run(struct store *, const char *sql,
    const struct db_arg *);
/* The same, but STORE_NONE if no row was changed. */
enum store_status db_run_one(struct store *, const char *sql,
    const struct db_arg *);
/* The integer of the first row (NULL: 0), STORE_NONE if there is no row. */
enum store_status db_value(struct store *, const char *sql,
    const struct db_arg *, int64_t *value);
/* Statements without arguments, not cached: pragmas and migrations. */
enum store_status db_script(struct store *, const char *sql);

/*
 * A list: db_open(), db_next() while it returns 1, db_end() always; its
 * result is that of the whole.
 */
struct db_rows {
	struct store	*store;
	struct db_stmt	*slot;
	enum store_status status;
};
void db_open(struct db_rows *, struct store *, const char *sql,
    const struct db_arg *);
int db_next(struct db_rows *);
enum store_status db_end(struct db_rows *);
int64_t db_int(const struct db_rows *, int column);
const char *db_text(const struct db_rows *, int column);

/* Finalise every cached statement. */
void db_forget_statements(struct store *);

/*
 * One transaction around `body': committed if it returns STORE_OK, else
 * rolled back.  Inside another one it is a savepoint.  The crash points
 * store.`what'.before and .after are beside the commit.
 */
typedef enum store_status db_body(struct store *, void *arg);
enum store_status db_transaction(struct store *, const char *what,
    db_body *, void *arg);

/*
 * The same, but the commit does not wait for the disk: a loss of power, not a
 * crash, may undo it together with the lazy ones since the last other commit.
 * For what is then done again at no cost.
 */
enum store_status db_transaction_lazy(struct store *, const char *what,
    db_body *, void *arg);

/*
 * A struct as a row: where each column of a table is in it.  The order is
 * that of the select list or of the bound parameters.
 */
struct db_column {
	enum db_kind	 kind;
	size_t		 offset;
};
#define DB_MAX_COLUMNS	24
struct db_shape {
	const struct db_column	*columns;	/* ends with DB_END */
	size_t			 size;		/* of the struct */
};

/* Fill `row' from the columns at `first' and on; text is borrowed. */
void db_row_read(const struct db_rows *, int first,
    const struct db_shape *, void *row);
/* The row as arguments; `args' has room for DB_MAX_COLUMNS + 1. */
void db_row_args(const struct db_shape *, const void *row,
    struct db_arg *args);
/* A copy that owns its text, and its end (NULL allowed). */
void *db_row_dup(const struct db_shape *, const void *row);
void db_row_free(const struct db_shape *, void *row);

/*
 * Read the first row as a copy that the caller owns.  STORE_NONE: no row.
 */
enum store_status db_row_get(struct db_rows *, const struct db_shape *,
    void **row);
/* Hand every row to `cb' until it returns non-zero. */
typedef int db_row_cb(const void *row, void *arg);
enum store_status db_row_each(struct db_rows *, const struct db_shape *,
    db_row_cb *, void *arg);

/*
 * store_schema.c: bring the database to the newest schema.  `steps' is the
 * SQL of each version; a file gets a copy beside it before each step.
 */
enum store_status schema_migrate(struct store *, const char *const *steps,
    int64_t nsteps);
/* The version it has; refuses another program's, logged. */
enum store_status schema_version(struct store *, int64_t *version);
extern const char *const schema_steps[];
extern const int64_t schema_nsteps;

/* Select list and shape of `sources'. */
#define FILES								\
	"SELECT source_name, path, dev, ino, size, mtime_ns, hash,"	\
	" thread_id, updated_at_ms, archived, compressed, reason,"	\
	" missing_since, missing_last, last_result, last_result_at,"	\
	" gave_up"							\
	" FROM sources "
extern const struct db_shape file_shape;

/* Select list and shape of `agents'. */
#define AGENTS								\
	"SELECT thread_id, session_id, memory, ownership_token,"	\
	" input_watermark, status, started_at, finished_at, turns,"	\
	" tokens, exit_status, base_commit, published_commit, reason,"	\
	" generator"							\
	" FROM agents "
extern const struct db_shape agent_shape;

/* The kinds of jobs. */
#define KIND_STAGE_ONE	"memory_stage1"
#define KIND_STAGE_TWO	"memory_consolidate"

/* Select list and shape of `threads', used where threads are listed. */
#define THREAD_COLUMNS							\
	"t.id, t.session_id, t.source_name, t.rollout_path, "		\
	"t.content_hash, t.created_at_ms, t.updated_at_ms, t.source, "	\
	"t.thread_source, t.model_provider, t.cwd, t.cli_version, "	\
	"t.title, t.preview, t.first_user_message, t.archived, "	\
	"t.git_sha, t.git_branch, t.git_origin_url, t.memory_mode"
#define THREAD_NCOLUMNS 20
extern const struct db_shape thread_shape;

/* Select list and shape of an output with its thread. */
#define ROWS								\
	"SELECT o.thread_id, t.session_id, o.source_updated_at,"	\
	" o.raw_memory, o.rollout_summary, o.rollout_slug, o.facts,"	\
	" o.generator, o.generated_at, o.usage_count, o.last_usage,"	\
	" o.keeps, t.rollout_path, t.cwd, t.git_branch,"		\
	" t.git_origin_url, t.title FROM stage1_outputs o"		\
	" JOIN threads t ON t.id = o.thread_id"
extern const struct db_shape row_shape;

/* Inside a transaction: store_stage_one_try(). */
enum store_status stage_one_attempt(struct store *,
    const struct store_thread *, const struct store_stage_one_rules *,
    struct store_job *);
/* Inside a transaction: enqueue the memories that last selected it. */
enum store_status stage_two_enqueue_selecting(struct store *,
    const char *thread_id, int64_t watermark);
/* Inside a transaction: see store_stage_two_enqueue(). */
enum store_status stage_two_enqueue(struct store *, const char *memory,
    int64_t watermark);
/*
 * Inside a transaction: what the agent was given is the memory's selection,
 * less what e->left says.
 */
enum store_status selection_replace(struct store *,
    const struct store_stage_two_end *);
/* Inside a transaction: replace the citations of a thread. */
enum store_status citations_replace(struct store *,
    const struct store_finish *);
/* Inside a transaction: count anew how often an output was cited. */
enum store_status usage_refresh(struct store *, const char *thread_id);

/*
 * PRAGMA quick_check or integrity_check: STORE_OK; or STORE_CORRUPT, or
 * another status where not all could be read, with the first thing that is
 * wrong in `why'.
 */
enum store_status db_sound(struct store *, const char *pragma,
    struct buf *why);
/* The same, with that in the log. */
enum store_status db_check(struct store *, const char *pragma);

#endif
