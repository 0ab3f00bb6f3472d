#ifndef MNEMOD_REPLY_H
#define MNEMOD_REPLY_H

#include <stddef.h>

#include "buf.h"
#include "worker/redact.h"

/*
 * What a model made of a rollout.  The reply is hostile until it is read:
 * it was written by a model that read a transcript.
 */
#define REPLY_TEXT_MAX	((size_t)256 * 1024)	/* bytes of one text */
#define REPLY_SLUG_MAX	80			/* characters */

struct reply {
	char	*raw_memory;
	char	*rollout_summary;
	char	*rollout_slug;		/* NULL: none */
	int	 keeps;			/* it holds preference signals */
	size_t	 redactions;
};

enum reply_status {
	REPLY_OUTPUT,		/* all that is asked for is there */
	REPLY_NOTHING,		/* it says that nothing is worth keeping */
	REPLY_BAD		/* not what was asked for */
};

/*
 * Read the payload of a `model_response': its texts are one JSON object with
 * the keys raw_memory, rollout_summary and rollout_slug, of which only the
 * last may be null or missing; no other keys, nothing around it.  The three
 * are redacted.  REPLY_OUTPUT: `r' is the caller's (reply_clear()).
 * REPLY_BAD: `why' says what is wrong, without words of the reply.
 */
enum reply_status reply_read(struct reply *r, const struct buf *payload,
    struct redact *, const char **why);
void reply_clear(struct reply *);

#endif
