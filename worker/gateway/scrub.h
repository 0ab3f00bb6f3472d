#ifndef MNEMOD_SCRUB_H
#define MNEMOD_SCRUB_H

#include "errors.h"
#include "worker/redact.h"

/*
 * A provider's sentence on its way into a log: without the key, should the
 * server have sent it back, without anything that looks like a secret,
 * without a piece of the prompt, printable, and short.
 */
#define SCRUB_MAX	500	/* bytes, for `message' of model_response */

struct scrub {
	struct redact	*redact;	/* owned by whoever made it */
	const char	*secrets[2];	/* key and account, or NULL */
};

/*
 * Write the text of a failure to `out'.  `sent' (may be NULL) is the
 * request's body: a sentence that quotes it is withheld.
 */
void scrub_failure(const struct scrub *, const struct failure *,
    const struct buf *sent, char out[SCRUB_MAX + 1]);

#endif
