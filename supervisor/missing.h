#ifndef MNEMOD_MISSING_H
#define MNEMOD_MISSING_H

#include <stdint.h>
#include "supervisor/config.h"
#include "supervisor/store.h"

/*
 * What becomes of transcripts that are gone, mnemod.conf(5), on_missing.  A
 * folder that is not mounted must not look like one that was emptied.
 */
enum source_state {
	SOURCE_UNKNOWN,		/* not scanned yet */
	SOURCE_WHOLE,		/* all of it was read */
	SOURCE_PARTLY,		/* something in it could not be read */
	SOURCE_ABSENT		/* there is no such folder */
};

/* The state of the word in `scanned'; NULL or no such word: partly. */
enum source_state source_state_of(const char *word);

/* How the scan of a source ended. */
struct missing {
	enum source_state	 state;
	int64_t			 dev;
	int			 held;	/* that nothing goes has been said */
};

/*
 * A scan of the source is over: what was missing is missing once more, and
 * with on_missing = forget is forgotten if that is safe.
 */
enum store_status missing_settle(struct store *, const struct config_source *,
    struct missing *);

#endif
