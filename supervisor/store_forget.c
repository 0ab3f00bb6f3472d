#include "supervisor/store_db.h"

/*
 * on_missing = forget.  A folder that is not mounted must not look like
 * one that was emptied, hence the conditions.
 */

#define DAY_S	86400
#define GONE(f)								\
	" " f ".source_name = ?1 AND " f ".missing_since <> 0"		\
	" AND " f ".missing_last - " f ".missing_since >= ?2"
#define GONE_HERE(f)	GONE(f) " AND " f ".dev = ?3 "

#define ONLY_IN_GONE							\
	" WHERE id IN (SELECT g.thread_id FROM sources g"		\
	" WHERE" GONE_HERE("g") ") AND NOT EXISTS"			\
	" (SELECT 1 FROM sources o WHERE o.thread_id = threads.id"	\
	" AND NOT (" GONE_HERE("o") "))"

#define RULES(f) ARGS(TEXT((f)->source_name), INT(DAY_S), INT((f)->dev))

/* Threads that no other file holds. */
static enum store_status
forget_threads(struct store *s, const struct store_forget *f)
{
	struct db_rows		 r;
	enum store_status	 st = STORE_OK;

	db_open(&r, s, "SELECT id FROM threads" ONLY_IN_GONE, RULES(f));
	while (st == STORE_OK && db_next(&r))
		st = store_thread_forget(s, db_text(&r, 0), NULL, f->now);
	if (db_end(&r) != STORE_OK)
		return r.status;
	if (st != STORE_OK)
		return st;
	return db_run(s, "DELETE FROM threads" ONLY_IN_GONE, RULES(f));
}

static enum store_status
forget_files(struct store *s, void *arg)
{
	struct store_forget	*f = arg;
	enum store_status	 st;

	st = forget_threads(s, f);
	if (st == STORE_OK)
		st = db_run(s, "DELETE FROM sources AS f WHERE"
		    GONE_HERE("f"), RULES(f));
	f->forgotten = st == STORE_OK ? s->changes : 0;
	return st;
}

enum store_status
store_file_forget(struct store *s, struct store_forget *f)
{
	enum store_status	 st;
	int64_t			 files, missing, gone = 0;

	f->due = f->elsewhere = f->forgotten = 0;
	st = store_file_count(s, f->source_name, &files, &missing);
	if (st != STORE_OK || missing == 0)
		return st;
	db_about(s, "forgetting files of source %s", f->source_name);
	st = db_value(s, "SELECT count(*) FROM sources f WHERE" GONE("f"),
	    ARGS(TEXT(f->source_name), INT(DAY_S)), &gone);
	if (st == STORE_OK)
		st = db_value(s, "SELECT count(*) FROM sources f WHERE"
		    GONE_HERE("f"), RULES(f), &f->due);
	f->elsewhere = gone - f->due;
	if (st != STORE_OK || f->due == 0 || f->due * 10 > files)
		return st;
	return db_transaction(s, "forget", forget_files, f);
}
