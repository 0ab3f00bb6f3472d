#ifndef MNEMOD_ADOPT_READ_H
#define MNEMOD_ADOPT_READ_H

#include <json-c/json.h>
#include <stddef.h>
#include "common/buf.h"
#include "worker/redact.h"

/*
 * The threads that a folder in Codex CLI's format tells of, put together from
 * three places: rows of its databases, blocks of raw_memories.md and files of
 * rollout_summaries/.  All of it is another program's text: bounded, redacted,
 * made valid UTF-8.
 */
#define ADOPT_TEXT_MAX	262144u		/* bytes of one text; longer is cut */
#define ADOPT_TOTAL_MAX	(48u << 20)	/* of all; what comes after is left */

struct adopt_threads {
	json_object	*by_id;		/* thread id -> entry of `adopted_thread' */
	struct redact	*redact;	/* borrowed; NULL: nothing is redacted */
	size_t		 bytes;		/* of texts */
	size_t		 unread;	/* summaries without a thread */
	size_t		 left_out;	/* for want of room */
};

void adopt_threads_init(struct adopt_threads *, struct redact *);
void adopt_threads_release(struct adopt_threads *);

/*
 * The newest version of a thread wins; of the same version what came first,
 * and what it lacks is filled in.
 */

/* A row of the databases: an entry of `input' with counts. */
void adopt_add_row(struct adopt_threads *, json_object *row);
/* The text of raw_memories.md. */
void adopt_add_raw(struct adopt_threads *, const struct buf *);
/* The text of a rollout summary and the name of its file ("X.md"). */
void adopt_add_summary(struct adopt_threads *, const char *name,
    const struct buf *);

#endif
