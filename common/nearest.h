#ifndef MNEMOD_NEAREST_H
#define MNEMOD_NEAREST_H

#include <stddef.h>

/* For messages: "no such command; the nearest is ...". */

#define NEAREST_MAX 64	/* bytes from where two words differ; what is
				   longer is cut */

/*
 * Keep `candidate' in *best if its edit distance (Levenshtein) to `word' is
 * below *distance, which becomes it.  Begin with the least distance that is
 * too far, SIZE_MAX if none is.
 */
void nearest_try(const char *word, const char *candidate,
    const char **best, size_t *distance);

#endif
