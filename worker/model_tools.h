#ifndef MNEMOD_MODEL_TOOLS_H
#define MNEMOD_MODEL_TOOLS_H

#include <json-c/json.h>

/*
 * The function tools of a consolidation agent and the schemas of structured
 * replies: one table each.  The agent carries the tools out, the gateway
 * tells a model of them; a name that is not here reaches no model.
 */

enum model_tool_id {
	TOOL_LIST_FILES, TOOL_READ_FILE, TOOL_SEARCH, TOOL_WRITE_FILE,
	TOOL_EDIT_FILE, TOOL_APPLY_PATCH, TOOL_DELETE_FILE, TOOL_MOVE_FILE,
	TOOL__MAX
};

struct model_tool {
	const char	*name;
	const char	*description;	/* for the model */
	const char	*parameters;	/* JSON schema, fit for "strict" */
};

extern const struct model_tool model_tools[TOOL__MAX];

/* The row called `name', or NULL. */
const struct model_tool *model_tool_by_name(const char *name);

struct model_schema {
	const char	*name;		/* in a neutral payload */
	const char	*wire;		/* its name for a provider */
	const char	*description;	/* where a tool stands for it */
	const char	*schema;	/* JSON schema */
};

/* The row called `name', or NULL. */
const struct model_schema *model_schema_by_name(const char *name);

/* The schema text of a row as an object; the caller owns it. */
json_object *model_schema_object(const char *text);

#endif
