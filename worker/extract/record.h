#ifndef MNEMOD_RECORD_H
#define MNEMOD_RECORD_H

#include <stddef.h>

/*
 * The head of a record, found by a scan that reads nothing twice and builds
 * nothing: most records of a rollout are not wanted, and whether one is can
 * be told from its outer keys, which come in any order.
 */

enum record_kind {
	RECORD_META,		/* session_meta, or the bare first object */
	RECORD_ITEM,		/* response_item, or a bare item */
	RECORD_EVENT,		/* event_msg */
	RECORD_TURN,		/* turn_context */
	RECORD_OTHER		/* compacted, world_state, of newer versions */
};

/* A piece of a text; of a record, between quotes, escapes as they stand. */
struct slice {
	const char	*text;		/* NULL: absent */
	size_t		 len;
};

struct record_head {
	enum record_kind kind;
	int		 bare;		/* the record is its own payload */
	struct slice	 time;		/* timestamp */
	struct slice	 type;		/* of the payload */
	size_t		 len;		/* of the record in the line */
	size_t		 values;	/* about how many, for a parser */
};

enum record_status {
	RECORD_OK,
	RECORD_TORN,		/* the line ends within the record */
	RECORD_BROKEN		/* no JSON object */
};

/*
 * Scan the record at the start of `text'.  Anything may follow it.  The
 * scan checks structure only: text that it takes may still be no JSON.
 */
enum record_status record_scan(const char *text, size_t len,
    struct record_head *);

/*
 * Where after `from' a new record seems to start, or `len': writing that
 * was interrupted and went on leaves a torn record before a whole one.
 */
size_t record_resync(const char *text, size_t len, size_t from);

/* 1 if the slice is exactly `s'. */
int slice_is(const struct slice *slice, const char *s);

#endif
