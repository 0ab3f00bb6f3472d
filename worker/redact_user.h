#ifndef MNEMOD_REDACT_USER_H
#define MNEMOD_REDACT_USER_H

#include <stddef.h>

#include "common/buf.h"
#include "worker/redact_code.h"
#include "worker/redact_effort.h"
#include "worker/redact_rules.h"

/* Private to redact*.c: the patterns of the configuration. */
struct user {
	struct codes	*codes;
	struct effort	*effort;
};

/*
 * One pass of one pattern over a text: append it to `out' with what matched
 * redacted, or nothing if nothing did.  Where matching gives up at a limit
 * the rest of the text is unread, so it goes.  Returns how many there were.
 */
size_t user_pass(const struct user *, size_t which,
    const struct redact_value *, struct buf *out);

#endif
