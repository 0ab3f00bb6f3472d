#ifndef MNEMOD_MEMORY_MARK_H
#define MNEMOD_MEMORY_MARK_H

/*
 * What the tools of mnemoctl mcp give begins with the member
 * "served_by":"mnemod-memory", so that it is known in a transcript, and not
 * learnt again, whatever its user calls the server.
 */
#define MEMORY_MARK_KEY		"served_by"
#define MEMORY_MARK		"mnemod-memory"
#define MEMORY_MARK_WITHIN	1024	/* bytes; clients put a head before it */

#endif
