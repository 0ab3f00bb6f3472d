#include <string.h>

#include "supervisor/store_db.h"

/*
 * What a memory was last made from.  An agent that met a bound may not have
 * come to all that was new: that stays unselected, so that the next agent is
 * given it as new once more.  To begin again costs, so each further run must
 * come to some of it; one that comes to none is the last.
 */

/* What the agent ?2 was given that the selection of ?1 does not have. */
#define FRESH								\
	" FROM agent_inputs i WHERE i.agent_id = ?2 AND NOT EXISTS ("	\
	"SELECT 1 FROM selections s WHERE s.memory = ?1"		\
	" AND s.thread_id = i.thread_id"				\
	" AND s.source_updated_at = i.source_updated_at)"

/* Of the sessions that were not come to, keep those that were new. */
static enum store_status
keep_fresh(struct store *s, const struct store_stage_two_end *e)
{
	struct store_left	*left = e->left;
	enum store_status	 st;
	size_t			 i, n = 0;
	int64_t			 one;

	for (i = 0; i < left->n; i++) {
		st = db_value(s, "SELECT 1" FRESH " AND i.thread_id = ?3",
		    ARGS(TEXT(e->memory), TEXT(e->agent_id),
		    TEXT(left->ids[i])), &one);
		if (st == STORE_OK)
			left->ids[n++] = left->ids[i];
		else if (st != STORE_NONE)
			return st;
	}
	left->n = n;
	return STORE_OK;
}

/* Did the agent before this one meet a bound as well? */
static enum store_status
capped_before(struct store *s, const struct store_stage_two_end *e,
    int64_t *capped)
{
	enum store_status	 st;

	*capped = 0;
	st = db_value(s, "SELECT coalesce(reason, '') LIKE 'capped%'"
	    " FROM agents WHERE memory = ? AND thread_id <> ?"
	    " AND status = 'completed'"
	    " ORDER BY finished_at DESC, rowid DESC LIMIT 1",
	    ARGS(TEXT(e->memory), TEXT(e->agent_id)), capped);
	return st == STORE_NONE ? STORE_OK : st;
}

/* Sets left->again; to be called while the old selection stands. */
static enum store_status
judge_left(struct store *s, const struct store_stage_two_end *e)
{
	struct store_left	*left = e->left;
	enum store_status	 st;
	int64_t			 fresh = 0, capped = 0;

	st = keep_fresh(s, e);
	if (st == STORE_OK)
		st = db_value(s, "SELECT count(*)" FRESH,
		    ARGS(TEXT(e->memory), TEXT(e->agent_id)), &fresh);
	if (st == STORE_OK)
		st = capped_before(s, e, &capped);
	left->again = left->n > 0 && (!capped || (int64_t)left->n < fresh);
	return st;
}

/* A row that was made anew meanwhile is not what the agent was given. */
static enum store_status
select_inputs(struct store *s, const struct store_stage_two_end *e)
{
	enum store_status	 st;

	st = db_run(s, "DELETE FROM selections WHERE memory = ?",
	    ARGS(TEXT(e->memory)));
	if (st != STORE_OK)
		return st;
	return db_run(s, "INSERT INTO selections (memory, thread_id,"
	    " source_updated_at) SELECT ?1, o.thread_id,"
	    " o.source_updated_at FROM stage1_outputs o"
	    " JOIN agent_inputs i ON i.thread_id = o.thread_id"
	    " AND i.source_updated_at = o.source_updated_at"
	    " WHERE i.agent_id = ?2", ARGS(TEXT(e->memory),
	    TEXT(e->agent_id)));
}

enum store_status
selection_replace(struct store *s, const struct store_stage_two_end *e)
{
	struct store_left	*left = e->left;
	enum store_status	 st = STORE_OK;
	size_t			 i;

	if (left != NULL)
		st = judge_left(s, e);
	if (st == STORE_OK)
		st = select_inputs(s, e);
	if (st != STORE_OK || left == NULL || !left->again)
		return st;
	for (i = 0; st == STORE_OK && i < left->n; i++)
		st = db_run(s, "DELETE FROM selections WHERE memory = ?"
		    " AND thread_id = ?", ARGS(TEXT(e->memory),
		    TEXT(left->ids[i])));
	return st == STORE_OK ? stage_two_enqueue(s, e->memory,
	    e->completed) : st;
}
