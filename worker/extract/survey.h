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

	/* To go on from when the rollout has grown. */
	struct rollout_mark	 mark;
	int			 resumable;	/* the mark holds */
	int			 metas;		/* how many were seen */
	int64_t			 newest_ms;	/* greatest time, 0: none */
	char			 newest[40];	/* of the usual form, as text */
};

void survey_init(struct survey *);
void survey_clear(struct survey *);

/*
 * Read all of `r', whose file was last written at `mtime_ms'.  If the survey
 * is an earlier one that is resumable, and `r' begins as it was then, only
 * what came after is looked at.  Returns 0, or -1 if the ticker asked to
 * leave.  Reasons: "empty", "binary",
 * "not_a_rollout", "no_session_meta", "no_thread_id", "damaged" (of
 * compressed data), "unreadable".
 */
int survey_rollout(struct survey *, struct rollout *r, int64_t mtime_ms,
    struct redact *);

#endif
