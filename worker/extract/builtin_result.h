#ifndef MNEMOD_BUILTIN_RESULT_H
#define MNEMOD_BUILTIN_RESULT_H

#include <json-c/json.h>
#include <stddef.h>
#include "buf.h"
#include "builtin_task.h"

/*
 * A tool's output: what it says about success, and nothing else.  The text
 * may have been written to mislead; only status, error lines and counts are
 * taken from it.
 */
#define RESULT_UNKNOWN	(-1)

struct result {
	struct buf	 body;	/* without the tool's own header */
	int		 exit;	/* RESULT_UNKNOWN if not told */
	int		 refused;	/* the tool itself failed */
};

/* Read a function_call_output's or custom_tool_call_output's "output". */
void result_parse(struct result *, json_object *output);
void result_release(struct result *);

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
