#ifndef MNEMOD_MNEMOCTL_WHY_H
#define MNEMOD_MNEMOCTL_WHY_H

#include "common/uuid.h"
#include "supervisor/mnemoctl/ctl.h"

/*
 * Pieces of mnemoctl why: finding what is meant, the rules of both stages.
 */

/* What the argument meant. */
struct target {
	char	 thread_id[UUID_SIZE];	/* "": a file without a thread */
	char	*path;			/* of the file; owned */
};

/*
 * Find the thread whose id begins with `word', or the file of that path as
 * a scan recorded it.  CTL_NOT_FOUND and CTL_STATE are logged.
 */
enum ctl_exit find_target(struct ctl *, const char *word, struct target *);
void target_release(struct target *);

/* Add "stage_one": the rules of the claim on this thread. */
enum ctl_exit why_stage_one(struct ctl *, const struct store_thread *,
    json_object *doc);
/* Add "stage_two": the rules of selection, for each memory. */
enum ctl_exit why_stage_two(struct ctl *, const struct store_thread *,
    json_object *doc);

/* One rule as both stages list it. */
struct rule_line {
	const char	*rule;		/* "idle" */
	const char	*refusal;	/* "too_young" */
	int		 holds;
	const char	*value;		/* what it looked at, in words */
	int64_t		 when;		/* it changes by itself, or 0 */
	const char	*until;		/* what else changes it, or NULL */
};
void why_add_rule(json_object *list, const struct rule_line *);
/* Mark the first rule that refuses; its refusal, or NULL. */
const char *why_decide(json_object *list, int64_t *when);

#endif
