#include <stdio.h>
#include <string.h>

#include "common/log.h"
#include "worker/redact_effort.h"

/*
 * Rollouts take a look for each 500 bytes, source text one for each 350, and
 * text that is made to be slow one for each 4.
 */
#define LOOKS_FIRST	1000000
#define LOOKS_MAX	10000000
#define BYTES_PER_LOOK	128
#define TICK_LOOKS	256

void
effort_init(struct effort *e)
{
	memset(e, 0, sizeof(*e));
	e->left = UINT64_MAX;
}

void
effort_bound(struct effort *e, const char *what)
{
	e->left = LOOKS_FIRST;
	e->more = LOOKS_MAX - LOOKS_FIRST;
	e->said[0] = '\0';
	(void)snprintf(e->what, sizeof(e->what), "%s: ", what);
}

void
effort_text(struct effort *e, size_t len)
{
	uint64_t	n = len / BYTES_PER_LOOK;

	if (n > e->more)
		n = e->more;
	e->more -= n;
	e->left += n;
}

int
effort_spend(struct effort *e, uint64_t looks)
{
	e->untold += looks;
	if (e->untold >= TICK_LOOKS && e->tick != NULL) {
		e->untold = 0;
		/* Who leaves waits for nothing. */
		if (e->tick(e->arg))
			e->left = 0;
	}
	if (e->left == 0)
		return 0;
	e->left -= looks < e->left ? looks : e->left;
	return 1;
}

void
effort_gave_up(struct effort *e, size_t pattern, size_t len)
{
	if (e->said[0] != '\0')
		return;
	if (e->left == 0)
		(void)snprintf(e->said, sizeof(e->said), "a text of %zu bytes "
		    "costs too much to search for secrets, what is left of it "
		    "is redacted", len);
	else if (pattern == 0)
		(void)snprintf(e->said, sizeof(e->said), "the search for "
		    "secrets gave up on a text of %zu bytes, for want of "
		    "memory or at a limit; a part of it is redacted", len);
	else
		(void)snprintf(e->said, sizeof(e->said), "pattern %zu of the "
		    "configuration gave up on a text of %zu bytes, the rest "
		    "of it is redacted", pattern, len);
	log_warnx("%s%s", e->what, e->said);
}
