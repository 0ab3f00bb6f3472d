#ifndef MNEMOD_PATCH_H
#define MNEMOD_PATCH_H

#include <stddef.h>
#include "buf.h"

/*
 * The patches that models write; the grammar is the one that coding agents
 * are trained on:
 *
 *	*** Begin Patch
 *	*** Add File: PATH		then lines that begin with +
 *	*** Delete File: PATH
 *	*** Update File: PATH		perhaps *** Move to: PATH, then chunks:
 *	@@				or @@ a line that stands above the chunk
 *	 kept, -old, +new
 *	*** End of File			this chunk ends the file
 *	*** End Patch
 *
 * Reading a patch and applying it to a text are pure functions.  Lines are
 * found as they are, else without their trailing white space; nothing else
 * is forgiven.
 */
enum patch_kind { PATCH_ADD, PATCH_DELETE, PATCH_UPDATE };

/* Lines are borrowed from the patch, without their ends. */
struct patch_line {
	char		 mark;		/* ' ', '-' or '+' */
	const char	*s;
	size_t		 len;
};

struct patch_chunk {
	const char	*context;	/* of "@@ ...", or NULL */
	size_t		 context_len;
	int		 at_end;	/* "*** End of File" */
	size_t		 first;		/* index of its first line */
	size_t		 n;
};

struct patch_file {
	enum patch_kind		 kind;
	char			*path;
	char			*move_to;	/* or NULL */
	struct patch_chunk	*chunks;	/* of an update */
	size_t			 nchunks;
	size_t			 first;		/* of an added file's lines */
	size_t			 n;
};

struct patch {
	struct patch_file	*files;
	size_t			 nfiles;
	struct patch_line	*lines;		/* of all chunks */
	size_t			 nlines;
};

/* A sentence for the model when something does not fit. */
struct patch_why {
	char	text[256];
};

/*
 * Read a patch from `text' (borrowed as long as the patch lives).  Returns 0,
 * or -1 with a reason that names the line; patch_release() in both cases.
 */
int patch_parse(struct patch *, const char *text, struct patch_why *);
void patch_release(struct patch *);

/* The text of an added file. */
void patch_added(const struct patch *, const struct patch_file *,
    struct buf *out);

/* One update and the text that it is for. */
struct patch_update {
	const struct patch	*patch;
	const struct patch_file	*file;
	const char		*old;
	size_t			 oldlen;
};

/*
 * Append the new text to `out'.  A file that ended without a newline gets
 * one; a file of CR LF lines stays one.  Returns 0, or -1 with a reason.
 */
int patch_apply(const struct patch_update *, struct buf *out,
    struct patch_why *);

#endif
