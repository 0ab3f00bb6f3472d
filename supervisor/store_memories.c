#include <stddef.h>

#include "supervisor/store_db.h"

/*
 * Memories: which root a name owns, and what is live in it.
 */

#define I(field) { DB_INT, offsetof(struct store_memory, field) }
#define T(field) { DB_TEXT, offsetof(struct store_memory, field) }
static const struct db_column memory_columns[] = {
	T(name), T(root), I(dev), I(ino), I(claimed_at), T(live_commit),
	I(live_files), I(released_at), { DB_END, 0 }
};
#undef I
#undef T
static const struct db_shape memory_shape = {
	memory_columns, sizeof(struct store_memory)
};
#define MEMORIES							\
	"SELECT name, root, dev, ino, claimed_at, live_commit,"		\
	" live_files, released_at FROM memories "

enum store_status
store_memory_claim(struct store *s, const struct store_memory *m)
{
	db_about(s, "claiming root %s of memory %s", m->root, m->name);
	return db_run(s, "INSERT INTO memories (name, root, dev, ino,"
	    " claimed_at) VALUES (?, ?, ?, ?, ?)"
	    " ON CONFLICT (name) DO UPDATE SET root = excluded.root,"
	    " dev = excluded.dev, ino = excluded.ino,"
	    " claimed_at = excluded.claimed_at, released_at = 0",
	    ARGS(TEXT(m->name), TEXT(m->root), INT(m->dev), INT(m->ino),
	    INT(m->claimed_at)));
}

enum store_status
store_memory_release(struct store *s, const char *name, int64_t now)
{
	db_about(s, "releasing memory %s", name);
	return db_run_one(s, "UPDATE memories SET released_at = ?"
	    " WHERE name = ?", ARGS(INT(now), TEXT(name)));
}

enum store_status
store_memory_live(struct store *s, const char *name, const char *commit,
    int64_t files)
{
	db_about(s, "recording what is live in memory %s", name);
	return db_run_one(s, "UPDATE memories SET live_commit = ?,"
	    " live_files = ? WHERE name = ?",
	    ARGS(TEXT(commit), INT(files), TEXT(name)));
}

enum store_status
store_memory_get(struct store *s, const char *name,
    struct store_memory **out)
{
	struct db_rows		 r;
	enum store_status	 st;
	void			*row;

	db_about(s, "reading memory %s", name);
	db_open(&r, s, MEMORIES "WHERE name = ?", ARGS(TEXT(name)));
	st = db_row_get(&r, &memory_shape, &row);
	*out = row;
	return st;
}

void
store_memory_free(struct store_memory *m)
{
	db_row_free(&memory_shape, m);
}

struct memory_list {
	store_memory_cb	*cb;
	void		*arg;
};

static int
hand_memory(const void *row, void *arg)
{
	const struct memory_list	*l = arg;

	return l->cb(row, l->arg);
}

enum store_status
store_memory_each(struct store *s, store_memory_cb *cb, void *arg)
{
	struct memory_list	 l = { cb, arg };
	struct db_rows		 r;

	db_about(s, "listing memories");
	db_open(&r, s, MEMORIES "ORDER BY name", NOARGS);
	return db_row_each(&r, &memory_shape, hand_memory, &l);
}
