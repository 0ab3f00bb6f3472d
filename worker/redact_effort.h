#ifndef MNEMOD_REDACT_EFFORT_H
#define MNEMOD_REDACT_EFFORT_H

#include <stddef.h>
#include <stdint.h>

/*
 * Private to redact*.c: how much work redaction may make, so that hostile
 * text cannot make it endless, and whom it tells meanwhile that it goes on.
 * The unit is a look: of one rule at a place where it may begin, some tens
 * of microseconds if the text is made for it, else under one.
 */
#define EFFORT_WHAT 512	/* bytes; a longer name is cut */
#define EFFORT_SAID 160	/* bytes; holds every such sentence */

struct effort {
	uint64_t	  left;		/* looks */
	uint64_t	  more;		/* that text may still bring */
	uint64_t	  untold;	/* looks since the last tick */
	int		(*tick)(void *);	/* NULL: nobody */
	void		 *arg;
	char		  said[EFFORT_SAID];	/* how it gave up, or "" */
	char		  what[EFFORT_WHAT];	/* is read; for the warning */
};

/* Without a bound and without a tick. */
void effort_init(struct effort *);

/*
 * From here on there are as many looks as a rollout may cost.  `what' is
 * read, as the warning calls it; copied.
 */
void effort_bound(struct effort *, const char *what);

/* A text of so many bytes is read: honest ones bring more than they take. */
void effort_text(struct effort *, size_t len);

/* Spend looks, and tick when it is time; 0 if none are left. */
int effort_spend(struct effort *, uint64_t looks);

/*
 * Log and keep, once for each effort_bound(), that what is unread of a text of
 * `len' bytes goes: the looks are spent, else the user's pattern, from 1, gave
 * up; 0: one of our own, and what it could have seen goes.
 */
void effort_gave_up(struct effort *, size_t pattern, size_t len);

#endif
