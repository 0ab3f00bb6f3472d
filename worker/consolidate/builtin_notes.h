#ifndef MNEMOD_BUILTIN_NOTES_H
#define MNEMOD_BUILTIN_NOTES_H

#include <stddef.h>
#include "buf.h"
#include "builtin_blocks.h"
#include "builtin_input.h"

/*
 * What stands in extensions/, by fixed rules (mnemod-memory(5)): of a note
 * every paragraph and list item, of another program's resource the first line
 * that says something.  All of it is quoted and names its file.
 */
#define NOTES_CWD	"*"	/* of their block: no folder */
#define NOTES_MAX	16384	/* bytes of their block */

struct note {
	char		*text;
	const char	*file;		/* borrowed: the file's own name */
	char		*extension;	/* NULL: a note of the user */
	char		*tag;		/* "[ad-hoc note]" */
};

struct notes {
	struct note	*v;	/* the user's, then by extension; newest first */
	size_t		 n;
	size_t		 told;		/* of the user's */
	size_t		 dropped;	/* lines that addressed an agent */
};

/*
 * Read what the inputs give, but for files that a foreign block in `bs' names
 * already.  notes_clear() ends it; it borrows from the inputs.
 */
void notes_make(struct notes *, const struct inputs *, const struct blocks *bs);
void notes_clear(struct notes *);

/* Append their block of MEMORY.md, sealed; nothing if there is none. */
void notes_block(const struct notes *, struct buf *);

/* Append at most `max' of the user's as bullets of memory_summary.md. */
void notes_rules(const struct notes *, struct buf *, size_t max);

/* Append what memory_summary.md says of where they are; maybe nothing. */
void notes_contents(const struct notes *, struct buf *);

#endif
