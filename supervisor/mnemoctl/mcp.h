#ifndef MNEMOD_MNEMOCTL_MCP_H
#define MNEMOD_MNEMOCTL_MCP_H

#include <json-c/json.h>
#include <stddef.h>
#include <stdint.h>
#include "common/buf.h"

/*
 * mnemoctl mcp: the Model Context Protocol (modelcontextprotocol.io) over
 * standard input and output, a JSON-RPC 2.0 message on each line.
 *
 *	mcp.c		the command: start, sandbox, lines in and out
 *	mcp_sandbox.c	what it keeps of its rights
 *	mcp_rpc.c	messages: methods, errors, batches
 *	mcp_tools.c	the table of tools and the check of their arguments
 *	mcp_memory.c	list, read, search: published files, read by descriptor
 *	mcp_channel.c	remember and uses, on their way to the broker
 *	mcp_broker.c	the process outside the sandbox that asks the supervisor
 */

/* Revisions of the protocol that differ for us, oldest first. */
enum mcp_revision {
	MCP_NONE,		/* before `initialize' */
	MCP_2024_11_05,
	MCP_2025_03_26,		/* annotations */
	MCP_2025_06_18,		/* structured results; no batches any more */
	MCP_2025_11_25
};

#define MCP_LINE_MAX	((size_t)1024 * 1024)	/* bytes of a message */
#define MCP_BATCH_MAX	64			/* messages of a batch */

struct mcp {
	int			 root;	/* of the memory; -1: not there */
	int			 channel; /* to the broker; -1: none */
	int			 alone;	/* no supervisor ran at the start */
	const char		*memory;	/* its name */
	enum mcp_revision	 revision;
	char			*path;	/* read last, to line `next' */
	int64_t			 next;
};

/*
 * Take one line, without its newline, whatever it holds; what is to be
 * answered is appended to `out', a line as well.
 */
void mcp_line(struct mcp *, const char *line, size_t len, struct buf *out);

/* The same for a line that is longer than MCP_LINE_MAX and was not kept. */
void mcp_long_line(struct buf *out);

void mcp_release(struct mcp *);

/* Close the sandbox: what is below the root may be read.  0, or -1: logged. */
int mcp_enclose(const struct mcp *);

#endif
