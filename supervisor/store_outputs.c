#include <stddef.h>

#include "common/generator.h"
#include "supervisor/store_db.h"

/*
 * Outputs of stage one: reading, how often they were cited, retention.
 */

#define I(field) { DB_INT, offsetof(struct store_row, field) }
#define T(field) { DB_TEXT, offsetof(struct store_row, field) }
static const struct db_column row_columns[] = {
	T(thread_id), T(session_id), I(source_updated_at), T(raw_memory),
	T(rollout_summary), T(rollout_slug), T(facts), T(generator),
	I(generated_at), I(usage_count), I(last_usage), I(keeps),
	T(rollout_path), T(cwd), T(git_branch), T(git_origin_url),
	T(title), { DB_END, 0 }
};
#undef I
#undef T
const struct db_shape row_shape = { row_columns, sizeof(struct store_row) };

enum store_status
store_output_get(struct store *s, const char *thread_id,
    struct store_row **out)
{
	struct db_rows		 r;
	enum store_status	 st;
	void			*row;

	db_about(s, "reading the output of thread %s", thread_id);
	db_open(&r, s, ROWS " WHERE o.thread_id = ?", ARGS(TEXT(thread_id)));
	st = db_row_get(&r, &row_shape, &row);
	*out = row;
	return st;
}

void
store_row_free(struct store_row *row)
{
	db_row_free(&row_shape, row);
}

#define COUNT_USAGE							\
	"UPDATE stage1_outputs SET usage_count = (SELECT"		\
	" nullif(sum(n), 0) FROM citations WHERE cited = thread_id),"	\
	" last_usage = (SELECT max(last) FROM citations"		\
	" WHERE cited = thread_id AND n > 0)"

enum store_status
usage_refresh(struct store *s, const char *thread_id)
{
	return db_run(s, COUNT_USAGE " WHERE thread_id = ?",
	    ARGS(TEXT(thread_id)));
}

struct store_use {
	const char	*thread_id;
	int64_t		 now;
};

/* Hostile counts must not drown the honest ones. */
#define MAX_CITED	1000

static enum store_status
add_citation(struct store *s, const char *citing,
    const struct store_citation *c)
{
	if (c->n <= 0)
		return STORE_OK;
	return db_run(s, "INSERT INTO citations (citing, cited, n, last)"
	    " SELECT ?1, ?2, min(?3, ?4), updated_at FROM threads"
	    " WHERE id = ?1 ON CONFLICT (citing, cited) DO UPDATE SET"
	    " n = min(n + excluded.n, ?4), last = excluded.last",
	    ARGS(TEXT(citing), TEXT(c->thread_id), INT(c->n),
	    INT(MAX_CITED)));
}

/*
 * A rollout read again cites anew, never twice: old rows count nothing
 * first, then what it cites now is added, then all that it cited before or
 * cites now is counted, and what is left at nothing goes.
 */
enum store_status
citations_replace(struct store *s, const struct store_finish *fin)
{
	enum store_status	 st;
	size_t			 i;

	st = db_run(s, "UPDATE citations SET n = 0 WHERE citing = ?",
	    ARGS(TEXT(fin->thread_id)));
	for (i = 0; i < fin->ncitations && st == STORE_OK; i++)
		st = add_citation(s, fin->thread_id, &fin->citations[i]);
	if (st == STORE_OK)
		st = db_run(s, COUNT_USAGE " WHERE thread_id IN"
		    " (SELECT cited FROM citations WHERE citing = ?)",
		    ARGS(TEXT(fin->thread_id)));
	if (st == STORE_OK)
		st = db_run(s, "DELETE FROM citations"
		    " WHERE citing = ? AND n = 0",
		    ARGS(TEXT(fin->thread_id)));
	return st;
}

/* Who cites where nobody wrote it down: no thread has such an id. */
#define CITING_READER	"mcp"

static enum store_status
add_use(struct store *s, void *arg)
{
	const struct store_use	*use = arg;
	enum store_status	 st;

	st = db_run_one(s, "INSERT INTO citations (citing, cited, n, last)"
	    " SELECT '" CITING_READER "', thread_id, 1, ?2"
	    " FROM stage1_outputs WHERE thread_id = ?1"
	    " ON CONFLICT (citing, cited) DO UPDATE SET"
	    " n = min(n + 1, ?3), last = max(last, excluded.last)",
	    ARGS(TEXT(use->thread_id), INT(use->now), INT(MAX_CITED)));
	return st == STORE_OK ? usage_refresh(s, use->thread_id) : st;
}

enum store_status
store_output_used(struct store *s, const char *thread_id, int64_t now)
{
	struct store_use	use = { thread_id, now };

	db_about(s, "counting a use of thread %s", thread_id);
	return db_transaction(s, "use", add_use, &use);
}

enum store_status
store_output_prune(struct store *s, struct store_retention *p)
{
	enum store_status	 st;

	p->pruned = 0;
	if (p->days <= 0 || p->limit <= 0)
		return STORE_OK;
	db_about(s, "pruning outputs");
	/* The words of the index stage1_outputs_unused. */
	st = db_run(s, "DELETE FROM stage1_outputs WHERE thread_id IN ("
	    "SELECT thread_id FROM stage1_outputs"
	    " WHERE keeps = 0 AND generator <> 'adopted'"
	    " AND thread_id NOT IN (SELECT thread_id FROM selections)"
	    " AND coalesce(last_usage, source_updated_at) < ?"
	    " ORDER BY coalesce(last_usage, source_updated_at),"
	    " source_updated_at, thread_id LIMIT ?)",
	    ARGS(INT(p->now - p->days * 86400), INT(p->limit)));
	p->pruned = s->changes;
	return st;
}

struct outdate {
	const char	*generator;
	int64_t		 n;
};

#define OUTDATED							\
	" (SELECT thread_id FROM stage1_outputs WHERE outdated)"

/* Their jobs begin afresh, but for those that run just now. */
static enum store_status
outdate(struct store *s, void *arg)
{
	struct outdate		*o = arg;
	enum store_status	 st;

	st = db_run(s, "UPDATE stage1_outputs SET outdated = 1"
	    " WHERE generator <> ? AND generator <> '" GENERATOR_ADOPTED "'",
	    ARGS(TEXT(o->generator)));
	o->n = s->changes;
	if (st != STORE_OK)
		return st;
	return db_run(s, "UPDATE jobs SET status = 'pending',"
	    " last_success_watermark = NULL, retry_at = NULL,"
	    " retry_remaining = 3 WHERE kind = '" KIND_STAGE_ONE "'"
	    " AND status <> 'running' AND job_key IN" OUTDATED, NOARGS);
}

enum store_status
store_output_outdate(struct store *s, const char *generator, int64_t *n)
{
	struct outdate		 o = { generator, 0 };
	enum store_status	 st;

	db_about(s, "marking outputs as outdated");
	st = db_transaction(s, "outdate", outdate, &o);
	*n = o.n;
	return st;
}
