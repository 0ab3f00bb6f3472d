#ifndef MNEMOD_BUILTIN_WORD_H
#define MNEMOD_BUILTIN_WORD_H

#include "buf.h"
#include "builtin_task.h"

/*
 * The words of one part of a shell command line, and what they say of the
 * program that it runs.
 */
#define WORD_MAX	128	/* bytes with the NUL; longer words are cut */

/* The next word of `*p', quotes removed.  0 at the end. */
int word_next(const char **p, char word[WORD_MAX]);

/* Skips assignments and wrappers; the program's word is in `word'. */
int word_program(const char **p, char word[WORD_MAX]);

/* The name behind the last slash.  Borrows. */
const char *word_base(const char *path);

/*
 * Append what makes two calls the same command: the program, its subcommand
 * or script; "python3 -m pytest" is "pytest".  `rest' follows the program.
 */
void word_key(struct buf *key, const char *program, const char *rest);

/* Whether the part of that text tests, builds, lints, runs or does neither. */
enum run_kind word_kind(const char *program, const char *text);

#endif
