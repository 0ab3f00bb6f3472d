#ifndef MNEMOD_IDMATCH_H
#define MNEMOD_IDMATCH_H

#include <stddef.h>
#include <stdint.h>
#include "common/uuid.h"
#include "supervisor/store.h"

/*
 * What a person means by the beginning of an id: one thread or agent, or
 * which ones it could be, or which is nearest.
 */
enum idmatch_kind { IDMATCH_THREAD, IDMATCH_AGENT };

#define IDMATCH_NAMED	4	/* candidates that are listed */

struct idmatch {
	char	 word[UUID_SIZE];	/* lower case, printable, cut */
	char	 id[UUID_SIZE];		/* the first that begins like it */
	int64_t	 found;			/* how many do */
	char	 why[512];		/* found is not 1: in words */
};

/* Fill it.  STORE_ERROR: the state cannot be read; logged. */
enum store_status idmatch_find(struct idmatch *, struct store *,
    enum idmatch_kind, const char *word);

#endif
