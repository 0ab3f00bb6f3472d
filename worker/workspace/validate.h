#ifndef MNEMOD_VALIDATE_H
#define MNEMOD_VALIDATE_H

#include <git2.h>
#include <json-c/json.h>
#include "worker/redact.h"
#include "worker/workspace/history.h"
#include "worker/workspace/inputs.h"

/*
 * The rules that a memory must keep, one function and one message each
 * (mnemod-memory(5), RULES).  A merged tree is judged by what it adds to the
 * live one: what was wrong there before never blocks.
 */

/* Sizes in bytes. */
#define VALIDATE_HANDBOOK_MAX	1048576u
#define VALIDATE_SUMMARY_MAX	10000u
#define VALIDATE_SKILL_MAX	262144u

/* Violations that are told: more than an agent can use in one go. */
#define VALIDATE_MAX		200

struct validation {
	struct history	*history;
	git_index	*live;		/* L */
	git_index	*merged;	/* M */
	git_index	*agents;	/* A: what it may cite besides M */
	struct redact	*redact;	/* NULL: that rule is passed over */

	/*
	 * Evidence besides the rollout summaries; each may be NULL.  A row
	 * whose summary is a file loses its own: that is held once.
	 */
	const struct inputs *inputs;	/* rows and tombstones */
	const git_oid	*raw;		/* the blob of raw_memories.md */

	/* Paths that are as the user left them, not as the agent asked. */
	char *const	*conflicts;
	size_t		 nconflicts;

	int		 scripts;	/* skills may hold scripts/ */
	int		 builtin;	/* builtin/1 wrote M: see rules.h */
	int		 alone;		/* a folder by itself: L is empty */
	size_t		 max;		/* violations, 0: VALIDATE_MAX */

	void		(*tick)(void *);	/* in long work; NULL: not */
	void		*tick_arg;
};

/*
 * An array of violations {file, line, rule, message}, empty if all is well;
 * NULL with history_error() if something could not be read.  The caller owns
 * it.
 */
json_object *validate_tree(const struct validation *);

/*
 * One violation; `line' counts from 1, 0 means the whole file.  Path and
 * message are made printable.
 */
json_object *validate_violation(const char *file, int line, const char *rule,
    const char *message);

#endif
