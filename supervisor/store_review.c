#include <stdio.h>

#include "supervisor/store_db.h"
#include "supervisor/store_review.h"

enum store_status
store_review_pending(struct store *s, const char *memory,
    char agent_id[UUID_SIZE])
{
	struct db_rows	 r;

	db_about(s, "reading what waits in memory %s", memory);
	agent_id[0] = '\0';
	db_open(&r, s, "SELECT thread_id FROM agents WHERE memory = ?"
	    " AND status = 'completed' AND reason = '" REVIEW_PENDING "'"
	    " ORDER BY started_at DESC, thread_id DESC LIMIT 1",
	    ARGS(TEXT(memory)));
	if (db_next(&r))
		snprintf(agent_id, UUID_SIZE, "%s", db_text(&r, 0));
	if (db_end(&r) != STORE_OK)
		return r.status;
	return agent_id[0] == '\0' ? STORE_NONE : STORE_OK;
}

static enum store_status
end_review(struct store *s, void *arg)
{
	const struct store_review_end	*e = arg;
	enum store_status		 st;

	st = db_run(s, "UPDATE agents SET reason = ?2, published_commit = ?3"
	    " WHERE thread_id = ?1", ARGS(TEXT(e->agent_id),
	    TEXT(e->commit == NULL ? "discarded" : NULL), TEXT(e->commit)));
	if (st != STORE_OK)
		return st;
	if (e->commit == NULL)
		return stage_two_enqueue(s, e->memory, 0);
	return store_memory_live(s, e->memory, e->commit, e->files);
}

enum store_status
store_review_end(struct store *s, const struct store_review_end *e)
{
	struct store_review_end	 copy = *e;

	db_about(s, "ending the review of memory %s", e->memory);
	return db_transaction(s, "review", end_review, &copy);
}

enum store_status
store_review_discard(struct store *s, const char *memory)
{
	char			 agent_id[UUID_SIZE];
	struct store_review_end	 e = { memory, agent_id, NULL, 0 };
	enum store_status	 st = store_review_pending(s, memory,
	    agent_id);

	if (st == STORE_OK)
		return store_review_end(s, &e);
	return st == STORE_NONE ? STORE_OK : st;
}
