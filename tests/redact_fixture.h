#ifndef MNEMOD_REDACT_FIXTURE_H
#define MNEMOD_REDACT_FIXTURE_H

#include <check.h>

#include "worker/redact.h"

/* A redactor that has the rules and no pattern of a user: a Check fixture. */
static struct redact	*redact;

static void
redact_setup(void)
{
	char	why[256] = "";

	redact = redact_new(NULL, 0, why, sizeof(why));
	ck_assert_msg(redact != NULL, "%s", why);
}

static void
redact_teardown(void)
{
	redact_free(redact);
}

#endif
