#ifndef MNEMOD_BUILTIN_INPUT_H
#define MNEMOD_BUILTIN_INPUT_H

#include <json-c/json.h>
#include <stddef.h>
#include <stdint.h>
#include "buf.h"
#include "worker/stem.h"

/*
 * What stage two is given: .inputs.json, written by the workspace role.  Its
 * structure is ours; the texts in it come from transcripts.
 */
struct row {
	const char	*thread_id;	/* all borrowed from `root' */
	const char	*cwd;
	const char	*path;		/* the rollout */
	const char	*group;
	const char	*repository;
	const char	*stem;		/* of its rollout summary */
	int64_t		 updated_at;
	json_object	*facts;
	int		 adopted;	/* it came with the folder */
};

/* A thread that is to be forgotten. */
struct tombstone {
	const char	*thread_id;	/* borrowed */
	char		 stem[STEM_SIZE];	/* without its slug, or "" */
};

struct inputs {
	json_object	*root;
	struct row	*row;		/* by thread id, ascending */
	size_t		 n;
	const char	**adopted;	/* threads; borrowed */
	size_t		 nadopted;
	struct tombstone *tombstone;
	size_t		 ntombstones;
	int64_t		 now;
};

/*
 * Parse the file's text.  A row without facts gets those of its raw memory
 * (builtin_raw.h); one with facts of an unknown version is left out.  Returns
 * 0, or -1 with the reason in *why.
 */
int inputs_parse(struct inputs *, const struct buf *text, const char **why);
void inputs_clear(struct inputs *);

/* Leave out the rows that `wanted' says no to. */
void inputs_choose(struct inputs *, int (*wanted)(const struct row *, void *),
    void *arg);

#endif
