#ifndef MNEMOD_VALIDATE_H
#define MNEMOD_VALIDATE_H

#include <git2.h>
#include <json-c/json.h>
#include "worker/redact.h"
#include "worker/workspace/history.h"

/*
 * The rules that a memory must keep, one function and one message each
 * (mnemod-memory(5), RULES).  A merged tree is judged by what it adds to the
 * live one: what was wrong there before never blocks.
 */

/* Sizes in bytes. */
#define VALIDATE_HANDBOOK_MAX	1048576u
#define VALIDATE_SUMMARY_MAX	10000u
#define VALIDATE_SKILL_MAX	262144u

struct validation {
	struct history	*history;
	git_index	*live;		/* L */
	git_index	*merged;	/* M */
	git_index	*agents;	/* A: what it may cite besides M */
	struct redact	*redact;	/* NULL: that rule is passed over */
};

/*
 * An array of violations {file, line, rule, message}, empty if all is well;
 * NULL with history_error() if something could not be read.  The caller owns
 * it.
 */
json_object *validate_tree(const struct validation *);

/* One violation; `line' counts from 1, 0 means the whole file. */
json_object *validate_violation(const char *file, int line, const char *rule,
    const char *message);

#endif
