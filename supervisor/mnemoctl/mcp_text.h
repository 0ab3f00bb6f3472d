#ifndef MNEMOD_MNEMOCTL_MCP_TEXT_H
#define MNEMOD_MNEMOCTL_MCP_TEXT_H

#include <stddef.h>
#include <stdint.h>
#include "common/buf.h"

/* Paths, cursors, lines and matches of the tools of mcp.h: pure. */

/*
 * A path as a client gives it, without "." and empty parts, in *tidy for the
 * caller to free; "" is the memory.  Returns 0, or -1 if it is absolute or
 * has a ".." in it, and NULL.
 */
int mcp_path_tidy(const char *path, char **tidy);

/* A decimal index; 0, or -1 if it is none. */
int mcp_cursor(const char *s, size_t *index);

/* Bounds without white space at either end. */
void mcp_text_trim(const char **s, size_t *len);

/*
 * Append at most `max' bytes of `s', cut between characters; what is left out
 * is told: "…N tokens truncated…".
 */
void mcp_text_cut(struct buf *out, const char *s, size_t len, size_t max);

struct mcp_lines {
	int64_t	 first;		/* wanted; the first line is 1 */
	int64_t	 max;		/* at most so many */
	int64_t	 last;		/* given */
	int64_t	 total;		/* of the file */
	int	 cut;		/* something follows that was not given */
};

/*
 * Append the lines that are wanted, as many whole ones as fit into
 * MCP_CONTENT_MAX; a line that does not fit alone is cut.  Returns 0, or -1 if
 * the file has no line `first'.
 */
int mcp_lines_cut(const struct buf *text, struct mcp_lines *,
    struct buf *out);

struct mcp_match {
	int64_t		 context;	/* lines around it; begin with 0 in
					   all other members */
	const char	*text;		/* of the match, borrowed */
	size_t		 len;
	int64_t		 line;
	int64_t		 first;		/* the first line of `text' */
	size_t		 offset;	/* where the line ends */
};

/* The next line that holds the query; 1, or 0 if there is none. */
int mcp_match_next(const struct buf *text, const char *query, size_t len,
    struct mcp_match *);

#endif
