#include <stddef.h>

#include "supervisor/store_db.h"
#include "supervisor/store_retention.h"
#include "supervisor/store_review.h"

enum store_status
store_agents_old_each(struct store *s, int64_t until,
    int (*cb)(const char *, void *), void *arg)
{
	struct db_rows	 r;

	db_about(s, "listing old agents");
	db_open(&r, s, "SELECT thread_id FROM agents AS a"
	    " WHERE finished_at < ?"
	    " AND coalesce(reason, '') <> '" REVIEW_PENDING "'"
	    " AND thread_id <> coalesce((SELECT thread_id FROM agents"
	    "  WHERE memory = a.memory AND published_commit IS NOT NULL"
	    "  ORDER BY finished_at DESC, thread_id DESC LIMIT 1), '')"
	    " ORDER BY finished_at, thread_id", ARGS(INT(until)));
	while (db_next(&r))
		if (cb(db_text(&r, 0), arg) != 0)
			break;
	return db_end(&r);
}

enum store_status
store_agent_forget(struct store *s, const char *id)
{
	db_about(s, "forgetting agent %s", id);
	return db_run_one(s, "DELETE FROM agents WHERE thread_id = ?",
	    ARGS(TEXT(id)));
}
