#include <stdlib.h>
#include <string.h>

#include "common/mem.h"
#include "supervisor/store_db.h"

/*
 * Which outputs a memory is made from.  Rows come in the order of their
 * rank and are taken until the limit; what holds a preference, or was
 * adopted, is always taken.  Each is read again by its version, so one that
 * changed meanwhile is left out until the next time.
 *
 * CROSS JOIN: SQLite would begin with the threads, which may be a hundred
 * times as many.
 */

#define RANKED								\
	"SELECT " THREAD_COLUMNS ", o.source_updated_at,"		\
	" o.keeps <> 0 OR o.generator = 'adopted' AS kept"		\
	" FROM stage1_outputs o CROSS JOIN threads t ON t.id = o.thread_id"\
	" WHERE t.memory_mode = 'enabled'"				\
	" AND (trim(o.raw_memory) <> '' OR trim(o.rollout_summary) <> '')"\
	" AND (kept OR coalesce(o.last_usage, o.source_updated_at) >= ?)"\
	" AND NOT EXISTS (SELECT 1 FROM tombstones d"			\
	"  WHERE d.thread_id = o.thread_id)"				\
	" ORDER BY coalesce(o.usage_count, 0) DESC,"			\
	" coalesce(o.last_usage, o.source_updated_at) DESC,"		\
	" o.source_updated_at DESC, o.thread_id DESC"

struct pick {
	char	*thread_id;
	int64_t	 version;
};

struct picks {
	const struct store_select *rules;
	struct pick	*v;
	size_t		 n, cap;
	int64_t		 counted;	/* against the limit */
};

static void
picks_add(struct picks *p, const char *thread_id, int64_t version)
{
	if (p->n == p->cap) {
		p->cap = p->cap == 0 ? 64 : p->cap * 2;
		p->v = xreallocarray(p->v, p->cap, sizeof(*p->v));
	}
	p->v[p->n].thread_id = xstrdup(thread_id);
	p->v[p->n++].version = version;
}

static void
picks_release(struct picks *p)
{
	while (p->n > 0)
		free(p->v[--p->n].thread_id);
	free(p->v);
}

static void
pick_row(struct picks *p, const struct db_rows *r)
{
	const struct store_select	*rules = p->rules;
	struct store_thread		 t;
	int				 kept;

	kept = db_int(r, THREAD_NCOLUMNS + 1) != 0;
	if (!kept && p->counted >= rules->limit)
		return;
	db_row_read(r, 0, &thread_shape, &t);
	if (rules->wanted != NULL && !rules->wanted(&t, rules->arg))
		return;
	p->counted += !kept;
	picks_add(p, t.id, db_int(r, THREAD_NCOLUMNS));
}

static enum store_status
pick_all(struct store *s, struct picks *p)
{
	const struct store_select	*rules = p->rules;
	struct db_rows			 r;
	int64_t				 cutoff = INT64_MIN;

	if (rules->max_unused_days > 0)
		cutoff = rules->now - rules->max_unused_days * 86400;
	db_open(&r, s, RANKED, ARGS(INT(cutoff)));
	while (db_next(&r))
		pick_row(p, &r);
	return db_end(&r);
}

static int
by_thread_id(const void *a, const void *b)
{
	const struct pick	*x = a, *y = b;

	return strcmp(x->thread_id, y->thread_id);
}

struct row_list {
	store_row_cb	*cb;
	void		*arg;
	int		 stop;
};

static int
hand_row(const void *row, void *arg)
{
	struct row_list	*l = arg;

	l->stop = l->cb(row, l->arg);
	return l->stop;
}

static enum store_status
hand_pick(struct store *s, const struct pick *pick, struct row_list *l)
{
	struct db_rows	 r;

	db_open(&r, s, ROWS " WHERE o.thread_id = ?"
	    " AND o.source_updated_at = ? AND t.memory_mode = 'enabled'",
	    ARGS(TEXT(pick->thread_id), INT(pick->version)));
	return db_row_each(&r, &row_shape, hand_row, l);
}

enum store_status
store_select_each(struct store *s, const struct store_select *rules,
    store_row_cb *cb, void *arg)
{
	struct picks		 p = { .rules = rules };
	struct row_list		 l = { cb, arg, 0 };
	enum store_status	 st;
	size_t			 i;

	db_about(s, "selecting for memory %s", rules->memory);
	st = pick_all(s, &p);
	if (st == STORE_OK && p.n > 0)
		qsort(p.v, p.n, sizeof(*p.v), by_thread_id);
	for (i = 0; i < p.n && st == STORE_OK && !l.stop; i++)
		st = hand_pick(s, &p.v[i], &l);
	picks_release(&p);
	return st;
}

enum store_status
store_selected(struct store *s, const char *memory, const char *thread_id,
    int64_t *source_updated_at)
{
	db_about(s, "reading the selection of memory %s", memory);
	return db_value(s, "SELECT source_updated_at FROM selections"
	    " WHERE memory = ? AND thread_id = ?",
	    ARGS(TEXT(memory), TEXT(thread_id)), source_updated_at);
}

enum store_status
store_output_each(struct store *s, store_row_cb *cb, void *arg)
{
	struct row_list	 l = { cb, arg, 0 };
	struct db_rows	 r;

	db_about(s, "listing outputs");
	db_open(&r, s, ROWS " ORDER BY o.thread_id", NOARGS);
	return db_row_each(&r, &row_shape, hand_row, &l);
}
