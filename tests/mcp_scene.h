#ifndef MNEMOD_MCP_SCENE_H
#define MNEMOD_MCP_SCENE_H

#include "supervisor/mnemoctl/mcp.h"

/*
 * A memory folder with what is to be shown and what is not, and a client
 * that asks for it line by line.
 */

/* How what memory holds begins; worker/extract/memread.c looks for it. */
#define MARK "\"served_by\":\"mnemod-memory\","

extern struct mcp	m;
extern struct buf	out;	/* the latest answer, */
extern json_object	*doc;	/* read, or NULL */

/* Begin and end a test. */
void mcp_setup(void);
void mcp_teardown(void);

/* Make a file of the folder. */
void put(const char *path, const char *text);

/* What a line is answered with, valid until the next; NULL: nothing. */
json_object *say(const char *line);
/* The code of the error that it is answered with, or 0. */
int error_of(const char *line);
/* The two lines with which a client of this revision begins. */
void begin(const char *revision);
/* Call a tool; 0 and what it gave, or -1 and its sentence, in *text. */
int call(const char *name, const char *args, const char **text);

#endif
