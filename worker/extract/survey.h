#ifndef MNEMOD_SURVEY_H
#define MNEMOD_SURVEY_H

#include "worker/redact.h"
#include "rollout.h"

/* One pass over a rollout that tells what it is, not what it says. */

#define SURVEY_TEXT_MAX 500	/* bytes of the first words */

struct survey {
	struct rollout_meta	 meta;
	struct rollout_counts	 counts;
	char			 hash[STREAM_HASH_SIZE];
	const char		*reason;	/* unusable because; or NULL */
};

void survey_init(struct survey *);
void survey_clear(struct survey *);

/*
 * Read all of `r', whose file was last written at `mtime_ms'.  Returns 0, or
 * -1 if the ticker asked to leave.  Reasons: "empty", "binary",
 * "not_a_rollout", "no_session_meta", "no_thread_id", "damaged" (of
 * compressed data), "unreadable".
 */
int survey_rollout(struct survey *, struct rollout *r, int64_t mtime_ms,
    struct redact *);

#endif
