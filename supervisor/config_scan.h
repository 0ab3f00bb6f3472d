#ifndef MNEMOD_CONFIG_SCAN_H
#define MNEMOD_CONFIG_SCAN_H

#include "common/buf.h"
#include "supervisor/config_table.h"

/*
 * A look at the text of a configuration file before libconfuse sees it.
 * libconfuse takes several mistakes in silence: a section, string or comment
 * that is open at the end of the file (what it held is dropped), a key or
 * section given twice (one is dropped), `${NAME}' (the environment flows
 * in), and `a|b' (a path into other sections).  Each is an error here, or
 * made harmless; and the lines of all keys are noted, which libconfuse does
 * not keep.
 */

/* Keys and sections by what they are called, a tree of tsearch(3). */
struct config_marks {
	void	*tree;
};

/*
 * Scan a text named `file' in messages.  On success 0, the marks, and `text'
 * is made the one to parse; else -1 and a message in `why'.  Release all in
 * either case.
 */
int config_scan(const char *file, struct buf *text, struct config_marks *,
    struct buf *why);
void config_marks_release(struct config_marks *);

/* The line of a key (NULL: of the section), 0 if it is not there. */
int config_marks_line(const struct config_marks *, enum config_section_id,
    const char *title, const char *key);

#endif
