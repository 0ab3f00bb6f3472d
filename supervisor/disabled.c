#include <string.h>

#include "supervisor/disabled.h"
#include "supervisor/match.h"
#include "supervisor/store_operator.h"

static int
take(const char *what, int64_t since, void *arg)
{
	struct disabled	*d = arg;

	(void)since;
	strlist_add(what[0] == '/' ? &d->directories : &d->threads, what);
	return 0;
}

enum store_status
disabled_load(struct disabled *d, struct store *s)
{
	struct disabled		 now = { { NULL, 0 }, { NULL, 0 } };
	enum store_status	 st = store_disabled_each(s, take, &now);

	if (st != STORE_OK) {
		disabled_release(&now);
		return st;
	}
	disabled_release(d);
	*d = now;
	return STORE_OK;
}

void
disabled_release(struct disabled *d)
{
	strlist_clear(&d->threads);
	strlist_clear(&d->directories);
}

const char *
disabled_by(const struct disabled *d, const struct store_thread *t)
{
	size_t	i;

	for (i = 0; i < d->threads.n; i++)
		if (strcmp(d->threads.v[i], t->id) == 0)
			return d->threads.v[i];
	for (i = 0; i < d->directories.n; i++)
		if (match_any(&(struct strlist){ &d->directories.v[i], 1 },
		    t->cwd))
			return d->directories.v[i];
	return NULL;
}

int
disabled_has(const struct store_thread *t, const void *disabled)
{
	return disabled_by(disabled, t) != NULL;
}
