#ifndef MNEMOD_STORE_RULES_H
#define MNEMOD_STORE_RULES_H

#include "supervisor/store_db.h"

/*
 * The rules of the claim of stage one, without a database: which threads are
 * due, and why the others are not (memory-pipeline, section 3).  One table
 * holds them in the order of the claim.
 */

/* What a rule looks at. */
struct due_subject {
	const struct store_thread		*thread;
	const struct store_due_facts		*facts;
	const struct store_stage_one_rules	*rules;
	int64_t					 version; /* of the thread */
};

/* The rule that decided, and when that changes by itself; 0: it does not. */
struct due_verdict {
	enum store_due	due;
	int64_t		when;
};

/* The first rule that refuses decides. */
struct due_verdict due_judge(const struct due_subject *);

/* The verdict of every rule, by itself. */
void due_explain(const struct due_subject *, struct store_verdict *);

/* Newest version that counts as idle, oldest that is not too old: ms. */
int64_t due_idle_bound_ms(const struct store_stage_one_rules *);
int64_t due_age_bound_ms(const struct store_stage_one_rules *);

#endif
