#include "supervisor/store_db.h"
#include "supervisor/store_memories.h"
#include "supervisor/store_purge.h"
#include "supervisor/store_stage_two.h"
#include "supervisor/store_threads.h"

#define FORGOTTEN "forgotten"

struct burial {
	struct store		*s;
	const char		*id;
	int64_t			 now;
	enum store_status	 st;	/* of the last enqueue_one() */
};

static int
enqueue_one(const struct store_memory *m, void *arg)
{
	struct burial	*b = arg;

	b->st = store_stage_two_enqueue(b->s, m->name, 0);
	return b->st != STORE_OK;
}

/* Nothing says who holds it: all are to look. */
static enum store_status
enqueue_if_unknown(struct burial *b)
{
	enum store_status	 st;
	int64_t			 known = 0;

	st = db_value(b->s, "SELECT count(*) FROM threads WHERE id = ?",
	    ARGS(TEXT(b->id)), &known);
	if (st != STORE_OK || known > 0)
		return st;
	st = store_memory_each(b->s, enqueue_one, b);
	return st == STORE_OK ? b->st : st;
}

static enum store_status
bury(struct store *s, void *arg)
{
	struct burial		*b = arg;
	enum store_status	 st;

	st = enqueue_if_unknown(b);
	if (st == STORE_OK)
		st = store_thread_forget(s, b->id, FORGOTTEN, b->now);
	if (st != STORE_OK)
		return st;
	return db_run(s, "UPDATE threads SET title = '', preview = '',"
	    " first_user_message = '' WHERE id = ?", ARGS(TEXT(b->id)));
}

enum store_status
store_thread_bury(struct store *s, const char *id, int64_t now)
{
	struct burial	b = { s, id, now, STORE_OK };

	db_about(s, "forgetting thread %s", id);
	return db_transaction(s, "bury", bury, &b);
}

enum store_status
store_agents_given(struct store *s, const char *thread_ids,
    int (*cb)(const char *, void *), void *arg)
{
	struct db_rows	r;

	db_about(s, "listing the agents that were given what is forgotten");
	db_open(&r, s, "SELECT DISTINCT agent_id FROM agent_inputs"
	    " WHERE thread_id IN (SELECT value FROM json_each(?))"
	    " ORDER BY agent_id", ARGS(TEXT(thread_ids)));
	while (db_next(&r))
		if (cb(db_text(&r, 0), arg) != 0)
			break;
	return db_end(&r);
}

enum store_status
store_checkpoint(struct store *s)
{
	enum store_status	st;
	int64_t			busy = 0;

	db_about(s, "emptying the log of the database");
	st = db_value(s, "PRAGMA wal_checkpoint(TRUNCATE)", NOARGS, &busy);
	return st == STORE_OK && busy != 0 ? STORE_BUSY : st;
}
