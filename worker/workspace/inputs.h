#ifndef MNEMOD_INPUTS_H
#define MNEMOD_INPUTS_H

#include <json-c/json.h>
#include <stddef.h>
#include "worker/redact.h"

/*
 * What the supervisor selected for one consolidation: rows of raw memories,
 * in ascending order of thread ids, and tombstones (threads whose memory must
 * go and stay away).  Comes in batches (mnemod-protocol(7), input).
 */
struct inputs {
	json_object	**rows;		/* references */
	size_t		 nrows;
	char		**tombstones;
	size_t		 ntombstones;
};

void inputs_init(struct inputs *);
void inputs_clear(struct inputs *);

/*
 * Take over a batch of entries.  Returns 0, or -1 with the reason in `why':
 * an entry of unknown kind or without a proper thread id.
 */
int inputs_add(struct inputs *, json_object *entries, char *why,
    size_t whysize);

/*
 * After the last batch: sort, let the newest of several rows of a thread win,
 * drop rows that are buried or empty.
 */
void inputs_finish(struct inputs *);

/* 1 if there is a tombstone for the thread. */
int inputs_buried(const struct inputs *, const char *thread_id);

/*
 * 1 if `name' (FILE.md) is the rollout summary of a thread with a tombstone,
 * whatever it says: an edited one may have lost its thread id.
 */
int inputs_buried_name(const struct inputs *, const char *name);

/*
 * The stem of a row's rollout summary, "stem" where adopted_name_rows() set
 * it; `out' has STEM_SIZE bytes.
 */
void inputs_stem(json_object *row, char *out);

/*
 * What stage two reads as .inputs.json.  Of the texts it has the raw memory
 * of a row without facts as lines_redacted() gives it ("raw_memory", its
 * first INPUTS_RAW_MAX bytes) and the summary's title ("headline"); not of an
 * adopted row, which MEMORY.md tells of already.  The caller owns the
 * object.
 */
#define INPUTS_RAW_MAX	16384

json_object *inputs_describe(const struct inputs *, const char *memory,
    const char *generator, struct redact *);

#endif
