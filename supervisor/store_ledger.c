#include <stddef.h>
#include <string.h>

#include "supervisor/store_db.h"

/*
 * The ledger of model requests, and what keeps a provider from being asked.
 * `tokens' and `money' are what counts: as reserved, then as used.
 */

enum store_status
store_ledger_reserve(struct store *s, const struct store_reserve *r,
    int64_t *id)
{
	enum store_status	 st;

	db_about(s, "reserving for a request of thread %s", r->thread_id);
	st = db_run(s, "INSERT INTO model_requests (at, provider, model,"
	    " purpose, thread_id, attempt, reserved, tokens, money)"
	    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7, ?8)",
	    ARGS(INT(r->at), TEXT(r->provider), TEXT(r->model),
	    TEXT(r->purpose), TEXT(r->thread_id), INT(r->attempt),
	    INT(r->tokens), INT(r->money)));
	*id = st == STORE_OK ? sqlite3_last_insert_rowid(s->db) : 0;
	return st;
}

struct settling {
	int64_t				 id;
	const struct store_settle	*with;
};

static enum store_status
settle(struct store *s, void *arg)
{
	const struct settling		*g = arg;
	const struct store_settle	*e = g->with;

	return db_run_one(s, "UPDATE model_requests SET settled_at = ?2,"
	    " outcome = ?3, http_status = ?4, sent_bytes = ?5,"
	    " received_bytes = ?6,"
	    " tokens = CASE WHEN ?7 THEN ?8 ELSE tokens END,"
	    " money = CASE WHEN ?7 THEN ?9 ELSE money END,"
	    " input = ?10, cached_input = ?11, output = ?12,"
	    " reasoning_output = ?13 WHERE id = ?1 AND settled_at IS NULL",
	    ARGS(INT(g->id), INT(e->at), TEXT(e->outcome),
	    INT(e->http_status), INT(e->sent_bytes), INT(e->received_bytes),
	    INT(e->has_usage), INT(e->tokens), INT(e->money), INT(e->input),
	    INT(e->cached_input), INT(e->output), INT(e->reasoning_output)));
}

/* If a loss of power undoes it, what was reserved counts, which is more. */
enum store_status
store_ledger_settle(struct store *s, int64_t id, const struct store_settle *e)
{
	struct settling	g = { id, e };

	db_about(s, "settling request %lld", (long long)id);
	return db_transaction_lazy(s, "settle", settle, &g);
}

enum store_status
store_ledger_spent(struct store *s, int64_t since, const char *thread_id,
    struct store_spent *sp)
{
	struct db_rows	 r;

	*sp = (struct store_spent){ 0, 0, 0, 0 };
	db_about(s, "adding up the ledger");
	db_open(&r, s, "SELECT count(*), sum(tokens), sum(money),"
	    " sum(settled_at IS NULL) FROM model_requests"
	    " WHERE at > ?1 AND (tokens > 0 OR money > 0)"
	    " AND (?2 IS NULL OR thread_id = ?2)",
	    ARGS(INT(since), TEXT(thread_id)));
	if (db_next(&r))
		*sp = (struct store_spent){ db_int(&r, 0), db_int(&r, 1),
		    db_int(&r, 2), db_int(&r, 3) };
	return db_end(&r);
}

#define USAGE "count(*), sum(outcome <> 'ok'), sum(settled_at IS NULL),"	\
	" sum(tokens), sum(money), sum(input), sum(cached_input),"		\
	" sum(output), sum(reasoning_output)"

static struct store_usage
usage_row(struct db_rows *r)
{
	return (struct store_usage){ db_int(r, 0), db_int(r, 1),
	    db_int(r, 2), db_int(r, 3), db_int(r, 4), db_int(r, 5),
	    db_int(r, 6), db_int(r, 7), db_int(r, 8) };
}

enum store_status
store_ledger_usage(struct store *s, const char *thread_id,
    struct store_usage *u)
{
	struct db_rows	 r;

	memset(u, 0, sizeof(*u));
	db_about(s, "adding up what thread %s asked", thread_id);
	db_open(&r, s, "SELECT " USAGE " FROM model_requests"
	    " WHERE thread_id = ?", ARGS(TEXT(thread_id)));
	if (db_next(&r))
		*u = usage_row(&r);
	return db_end(&r);
}

