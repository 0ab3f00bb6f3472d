#include <stdint.h>
#include <string.h>

#include "common/json.h"
#include "common/log.h"
#include "common/uuid.h"
#include "supervisor/codex_copy.h"
#include "supervisor/codex_rows.h"

#define TEXT_BYTES	"262144"	/* of one text; longer: left out */
#define ROWS_MAX	"20000"
#define NAME_MAX_BYTES	4096		/* a path, a URL, a title */
#define TOTAL_MAX	(24 << 20)	/* of all texts; the rest is left out */

/* The columns of memory-pipeline 3.2; types are not to be relied on. */
#define OUTPUTS								\
	"SELECT thread_id, source_updated_at, raw_memory,"		\
	" rollout_summary, rollout_slug, generated_at, usage_count,"	\
	" last_usage FROM stage1_outputs"				\
	" WHERE typeof(thread_id) = 'text'"				\
	" AND typeof(source_updated_at) = 'integer'"			\
	" AND typeof(raw_memory) = 'text'"				\
	" AND typeof(rollout_summary) = 'text'"				\
	" AND length(CAST(raw_memory AS BLOB)) <= " TEXT_BYTES		\
	" AND length(CAST(rollout_summary AS BLOB)) <= " TEXT_BYTES	\
	" ORDER BY source_updated_at DESC LIMIT " ROWS_MAX

#define THREAD								\
	"SELECT cwd, rollout_path, git_branch, git_origin_url, title,"	\
	" memory_mode FROM threads WHERE id = ?"

static const char *const thread_keys[] = { "cwd", "rollout_path",
    "git_branch", "repository_url", "title", "memory_mode" };

#define NTHREAD_KEYS (sizeof(thread_keys) / sizeof(thread_keys[0]))

struct reading {
	struct codex_copy	*outputs;
	struct codex_copy	*threads;	/* or NULL */
	sqlite3_stmt		*thread;	/* or NULL */
	json_object		*rows;
	size_t			 bytes;
	size_t			 left_out;
};

/* Text that is no longer than `max' bytes and holds no NUL. */
static const char *
text_of(sqlite3_stmt *st, int column, size_t max)
{
	const char	*s = (const char *)sqlite3_column_text(st, column);
	size_t		 len = (size_t)sqlite3_column_bytes(st, column);

	return s == NULL || len > max || strlen(s) != len ? NULL : s;
}

static void
set_text(json_object *o, const char *key, const char *s)
{
	if (s != NULL)
		json_set_str(o, key, s);
}

static void
add_thread(const struct reading *r, const char *id, json_object *o)
{
	sqlite3_stmt	*st = r->thread;
	size_t		 i;
	int		 rc;

	if (st == NULL)
		return;
	sqlite3_reset(st);
	sqlite3_bind_text(st, 1, id, -1, SQLITE_TRANSIENT);
	rc = sqlite3_step(st);
	/* Whether it may be remembered stands there, too. */
	codex_copy_ended(r->threads, rc);
	if (rc == SQLITE_ROW)
		for (i = 0; i < NTHREAD_KEYS; i++)
			set_text(o, thread_keys[i],
			    text_of(st, (int)i, NAME_MAX_BYTES));
	sqlite3_reset(st);
}

static json_object *
row_of(const struct reading *r, sqlite3_stmt *st)
{
	const char	*id = text_of(st, 0, UUID_SIZE - 1);
	const char	*raw = text_of(st, 2, SIZE_MAX);
	const char	*summary = text_of(st, 3, SIZE_MAX);
	json_object	*o;

	if (id == NULL || !uuid_valid(id) || raw == NULL || summary == NULL)
		return NULL;
	o = json_object_new_object();
	json_set_str(o, "kind", "row");
	json_set_str(o, "thread_id", id);
	json_set_int(o, "source_updated_at", sqlite3_column_int64(st, 1));
	json_set_str(o, "raw_memory", raw);
	json_set_str(o, "rollout_summary", summary);
	set_text(o, "rollout_slug", text_of(st, 4, NAME_MAX_BYTES));
	json_set_int(o, "generated_at", sqlite3_column_int64(st, 5));
	json_set_int(o, "usage_count", sqlite3_column_int64(st, 6));
	json_set_int(o, "last_usage", sqlite3_column_int64(st, 7));
	add_thread(r, id, o);
	return o;
}

