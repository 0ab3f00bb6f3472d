#ifndef MNEMOD_BUILTIN_RESULT_H
#define MNEMOD_BUILTIN_RESULT_H

#include <json-c/json.h>
#include <stddef.h>
#include "buf.h"

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

#endif
