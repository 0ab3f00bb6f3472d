#include "common/log.h"
#include "supervisor/store_db.h"

/*
 * on_missing = forget.  A folder that is not mounted must not look like
 * one that was emptied, hence the conditions.
 */

#define DAY_S	86400
#define GONE								\
	" source_name = ?1 AND dev = ?2 AND missing_since <> 0"		\
	" AND missing_last - missing_since >= ?3"

#define WITHOUT_FILE							\
	" source_name = ?1 AND NOT EXISTS"				\
	" (SELECT 1 FROM sources f WHERE f.thread_id = threads.id)"

/* Threads that no file holds any more. */
static enum store_status
forget_threads(struct store *s, const struct store_forget *f)
{
	struct db_rows		 r;
	enum store_status	 st = STORE_OK;

	db_open(&r, s, "SELECT id FROM threads WHERE" WITHOUT_FILE,
	    ARGS(TEXT(f->source_name)));
	while (st == STORE_OK && db_next(&r))
		st = store_thread_forget(s, db_text(&r, 0), NULL, f->now);
	if (db_end(&r) != STORE_OK)
		return r.status;
	if (st != STORE_OK)
		return st;
	return db_run(s, "DELETE FROM threads WHERE" WITHOUT_FILE,
	    ARGS(TEXT(f->source_name)));
}

static enum store_status
forget_files(struct store *s, void *arg)
{
	struct store_forget	*f = arg;
	enum store_status	 st;

	st = db_run(s, "DELETE FROM sources WHERE" GONE,
	    ARGS(TEXT(f->source_name), INT(f->dev), INT(DAY_S)));
	f->forgotten = s->changes;
	return st == STORE_OK ? forget_threads(s, f) : st;
}

enum store_status
store_file_forget(struct store *s, struct store_forget *f)
{
	enum store_status	 st;
	int64_t			 gone = 0, files, missing;

	f->forgotten = 0;
	st = store_file_count(s, f->source_name, &files, &missing);
	db_about(s, "forgetting files of source %s", f->source_name);
	if (st == STORE_OK)
		st = db_value(s, "SELECT count(*) FROM sources WHERE" GONE,
		    ARGS(TEXT(f->source_name), INT(f->dev), INT(DAY_S)),
		    &gone);
	if (st != STORE_OK || gone == 0)
		return st;
	if (gone * 10 > files) {
		log_warnx("source %s: %lld of %lld files are gone, more than "
		    "a tenth: nothing is forgotten", f->source_name,
		    (long long)gone, (long long)files);
		return STORE_OK;
	}
	return db_transaction(s, "forget", forget_files, f);
}
