#ifndef MNEMOD_BUILTIN_FINDINGS_H
#define MNEMOD_BUILTIN_FINDINGS_H

#include <stddef.h>
#include "builtin_task.h"

/*
 * What one look over the body's lines finds.  Lines that address an agent
 * are dropped and counted.
 */
struct findings {
	struct strs	 errors;	/* real error lines, in their order */
	struct strs	 missing;	/* programs: "command not found" */
	struct strs	 targets;	/* make: no rule to make target */
	char		*sanitizer;	/* kind and place of a report */
	char		*says;		/* "Ran 2 tests" */
	int		 no_git;	/* not a git repository */
	size_t		 dropped;
};

void findings_read(struct findings *, const char *body, size_t len);
void findings_clear(struct findings *);

#endif
