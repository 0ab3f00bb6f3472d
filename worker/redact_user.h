#ifndef MNEMOD_REDACT_USER_H
#define MNEMOD_REDACT_USER_H

#include <stddef.h>

#include "worker/redact_code.h"
#include "worker/redact_effort.h"
#include "worker/redact_rules.h"
#include "worker/redact_spans.h"

/* Private to redact*.c: the patterns of the configuration. */
struct user {
	struct codes	*codes;
	struct effort	*effort;
};

/*
 * One pass of one pattern over a text from its `at' on: add what it matches
 * to `found'.  Where matching gives up at a limit the rest of the text is
 * unread, so it goes.
 */
void user_pass(const struct user *, size_t which, const struct subject *text,
    struct spans *found);

#endif
