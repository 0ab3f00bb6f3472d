#ifndef MNEMOD_FEED_H
#define MNEMOD_FEED_H

#include <json-c/json.h>
#include <stddef.h>
#include <stdint.h>

#include "filter.h"
#include "worker/redact.h"
#include "rollout.h"

/*
 * What of a rollout may feed memory, one item after the other: filtered,
 * then redacted.
 */

/* What a feed works with.  Borrowed. */
struct feed_tools {
	struct redact		*redact;
	const char *const	*roots;		/* memory roots */
	size_t			 nroots;
};

struct feed {
	struct rollout	*rollout;	/* not owned */
	struct filter	*filter;
	struct redact	*redact;
	size_t		 redactions;
	json_object	*last;		/* what fed_next() gave out */
	uint64_t	 record;	/* its number in the rollout */
	/* If set: 0 passes a record over, unread. */
	int		 (*wants)(const struct feed *, enum filter_use, void *);
	void		*wants_arg;
};

/* One kept item or event; valid until the next. */
struct fed {
	int		 event;		/* the payload of an event */
	char		 time[40];	/* "" if none */
	json_object	*object;
};

void feed_init(struct feed *, struct rollout *, const struct feed_tools *);
void feed_release(struct feed *);

/* ROLLOUT_RECORD and the next kept item or event, or how it ended. */
enum rollout_status feed_next(struct feed *, struct fed *);

#endif