enum store_status
store_ledger_group(struct store *s, const struct ledger_grouping *g,
    store_ledger_group_cb *cb, void *arg)
{
#define GROUP(key)							\
	"SELECT " USAGE ", " key " AS key FROM model_requests AS r"	\
	" WHERE r.at > ? GROUP BY key ORDER BY key"
	static const char *const sql[] = {
		[LEDGER_BY_DAY] = GROUP("date(r.at, 'unixepoch')"),
		[LEDGER_BY_MODEL] = GROUP("r.provider || ':' || r.model"),
		[LEDGER_BY_PURPOSE] = GROUP("r.purpose"),
		[LEDGER_BY_MEMORY] = GROUP("(SELECT a.memory FROM agents"
		    " AS a WHERE a.thread_id = r.thread_id)")
	};
#undef GROUP
	struct store_usage	 u;
	struct db_rows		 r;

	db_about(s, "adding up the ledger");
	db_open(&r, s, sql[g->by], ARGS(INT(g->since)));
	while (db_next(&r)) {
		u = usage_row(&r);
		if (cb(db_text(&r, 9), &u, arg) != 0)
			break;
	}
	return db_end(&r);
}

enum store_status
store_ledger_each(struct store *s, int64_t since, store_ledger_cb *cb,
    void *arg)
{
	struct db_rows	 r;

	db_about(s, "reading the ledger");
	db_open(&r, s, "SELECT at, tokens, money FROM model_requests"
	    " WHERE at > ? AND (tokens > 0 OR money > 0) ORDER BY at, id",
	    ARGS(INT(since)));
	while (db_next(&r))
		if (cb(db_int(&r, 0), db_int(&r, 1), db_int(&r, 2), arg) != 0)
			break;
	return db_end(&r);
}

enum store_status
store_ledger_threads(struct store *s, int64_t since, int64_t *n,
    int64_t *first)
{
	struct db_rows	 r;

	*n = *first = 0;
	db_about(s, "counting what stage one asked about");
	/* A plus: by the index of the times, not through all months. */
	db_open(&r, s, "SELECT count(*), min(last) FROM"
	    " (SELECT max(at) AS last FROM model_requests WHERE at > ?"
	    " AND purpose = 'stage_one' AND (tokens > 0 OR money > 0)"
	    " GROUP BY +thread_id)", ARGS(INT(since)));
	if (db_next(&r)) {
		*n = db_int(&r, 0);
		*first = db_int(&r, 1);
	}
	return db_end(&r);
}

enum store_status
store_ledger_prune(struct store *s, int64_t until, int64_t *n)
{
	enum store_status	 st;

	db_about(s, "forgetting old requests");
	st = db_run(s, "DELETE FROM model_requests WHERE at < ?",
	    ARGS(INT(until)));
	*n = st == STORE_OK ? s->changes : 0;
	return st;
}

#define I(field) { DB_INT, offsetof(struct store_hold, field) }
#define T(field) { DB_TEXT, offsetof(struct store_hold, field) }
static const struct db_column hold_columns[] = {
	T(provider), T(reason), T(message), I(since), I(until), I(rounds),
	{ DB_END, 0 }
};
#undef I
#undef T
static const struct db_shape hold_shape = {
	hold_columns, sizeof(struct store_hold)
};

enum store_status
store_hold_set(struct store *s, const struct store_hold *h)
{
	struct db_arg	 args[DB_MAX_COLUMNS + 1];

	db_about(s, "holding provider %s", h->provider);
	db_row_args(&hold_shape, h, args);
	return db_run(s, "INSERT OR REPLACE INTO provider_holds (provider,"
	    " reason, message, since, until, rounds)"
	    " VALUES (?, ?, ?, ?, ?, ?)", args);
}

enum store_status
store_hold_clear(struct store *s, const char *provider)
{
	db_about(s, "letting provider %s go on", provider);
	return db_run(s, "DELETE FROM provider_holds WHERE provider = ?",
	    ARGS(TEXT(provider)));
}

enum store_status
store_hold_get(struct store *s, const char *provider, struct store_hold **out)
{
	struct db_rows		 r;
	enum store_status	 st;
	void			*row = NULL;

	db_about(s, "reading what holds provider %s", provider);
	db_open(&r, s, "SELECT provider, reason, message, since, until,"
	    " rounds FROM provider_holds WHERE provider = ?",
	    ARGS(TEXT(provider)));
	st = db_row_get(&r, &hold_shape, &row);
	*out = row;
	return st;
}

void
store_hold_free(struct store_hold *h)
{
	db_row_free(&hold_shape, h);
}
