#ifndef MNEMOD_BUILTIN_COMMAND_H
#define MNEMOD_BUILTIN_COMMAND_H

#include <stddef.h>
#include "builtin_task.h"

/*
 * A shell command line in its parts.  The text comes from an agent: quotes
 * are honoured as far as they balance, and nothing is ever executed.  The
 * lines of a here-document are data and stepped over.
 */
#define COMMAND_SEGS	12

enum seg_join { SEG_END, SEG_AND, SEG_OR, SEG_THEN, SEG_PIPE };

struct seg {
	char		*text;	/* without redirections of descriptors */
	char		*key;	/* "make test", "unittest" */
	char		*program;	/* "make" */
	char		*writes;	/* the file behind ">", or NULL */
	int		 document;	/* a here-document is its input */
	enum run_kind	 kind;
	enum seg_join	 join;	/* how the next one follows */
};

struct command {
	struct seg	 seg[COMMAND_SEGS];
	size_t		 n;
	char		*dir;	/* of a leading cd, NULL: none */
};

/* Never fails: what cannot be told apart is one part.  Owns its strings. */
void command_parse(struct command *, const char *text);
void command_clear(struct command *);

/*
 * The segments first..last that matter, as they are shown: without cat, git
 * status and the like, and without what only cuts the output.  NULL if none
 * is left; the caller frees it.
 */
char *command_show(const struct command *, size_t first, size_t last);

/* Index of the last segment of a kind other than RUN_OTHER, or -1. */
int command_main(const struct command *);

/* Index of the segment whose program is `name', or -1. */
int command_by_program(const struct command *, const char *name);

#endif
