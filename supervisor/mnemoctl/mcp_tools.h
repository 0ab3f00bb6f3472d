#ifndef MNEMOD_MNEMOCTL_MCP_TOOLS_H
#define MNEMOD_MNEMOCTL_MCP_TOOLS_H

#include "supervisor/mnemoctl/mcp.h"

/* What tools take, and at most give. */
#define MCP_LIST_MAX		2000	/* entries */
#define MCP_SEARCH_MAX		200	/* matches */
#define MCP_CONTENT_MAX		80000u	/* bytes: 20,000 tokens of 4 */
#define MCP_NOTE_MAX		16384	/* bytes of a note */

/* 1 if there is such a tool. */
int mcp_tool_known(const char *name);

/* The array of tools, as tools/list of this revision gives them. */
json_object *mcp_tools_list(enum mcp_revision);

/*
 * Call a tool that is known; `args' may be NULL.  The result of tools/call: a
 * mistake in the arguments is one too, with isError, so that the model sees
 * it and can do better.
 */
json_object *mcp_tool_call(struct mcp *, const char *name,
    json_object *args);

/*
 * The tools.  `args' are checked against the table.  They fill `result' and
 * return 0, or write a sentence to `why' and return -1.
 */
int mcp_list(struct mcp *, json_object *args, json_object *result,
    struct buf *why);
int mcp_read(struct mcp *, json_object *args, json_object *result,
    struct buf *why);
int mcp_search(struct mcp *, json_object *args, json_object *result,
    struct buf *why);
int mcp_remember(struct mcp *, json_object *args, json_object *result,
    struct buf *why);

#endif
