#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "common/mem.h"
#include "supervisor/store_db.h"

/*
 * Structs as rows.  One table per struct says where its columns are; what
 * is read, bound, copied or freed follows that table.
 */

static const char *
text_at(const void *row, size_t offset)
{
	const char	*s;

	memcpy(&s, (const char *)row + offset, sizeof(s));
	return s;
}

static void
text_set(void *row, size_t offset, const char *s)
{
	memcpy((char *)row + offset, &s, sizeof(s));
}

static int64_t
int_at(const void *row, size_t offset)
{
	int64_t	 i;

	memcpy(&i, (const char *)row + offset, sizeof(i));
	return i;
}

static void
int_set(void *row, size_t offset, int64_t i)
{
	memcpy((char *)row + offset, &i, sizeof(i));
}

void
db_row_read(const struct db_rows *r, int first, const struct db_shape *sh,
    void *row)
{
	const struct db_column	*c;

	memset(row, 0, sh->size);
	for (c = sh->columns; c->kind != DB_END; c++, first++) {
		if (first >= sqlite3_column_count(r->slot->stmt))
			BUG("no column %d in: %s", first, r->slot->sql);
		if (c->kind == DB_TEXT)
			text_set(row, c->offset, db_text(r, first));
		else
			int_set(row, c->offset, db_int(r, first));
	}
}

void
db_row_args(const struct db_shape *sh, const void *row, struct db_arg *args)
{
	const struct db_column	*c;
	size_t			 i = 0;

	for (c = sh->columns; c->kind != DB_END; c++, i++) {
		if (i == DB_MAX_COLUMNS)
			BUG("a row of more than %zu columns", i);
		args[i] = (struct db_arg){ c->kind, 0, NULL };
		if (c->kind == DB_TEXT)
			args[i].s = text_at(row, c->offset);
		else
			args[i].i = int_at(row, c->offset);
	}
	args[i] = (struct db_arg){ DB_END, 0, NULL };
}

void *
db_row_dup(const struct db_shape *sh, const void *row)
{
	const struct db_column	*c;
	void			*copy = xcalloc(1, sh->size);
	const char		*s;

	memcpy(copy, row, sh->size);
	for (c = sh->columns; c->kind != DB_END; c++) {
		if (c->kind != DB_TEXT)
			continue;
		s = text_at(row, c->offset);
		text_set(copy, c->offset, s == NULL ? NULL : xstrdup(s));
	}
	return copy;
}

void
db_row_free(const struct db_shape *sh, void *row)
{
	const struct db_column	*c;
	void			*text;

	if (row == NULL)
		return;
	for (c = sh->columns; c->kind != DB_END; c++) {
		if (c->kind != DB_TEXT)
			continue;
		memcpy(&text, (char *)row + c->offset, sizeof(text));
		free(text);
	}
	free(row);
}

enum store_status
db_row_get(struct db_rows *r, const struct db_shape *sh, void **row)
{
	enum store_status	 st;
	void			*borrowed;

	*row = NULL;
	if (db_next(r)) {
		borrowed = xcalloc(1, sh->size);
		db_row_read(r, 0, sh, borrowed);
		*row = db_row_dup(sh, borrowed);
		free(borrowed);
	}
	st = db_end(r);
	return st == STORE_OK && *row == NULL ? STORE_NONE : st;
}

enum store_status
db_row_each(struct db_rows *r, const struct db_shape *sh, db_row_cb *cb,
    void *arg)
{
	void	*row = xcalloc(1, sh->size);

	while (db_next(r)) {
		db_row_read(r, 0, sh, row);
		if (cb(row, arg) != 0)
			break;
	}
	free(row);
	return db_end(r);
}
