#ifndef MNEMOD_MNEMOCTL_OUTPUT_H
#define MNEMOD_MNEMOCTL_OUTPUT_H

#include <json-c/json.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include "common/buf.h"

/*
 * What mnemoctl(1) prints: lines and tables (table.h) for people, JSON for
 * programs.  Nothing from outside reaches a terminal but through these.
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
 * Lines are cut to COLUMNS, or the terminal's own width, if `fp' is a
 * terminal; colour needs one too, and is off with NO_COLOR or TERM=dumb.
 */
void output_init(struct output *, FILE *fp, int64_t now);

/* One line, made printable and cut; no newline in the format. */
void output_line(const struct output *, enum style, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* The same, but no line is cut: for reading, where a part is of no use. */
struct output output_whole(const struct output *);

/* Show each object of a list; NULL is an empty one. */
void output_each(const struct output *, json_object *list,
    void (*show)(json_object *, const struct output *));

/*
 * Text of others as it may be printed, for the caller to free: whole, or
 * what can matter of it on a terminal.
 */
char *output_printable(const struct output *, const char *text);

/* Columns that printable text takes: wide characters are two. */
size_t output_columns(const char *text);

/* Printable text, no newline; what does not fit ends in an ellipsis. */
void output_put(const struct output *, enum style, const char *text,
    size_t room);

/*
 * The JSON text and a newline, ASCII only: everything else is escaped, so
 * that it may go to a terminal; bytes that are no UTF-8 become U+FFFD.  In
 * the document a time is a number of seconds; what is printed is RFC 3339.
 * A member is a time if its name is one of those that mnemoctl(1) lists.
 */
void output_json(FILE *, json_object *);

/* The text alone, times left as they are, to the end of a buffer. */
void output_json_add(struct buf *, json_object *);

#endif
