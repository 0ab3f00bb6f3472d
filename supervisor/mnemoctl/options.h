#ifndef MNEMOD_MNEMOCTL_OPTIONS_H
#define MNEMOD_MNEMOCTL_OPTIONS_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct ctl_command;

/* The command line of mnemoctl(1). */
struct ctl_options {
	int			  help;		/* -h */
	int			  version;	/* -V */
	int			  json;		/* -j */
	int			  verbose;	/* -v */
	int			  all;		/* -a */
	int			  wait;		/* -w */
	int			  outdated;	/* -O */
	int			  provider;	/* --provider */
	int			  dry_run;	/* -n */
	int			  purge;	/* -p */
	int			  force;	/* --force */
	const char		 *by;		/* --by, or NULL */
	int64_t			  days;		/* --days, or 0 */
	int64_t			  limit;	/* -n of search, or 0 */
	int64_t			  lines;	/* -n of log, or 0 */
	int			  follow;	/* -f of log */
	const char		 *memory;	/* -m, or NULL */
	const char		 *despite;	/* -d, or NULL */
	const char		 *file;		/* -f, or NULL */
	const char		 *state;	/* -s, or NULL */
	const char		**overrides;	/* -o, in order; owned array */
	size_t			  noverrides;
	const struct ctl_command *command;	/* NULL: -h or -V alone */
	const char		 *argument;	/* of the command, or NULL */
	char			 *joined;	/* what owns it, or NULL */
	uint64_t		  given;	/* options, a bit each */
	char			  why[256];	/* what is wrong */
};

/*
 * Parse the command line; `commands' ends with a row without name.  Strings
 * are borrowed from argv, whose order changes: options may follow the
 * command, and where a command has options of its own they must.  Returns 0,
 * or -1 with one line in `why', exit status 2.  ctl_options_release() in
 * either case.
 */
int ctl_options_parse(struct ctl_options *, const struct ctl_command *commands,
    char **argv);
void ctl_options_release(struct ctl_options *);

/*
 * The one-line usage (standard error), and the help (-h): of one command, and
 * of all.
 */
void ctl_options_usage(FILE *);
void ctl_options_help_command(FILE *, const struct ctl_command *);
void ctl_options_help(FILE *, const struct ctl_command *commands);

#endif
