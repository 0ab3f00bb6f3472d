#ifndef MNEMOD_MNEMOCTL_SEARCH_TEXTS_H
#define MNEMOD_MNEMOCTL_SEARCH_TEXTS_H

#include <stddef.h>
#include "common/buf.h"

/*
 * A published file as the texts that are searched, each with what a hit in
 * it is told to be about: pure.  MEMORY.md is cut before each heading of the
 * first two levels and memory_summary.md before each of the first four, any
 * other file is one text.
 */
struct search_text {
	const char	*kind;		/* "handbook" "summary"
					   "rollout_summary" "skill"
					   "extension": a constant */
	const char	*heading;	/* "" if there is none; borrowed */
	const char	*group;		/* of MEMORY.md; "" if none; borrowed */
	const char	*cwd;		/* of a rollout summary, or ""; borrowed */
	const char	*thread_id;	/* "" if none is named; borrowed */
	const char	*body;		/* borrowed */
	size_t		 len;
	size_t		 line;		/* its first line's number */
};
typedef void search_text_cb(const struct search_text *, void *arg);

void search_texts(const char *path, const struct buf *contents,
    search_text_cb *, void *arg);

/*
 * The first UUID behind `key' ("thread_id=") in `len' bytes of `s', which
 * `out' of UUID_SIZE bytes gets in lower case.  Returns 1, or 0 and "".
 */
int search_thread(const char *s, size_t len, const char *key, char *out);

#endif
