#ifndef MNEMOD_EXTRACT_H
#define MNEMOD_EXTRACT_H

#include <stddef.h>

#include "ask.h"
#include "feed.h"
#include "known.h"
#include "past.h"
#include "worker/worker.h"

/*
 * The extract role: finds rollouts, tells what they are and makes stage one
 * of them.  role.c has its table; a file each its requests.
 */
extern const struct worker_role extract_role;

struct extract_source {
	char	*name;
	char	*path;		/* the directory above sessions/ */
	struct known *known;	/* its files */
	unsigned walked;	/* parts that the last scan saw all of */
};

/* worker_data() of the role. */
struct extract {
	struct extract_source	*sources;
	size_t			 nsources;
	char			**roots;	/* memory roots */
	size_t			 nroots;
	char			*preview;	/* or NULL: all sources */
	struct redact		*redact;
	struct pasts		 pasts;
	char			*generator;	/* of outputs: "builtin/1" */
	int			 model;		/* made by a model */
	struct asks		 asks;
};

/* The source of this name, or NULL. */
struct extract_source *extract_source(const struct extract *,
    const char *name);

/* What a feed needs, borrowed from the role's state. */
struct feed_tools extract_tools(const struct extract *);

/* For rollout_set_tick(), `arg' being the worker. */
int extract_tick(void *arg);

/* The requests. */
void extract_known(struct worker *, const struct msg *);
void extract_compare(struct worker *, const struct msg *);
void extract_scan(struct worker *, const struct msg *);
void extract_extract(struct worker *, const struct msg *);
void extract_preview(struct worker *, const struct msg *);

#endif
