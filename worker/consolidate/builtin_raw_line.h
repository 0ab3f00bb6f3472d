#ifndef MNEMOD_BUILTIN_RAW_LINE_H
#define MNEMOD_BUILTIN_RAW_LINE_H

#include <stddef.h>

/* Where a line of a raw memory stands. */
enum raw_section {
	RAW_NONE,
	RAW_PREFS,
	RAW_KNOWLEDGE,
	RAW_FAILURES
};

/*
 * One line that is to be kept, of at most `max' bytes, without marks like
 * "[Task 2]" at its end; "" if it addresses an agent or names a thread.  The
 * caller frees it.
 */
char *raw_line(const char *text, size_t max, enum raw_section);

/* 1 for "none", "no preference was told" and what has no word. */
int raw_line_is_nothing(const char *text, enum raw_section);

#endif
