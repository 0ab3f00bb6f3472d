#ifndef MNEMOD_CITATION_H
#define MNEMOD_CITATION_H

#include <json-c/json.h>
#include <stddef.h>

#include "uuid.h"

/*
 * Threads that a rollout's answers cite.  One citation can reach a rollout
 * in three ways at once, by version: as a block in the raw text, in the
 * event of the message, in the event of the completed item.  Each way is
 * counted for itself and the highest count stands.
 */
#define CITATIONS_MAX 1024	/* threads; further ones are not counted */

enum citation_way {
	CITED_TEXT,
	CITED_EVENT,
	CITED_ITEM,
	CITED__MAX
};

struct citation {
	char		thread_id[UUID_SIZE];	/* lower case */
	unsigned	n[CITED__MAX];
	unsigned	last[CITED__MAX];	/* answer that cited last */
};

struct citations {
	struct citation	*list;
	size_t		 len;
	unsigned	 answer;	/* number of the present answer */
};

void citations_init(struct citations *);
void citations_release(struct citations *);

/*
 * A new answer begins: within one, an id counts once.
 */
void citations_answer(struct citations *);

/* Count the ids in a citation block: a UUID alone on a line. */
void citations_block(struct citations *, const char *s, size_t len);

/* Count the ids of a memory_citation object (may be NULL). */
void citations_object(struct citations *, enum citation_way,
    json_object *memory_citation);

/* [{"thread_id","n"}], the caller's. */
json_object *citations_json(const struct citations *);

#endif
