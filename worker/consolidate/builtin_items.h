#ifndef MNEMOD_BUILTIN_ITEMS_H
#define MNEMOD_BUILTIN_ITEMS_H

#include <json-c/json.h>
#include <stddef.h>
#include <stdint.h>
#include "buf.h"
#include "builtin_group.h"

/*
 * The bullets of one section, each known by a key, so that what several
 * sessions say stands once and counts more.
 */
#define ITEM_TOPICS	6	/* "[Task n]" behind one bullet */
#define ITEM_FIRSTS	8	/* more confirmations change nothing */
#define ITEM_WORDS	16	/* of a preference's topic */

struct item {
	char		*key;
	char		*text;
	char		*replaces;	/* the words of an older rule */
	json_object	*fact;		/* borrowed */
	const struct row *row;		/* borrowed: the newest that says so */
	int64_t		 replaced;	/* when that was said */
	unsigned	 topic[ITEM_TOPICS];	/* numbers, from 1 */
	size_t		 ntopics;
	const char	*first[ITEM_FIRSTS];	/* borrowed, see below */
	size_t		 confirmed;	/* how many of them */
	int64_t		 time;
	size_t		 seq;		/* of its arrival */
	int		 request;	/* a preference of one request */
	uint64_t	 word[ITEM_WORDS];	/* of its topic, hashed */
	size_t		 nwords;
};

struct items {
	struct item	*v;
	size_t		 n;
};

/*
 * What one session adds to a section.  Everything is borrowed.  A session
 * confirms by its first request: one that was played again, or that began
 * from a template, counts once.
 */
struct said {
	const char	*key;
	const char	*text;
	json_object	*fact;
	const struct row *row;
	unsigned	 topic;
};

void items_add(struct items *, const struct said *);
void items_clear(struct items *);

/* Single requests last; most confirmed first, then newest. */
void items_sort(struct items *);

/* "\n## heading\n" and at most `max' bullets; nothing if there is none. */
void items_write(const struct items *, struct buf *, const char *heading,
    size_t max);

/*
 * The preferences of a group: where two speak of the same thing the newer
 * stands and names the older; what was asked of one request only is kept as
 * such, and counts as a habit once two different requests asked for it.
 */
void items_prefs(struct items *, const struct group *);

/* 1 if two preferences speak of the same thing. */
int items_same_topic(const struct item *, const struct item *);

/* The preferences of each group, in their order.  items_free() ends it. */
struct items *items_of_groups(const struct groups *);
void items_free(struct items *, size_t n);

#endif
