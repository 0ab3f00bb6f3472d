#ifndef MNEMOD_PAST_H
#define MNEMOD_PAST_H

#include <sys/queue.h>
#include <stdint.h>

#include "survey.h"

/*
 * Surveys of files that grow, to go on from when they have grown again.  At
 * most PASTS_MAX are kept, those that changed last.
 */
#define PASTS_MAX 256

struct past;
TAILQ_HEAD(past_list, past);

struct pasts {
	struct past_list	 list;		/* changed last first */
	unsigned		 n;
};

void pasts_init(struct pasts *);
void pasts_clear(struct pasts *);

/* Forget those whose file was last written before `mtime_ms'. */
void pasts_expire(struct pasts *, int64_t mtime_ms);

/* Move what is kept of the file into `v', else initialise it. */
void pasts_take(struct pasts *, const char *path, struct survey *v);

/* Move `v', of a file last written at `mtime_ms', here. */
void pasts_keep(struct pasts *, const char *path, int64_t mtime_ms,
    struct survey *v);

#endif
