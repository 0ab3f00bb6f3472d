#ifndef MNEMOD_CONTENT_H
#define MNEMOD_CONTENT_H

#include <stddef.h>

#include "buf.h"
#include "feed.h"

/*
 * A rollout as a provider gets it: one JSON array of the kept items, never
 * longer than the budget and always valid, whatever was cut.
 */
#define CONTENT_BUDGET_MAX ((size_t)3 << 20)	/* fits a frame, escaped */

struct content {
	struct buf	text;
	size_t		items;		/* in the array */
	size_t		redactions;
	size_t		cut_bytes;	/* of item text left out */
	json_object	*citations;	/* see citations_json() */
	struct rollout_counts counts;	/* of the whole rollout */
};

void content_init(struct content *);
void content_release(struct content *);

/*
 * Read `rollout', which stands at its first record, twice.  `budget' is in
 * bytes of JSON text.  Returns ROLLOUT_END, or ROLLOUT_FAILED or
 * ROLLOUT_STOPPED with no text.
 */
enum rollout_status content_make(struct content *, struct rollout *rollout,
    const struct feed_tools *, size_t budget);

#endif
