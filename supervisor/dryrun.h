#ifndef MNEMOD_DRYRUN_H
#define MNEMOD_DRYRUN_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include "supervisor/config.h"
#include "supervisor/root.h"

/*
 * What --dry-run prints, and the first start on a terminal before it asks.
 * The caller fills the struct; nothing is kept or owned here.
 */

/* A word or path and how many: reasons, directories. */
struct dryrun_count {
	const char	*what;
	int64_t		 n;
};

struct dryrun_source {
	const char	*name;
	const char	*path;
	int		 present;	/* 0: the directory is not there, */
	int		 error;		/* or this errno of looking at it */
	int64_t		 files;		/* rollouts seen */
	int64_t		 archived;
	int64_t		 unusable;
};

struct dryrun_memory {
	const char	*name;
	const char	*path;		/* as configured */
	enum root_state	 state;
	const char	*text;		/* struct root's text */
	int64_t		 threads;	/* that would feed it */
	int		 adopted;	/* it would be, first */
};

/* What stage one would ask a model; an upper estimate. */
struct dryrun_model {
	const char	*name;		/* NULL: none is asked */
	int64_t		 requests;
	int64_t		 tokens;
	int64_t		 money;		/* millionths; 0: no prices are set */
};

struct dryrun {
	const struct config		*config;
	const struct dryrun_source	*sources;
	size_t				 nsources;
	const struct dryrun_memory	*memories;
	size_t				 nmemories;
	int64_t				 due;
	int64_t				 done;		/* up to date */
	const struct dryrun_count	*reasons;	/* not due: why */
	size_t				 nreasons;
	const struct dryrun_count	*dirs;		/* of the due, by cwd */
	size_t				 ndirs;
	struct dryrun_model		 model;
	const char			*hint;	/* or NULL */
};

/* Print the report; everything from outside is made printable. */
void dryrun_print(const struct dryrun *, FILE *);

enum dryrun_answer {
	ANSWER_YES,
	ANSWER_NO,
	ANSWER_NOT_ASKED	/* no terminal: go on as told by the caller */
};

/*
 * Ask on the terminal whether to go on; `yes' (--yes) answers.  Only when
 * both descriptors are terminals; end of file and anything but y or yes is
 * a no.
 */
enum dryrun_answer dryrun_ask(int in_fd, int out_fd, int yes);

#endif
