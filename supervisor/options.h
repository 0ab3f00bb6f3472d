#ifndef MNEMOD_OPTIONS_H
#define MNEMOD_OPTIONS_H

#include <stddef.h>
#include <stdio.h>
#include "common/buf.h"

/* The command line of mnemod(8). */

/* What to do: one of them, but help and version go before all. */
enum options_act {
	ACT_RUN,		/* stay in the foreground */
	ACT_ONCE,		/* -1 */
	ACT_CHECK,		/* -n: print the configuration */
	ACT_PREVIEW,		/* -p: print what stage one would hand on */
	ACT_DRY_RUN,		/* --dry-run */
	ACT_HELP,		/* -h */
	ACT_VERSION		/* -V */
};

struct options {
	enum options_act	  act;
	int			  verbose;	/* -v */
	int			  yes;		/* --yes */
	int			  adopt_all;	/* --adopt without a name */
	const char		**adopt;	/* names of memories; owned array */
	size_t			  nadopt;
	const char		 *file;		/* -f, or NULL */
	const char		 *preview;	/* -p, or NULL */
	const char		 *state;	/* -s, or NULL */
	const char		**overrides;	/* -o, in order; owned array */
	size_t			  noverrides;
};

/*
 * Parse the command line.  The strings are borrowed from argv.  Returns 0,
 * or -1 with one line in `why' (exit status 2; print options_usage() too).
 * options_release() in either case.
 */
int options_parse(struct options *, int argc, char **argv, struct buf *why);
void options_release(struct options *);

/* The one-line usage (standard error) and the full help (-h). */
void options_usage(FILE *);
void options_help(FILE *);

#endif
