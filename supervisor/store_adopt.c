#include "supervisor/store_db.h"

/*
 * Adoption: threads and outputs of another program, and its folder.
 */

/* Another program counted these uses: no thread of ours cites so. */
#define CITING_ADOPTED	"adopted"
#define MAX_CITED	1000	/* as of a thread; store_outputs.c */

struct adoption {
	const struct store_adopted	*rows;
	size_t				 n;
	int64_t				 taken;
};

/*
 * What nobody knows yet is that of a session which a person led; the scan
 * that finds the rollout writes the row anew.
 */
static enum store_status
add_thread(struct store *s, const struct store_adopted *a)
{
	return db_run(s, "INSERT OR IGNORE INTO threads (id, session_id,"
	    " source_name, rollout_path, content_hash, created_at_ms,"
	    " updated_at_ms, source, cwd, title, preview,"
	    " first_user_message, git_branch, git_origin_url, memory_mode)"
	    " VALUES (?1, ?1, ?2, ?3, '', ?4, ?4, 'cli', ?5, ?6, ?6, ?6,"
	    " ?7, ?8, ?9)",
	    ARGS(TEXT(a->thread_id), TEXT(a->source_name),
	    TEXT(a->rollout_path), INT(a->updated_at * 1000), TEXT(a->cwd),
	    TEXT(a->title), TEXT(a->git_branch), TEXT(a->git_origin_url),
	    TEXT(a->memory_mode)));
}

static enum store_status
add_output(struct store *s, const struct store_adopted *a)
{
	return db_run(s, "INSERT INTO stage1_outputs (thread_id,"
	    " source_updated_at, raw_memory, rollout_summary, rollout_slug,"
	    " generator, generated_at) VALUES (?, ?, ?, ?, ?, 'adopted', ?)"
	    " ON CONFLICT (thread_id) DO UPDATE SET"
	    " source_updated_at = excluded.source_updated_at,"
	    " raw_memory = excluded.raw_memory,"
	    " rollout_summary = excluded.rollout_summary,"
	    " rollout_slug = excluded.rollout_slug, facts = NULL,"
	    " generator = excluded.generator, keeps = 0,"
	    " generated_at = excluded.generated_at"
	    " WHERE excluded.source_updated_at > source_updated_at",
	    ARGS(TEXT(a->thread_id), INT(a->updated_at),
	    TEXT(a->raw_memory), TEXT(a->rollout_summary),
	    TEXT(a->rollout_slug), INT(a->generated_at)));
}

static enum store_status
add_usage(struct store *s, const struct store_adopted *a)
{
	enum store_status	 st;

	if (a->usage_count <= 0)
		return STORE_OK;
	st = db_run(s, "INSERT INTO citations (citing, cited, n, last)"
	    " VALUES ('" CITING_ADOPTED "', ?1, min(?2, ?4), ?3)"
	    " ON CONFLICT (citing, cited) DO UPDATE SET"
	    " n = max(n, excluded.n), last = max(last, excluded.last)",
	    ARGS(TEXT(a->thread_id), INT(a->usage_count),
	    INT(a->last_usage), INT(MAX_CITED)));
	return st == STORE_OK ? usage_refresh(s, a->thread_id) : st;
}

static enum store_status
add_threads(struct store *s, void *arg)
{
	struct adoption			*ad = arg;
	const struct store_adopted	*a;
	enum store_status		 st = STORE_OK;
	int64_t				 buried = 0;

	for (a = ad->rows; a < ad->rows + ad->n && st == STORE_OK; a++) {
		st = db_value(s, "SELECT EXISTS (SELECT 1 FROM tombstones"
		    " WHERE thread_id = ?)", ARGS(TEXT(a->thread_id)),
		    &buried);
		if (st != STORE_OK || buried)
			continue;
		st = add_thread(s, a);
		if (st == STORE_OK)
			st = add_output(s, a);
		ad->taken += st == STORE_OK && s->changes > 0;
		if (st == STORE_OK)
			st = add_usage(s, a);
	}
	return st;
}

enum store_status
store_adopt_threads(struct store *s, const struct store_adopted *rows,
    size_t n, int64_t *taken)
{
	struct adoption		 ad = { rows, n, 0 };
	enum store_status	 st;

	db_about(s, "importing adopted threads");
	st = db_transaction(s, "adopt_threads", add_threads, &ad);
	*taken = st == STORE_OK ? ad.taken : 0;
	return st;
}

struct taking {
	const struct store_memory	*m;
	int64_t				 watermark;
};

static enum store_status
take_root(struct store *s, void *arg)
{
	const struct taking	*t = arg;
	enum store_status	 st;

	st = store_memory_claim(s, t->m);
	if (st == STORE_OK)
		st = store_memory_live(s, t->m->name, t->m->live_commit,
		    t->m->live_files);
	return st == STORE_OK ?
	    stage_two_enqueue(s, t->m->name, t->watermark) : st;
}

enum store_status
store_adopt_root(struct store *s, const struct store_memory *m,
    int64_t watermark)
{
	struct taking	 t = { m, watermark };

	db_about(s, "adopting root %s for memory %s", m->root, m->name);
	return db_transaction(s, "adopt_root", take_root, &t);
}
