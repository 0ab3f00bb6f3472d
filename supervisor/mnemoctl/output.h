#ifndef MNEMOD_MNEMOCTL_OUTPUT_H
#define MNEMOD_MNEMOCTL_OUTPUT_H

#include <json-c/json.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/*
 * What mnemoctl(1) prints: lines and tables for people, JSON for programs.
 * Nothing from outside reaches a terminal but through these functions.
 */

enum style {
	STYLE_PLAIN,
	STYLE_HEAD,		/* headings: bold */
	STYLE_GOOD,		/* green */
	STYLE_BAD,		/* red */
	STYLE_DIM
};

struct output {
	FILE	*fp;
	int	 width;		/* columns of the terminal; 0: no limit */
	int	 colour;
	int64_t	 now;		/* seconds: what relative times refer to */
};

/*
 * Lines are cut to the terminal if `fp' is one; colour needs one too, and
 * is off with NO_COLOR or TERM=dumb.
 */
void output_init(struct output *, FILE *fp, int64_t now);

/* One line, made printable and cut; no newline in the format. */
void output_line(const struct output *, enum style, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/*
 * A table: cells are added row by row and copied; columns are as wide as
 * their widest cell.  table_print() prints it and frees it.
 */
struct table;
struct table *table_new(size_t columns);
void table_add(struct table *, enum style, const char *text);
void table_addf(struct table *, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void table_print(struct table *, const struct output *);

/* "in 2 hours", "3 days ago", "now"; "-" for 0. */
#define TIME_TEXT 48
const char *time_text(char buf[TIME_TEXT], int64_t when, int64_t now);
/* "2 hours", "40 seconds": the largest unit that counts at least two. */
const char *span_text(char buf[TIME_TEXT], int64_t seconds);

/*
 * The JSON text and a newline, ASCII only: everything else is escaped, so
 * that it may go to a terminal; bytes that are no UTF-8 become U+FFFD.
 */
void output_json(FILE *, json_object *);

/* How many characters tell these ids apart, at least 8.  Sorts them. */
size_t output_id_length(const char **ids, size_t n);

#endif
