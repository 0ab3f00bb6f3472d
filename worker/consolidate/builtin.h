#ifndef MNEMOD_CONSOLIDATE_BUILTIN_H
#define MNEMOD_CONSOLIDATE_BUILTIN_H

#include <stddef.h>
#include "staging.h"

/*
 * Stage two of the builtin provider: folds the facts of all rows into
 * MEMORY.md and memory_summary.md.  The same input gives the same bytes, and
 * a file that would not change is not written.
 */
#define INPUTS_FILE	".inputs.json"
#define MEMORY_FILE	"MEMORY.md"
#define SUMMARY_FILE	"memory_summary.md"
#define MEMORY_MAX	65536	/* bytes of our part of MEMORY.md */

struct builtin_report {
	size_t	 rows;
	size_t	 groups;
	size_t	 topics;
	size_t	 kept;		/* blocks of others that were kept */
	size_t	 tombstones;
	size_t	 notes;		/* bullets of what stands in extensions/ */
	size_t	 dropped;	/* lines there that addressed an agent */
	size_t	 memory_bytes;
	size_t	 summary_bytes;
	int	 memory_changed;
	int	 summary_changed;
};

/* Returns 0, or -1 with a sentence that names the file in `why'. */
int builtin_consolidate(const struct staging *, struct builtin_report *,
    char *why, size_t whysize);

#endif
