#ifndef MNEMOD_BUILTIN_RULES_H
#define MNEMOD_BUILTIN_RULES_H

#include <stddef.h>
#include "buf.h"
#include "builtin_group.h"
#include "builtin_items.h"

/* One preference as the summary quotes it: the rule alone. */
struct rule {
	const char	*text;		/* borrowed */
	uint64_t	 hash;		/* of the text */
	const struct item *item;	/* the newest that tells it; borrowed */
	const char	*scope;
	struct buf	 where;		/* names of groups, comma-separated */
	const struct group *last;	/* that was named */
	size_t		 places;
	size_t		 confirmed;
	const char	*first;		/* words that a session began with */
	int		 wish;		/* of one session, or of its copies */
};

struct rules {
	struct rule	*v;	/* for everywhere first, then most confirmed */
	size_t		 n;
};

/*
 * The rules of all groups from their preferences (items_of_groups()).  What
 * one request asked for is a rule once another, also in another group, asked
 * for it; of two rules for everywhere on one thing the newer is told.
 * rules_clear() ends it; it borrows from both.
 */
void rules_make(struct rules *, const struct groups *, const struct items *);
void rules_clear(struct rules *);

/* Append at most `max' of them as bullets of memory_summary.md. */
void rules_write(const struct rules *, struct buf *, size_t max);

#endif
