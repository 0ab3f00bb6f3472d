#ifndef MNEMOD_MNEMOCTL_TABLE_H
#define MNEMOD_MNEMOCTL_TABLE_H

#include "supervisor/mnemoctl/output.h"

/*
 * A table for people.  A column is as wide as its widest cell; on a terminal
 * that is too narrow first the columns that may be cut become narrower, the
 * widest first, then the right end is lost.  Elsewhere nothing is cut.
 */

struct table_column {
	const char	*name;		/* NULL: the end of the list */
	enum {
		TABLE_WORD,		/* whole, as far as there is room */
		TABLE_NUMBER,		/* the same, to the right */
		TABLE_TEXT		/* may be cut */
	}		 kind;
};

struct table;

/* The columns are borrowed until table_print(); their names are a row. */
struct table *table_new(const struct output *, const struct table_column *);

/* A cell: text of others, made printable and copied; "-" for none. */
void table_add(struct table *, enum style, const char *text);
void table_addf(struct table *, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void table_number(struct table *, int64_t);
/* The beginning of an id, as long as table_ids() said; NULL is none. */
void table_id(struct table *, const char *id);
void table_ids(struct table *, int64_t length);
/* A time in seconds, relative; 0 is none. */
void table_time(struct table *, int64_t when);
/* How long it took, or takes (`to' is 0). */
void table_span(struct table *, int64_t from, int64_t to);

/* A row for each object of an array; NULL has none. */
void table_rows(struct table *, json_object *list,
    void (*row)(struct table *, json_object *o));

/* Print it and free it.  It has whole rows. */
void table_print(struct table *);

#endif
