#ifndef MNEMOD_STAGING_SIZE_H
#define MNEMOD_STAGING_SIZE_H

#include <stdint.h>
#include "supervisor/state_dir.h"

/*
 * How much a staging folder holds.  An agent's own tools keep its bounds; one
 * that was taken over has none but what is measured from outside.
 */
struct staging_size {
	int64_t	bytes;		/* on the disk, or as long as files say */
	int64_t	files;		/* folders and whatever else counts too */
};

enum staging_measured {
	STAGING_MEASURED,	/* all of it */
	STAGING_OVER,		/* counted up to the bound, then no further */
	STAGING_ABSENT,		/* nothing is there (any more) */
	STAGING_UNKNOWN		/* errno */
};

/*
 * Measure the folder of this thread, up to `most'.  Over it is also what no
 * agent makes: a folder that cannot be looked into, or deeper than any path
 * that is published.
 */
enum staging_measured staging_measure(const struct state_dir *,
    const char *thread_id, const struct staging_size *most,
    struct staging_size *found);

#endif
