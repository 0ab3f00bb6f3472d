#include <stddef.h>

#include "supervisor/store_db.h"

/*
 * Consolidation agents and what each was given.  An agent without an end
 * is what recovery looks at first.
 */

#define I(field) { DB_INT, offsetof(struct store_agent, field) }
#define T(field) { DB_TEXT, offsetof(struct store_agent, field) }
static const struct db_column agent_columns[] = {
	T(thread_id), T(session_id), T(memory), T(token), I(watermark),
	T(status), I(started_at), I(finished_at), I(turns), I(tokens),
	I(exit_status), T(base_commit), T(commit), T(reason),
	T(generator), { DB_END, 0 }
};
#undef I
#undef T
const struct db_shape agent_shape = {
	agent_columns, sizeof(struct store_agent)
};

enum store_status
store_agent_insert(struct store *s, const struct store_agent *a)
{
	db_about(s, "recording agent %s", a->thread_id);
	return db_run(s, "INSERT INTO agents (thread_id, session_id, memory,"
	    " ownership_token, input_watermark, status, started_at, generator)"
	    " VALUES (?, ?, ?, ?, ?, 'pending_init', ?, ?)",
	    ARGS(TEXT(a->thread_id), TEXT(a->session_id), TEXT(a->memory),
	    TEXT(a->token), INT(a->watermark), INT(a->started_at),
	    TEXT(a->generator)));
}

enum store_status
store_agent_set_status(struct store *s, const char *id, const char *status)
{
	db_about(s, "recording agent %s as %s", id, status);
	return db_run_one(s, "UPDATE agents SET status = ?"
	    " WHERE thread_id = ? AND finished_at IS NULL",
	    ARGS(TEXT(status), TEXT(id)));
}

enum store_status
store_agent_set_capped(struct store *s, const char *id, const char *reason)
{
	db_about(s, "recording what stopped agent %s", id);
	return db_run_one(s, "UPDATE agents SET reason = ?"
	    " WHERE thread_id = ? AND finished_at IS NULL",
	    ARGS(TEXT(reason), TEXT(id)));
}

enum store_status
store_agent_set_base(struct store *s, const char *id, const char *commit)
{
	db_about(s, "recording the base of agent %s", id);
	return db_run_one(s, "UPDATE agents SET base_commit = ?"
	    " WHERE thread_id = ?", ARGS(TEXT(commit), TEXT(id)));
}

enum store_status
store_agent_input(struct store *s, const char *id, const char *thread_id,
    int64_t source_updated_at)
{
	db_about(s, "recording the input of agent %s", id);
	return db_run(s, "INSERT OR REPLACE INTO agent_inputs (agent_id,"
	    " thread_id, source_updated_at) VALUES (?, ?, ?)",
	    ARGS(TEXT(id), TEXT(thread_id), INT(source_updated_at)));
}

struct agent_list {
	store_agent_cb	*cb;
	void		*arg;
};

static int
hand_agent(const void *row, void *arg)
{
	const struct agent_list	*l = arg;

	return l->cb(row, l->arg);
}

enum store_status
store_agent_open_each(struct store *s, const char *memory,
    store_agent_cb *cb, void *arg)
{
	struct agent_list	 l = { cb, arg };
	struct db_rows		 r;

	db_about(s, "listing agents");
	db_open(&r, s, AGENTS "WHERE finished_at IS NULL"
	    " AND memory = coalesce(?, memory)"
	    " ORDER BY started_at, thread_id", ARGS(TEXT(memory)));
	return db_row_each(&r, &agent_shape, hand_agent, &l);
}

enum store_status
store_agent_get(struct store *s, const char *id, struct store_agent **out)
{
	struct db_rows		 r;
	enum store_status	 st;
	void			*row;

	db_about(s, "reading agent %s", id);
	db_open(&r, s, AGENTS "WHERE thread_id = ?", ARGS(TEXT(id)));
	st = db_row_get(&r, &agent_shape, &row);
	*out = row;
	return st;
}

void
store_agent_free(struct store_agent *a)
{
	db_row_free(&agent_shape, a);
}
