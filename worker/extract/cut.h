#ifndef MNEMOD_CUT_H
#define MNEMOD_CUT_H

#include <stddef.h>

#include "buf.h"
#include "citation.h"

/*
 * Passages that must not become memory: <private> blocks of the user,
 * citation blocks and injected summaries of memory itself.
 */

enum cut_mode {
	CUT_MESSAGE,	/* a passage that is not closed goes to the end */
	CUT_LOOSE	/* ... is no passage: output of a tool, source text */
};

/* Carried over the parts of one message: a passage may span them. */
struct cut {
	enum cut_mode		 mode;
	struct citations	*cited;	/* ids of citation blocks, or NULL */
	size_t			 rule;	/* the open passage's, plus 1; 0: none */
	size_t			 depth;	/* how often it was opened */
};

void cut_init(struct cut *, enum cut_mode, struct citations *);

/* Append what stays of `len' bytes of `s'.  Returns the bytes left out. */
size_t cut_text(struct cut *, const char *s, size_t len, struct buf *out);

#endif