/* 1 if the row can go into a message: it is UTF-8. */
static int
is_text(json_object *o, size_t *len)
{
	struct buf	 b = BUF_INIT;
	json_object	*again;

	json_write(&b, o);
	*len = b.len;
	again = json_parse(b.data, b.len, JSON_DEPTH, NULL);
	json_object_put(again);
	buf_wipe(&b);
	return again != NULL;
}

static void
take_row(struct reading *r, sqlite3_stmt *st)
{
	json_object	*o = row_of(r, st);
	size_t		 len = 0;

	if (o == NULL || !is_text(o, &len) || r->bytes + len > TOTAL_MAX) {
		r->left_out++;
		json_object_put(o);
		return;
	}
	r->bytes += len;
	json_push(r->rows, o);
}

static void
read_outputs(struct reading *r)
{
	sqlite3	*db = r->outputs->db;
	sqlite3_stmt	*st = NULL;
	int		 rc;

	rc = sqlite3_prepare_v2(db, OUTPUTS, -1, &st, NULL);
	while (rc == SQLITE_OK || rc == SQLITE_ROW) {
		rc = sqlite3_step(st);
		if (rc == SQLITE_ROW)
			take_row(r, st);
	}
	codex_copy_ended(r->outputs, rc);
	if (rc != SQLITE_DONE)
		log_warnx("%s: not all of its raw memories can be read: %s",
		    r->outputs->origin, sqlite3_errmsg(db));
	sqlite3_finalize(st);
}

static void
read_all(struct reading *r)
{
	int	rc = SQLITE_OK;

	if (r->threads != NULL)
		rc = sqlite3_prepare_v2(r->threads->db, THREAD, -1,
		    &r->thread, NULL);
	if (rc != SQLITE_OK) {
		codex_copy_ended(r->threads, rc);
		log_info("%s: its threads are not read: %s",
		    r->threads->origin, sqlite3_errmsg(r->threads->db));
	}
	read_outputs(r);
	sqlite3_finalize(r->thread);
	if (r->left_out > 0)
		log_warnx("%s: %zu raw memories are no proper text, or too "
		    "much: left out", r->outputs->origin, r->left_out);
}

static enum codex_trouble
read_home(const char *home, const char *state, json_object *rows)
{
	struct codex_copy	memories, threads;
	struct reading		r = { .rows = rows };
	int			found;

	found = codex_copy_open(&memories, home, "memories", state) == 1;
	found |= codex_copy_open(&threads, home, "state", state) == 1;
	if (codex_copy_has(&memories, "stage1_outputs"))
		r.outputs = &memories;
	else if (codex_copy_has(&threads, "stage1_outputs"))
		r.outputs = &threads;
	if (codex_copy_has(&threads, "threads"))
		r.threads = &threads;
	if (r.outputs != NULL)
		read_all(&r);
	else if (found)
		log_info("%s: its databases hold no raw memories, going on "
		    "from the files", home);
	codex_copy_close(&memories);
	codex_copy_close(&threads);
	return memories.trouble > threads.trouble ? memories.trouble :
	    threads.trouble;
}

int
codex_rows_read(const char *home, const char *state, json_object *rows)
{
	size_t			before = json_object_array_length(rows);
	enum codex_trouble	t = read_home(home, state, rows);

	/* To SQLite a read that failed once is damage. */
	if (t != CODEX_FINE) {
		json_object_array_del_idx(rows, before,
		    json_object_array_length(rows) - before);
		t = read_home(home, state, rows);
	}
	if (t == CODEX_DAMAGED)
		log_warnx("%s: not all of its databases is read, going on "
		    "from the files", home);
	return t == CODEX_UNREAD ? -1 : 0;
}
