#include <stdlib.h>
#include <string.h>

#include "mem.h"
#include "past.h"

struct past {
	char			*path;
	int64_t			 mtime_ms;
	struct survey		 survey;
	TAILQ_ENTRY(past)	 entry;
};

void
pasts_init(struct pasts *p)
{
	TAILQ_INIT(&p->list);
	p->n = 0;
}

static void
drop(struct pasts *p, struct past *past)
{
	TAILQ_REMOVE(&p->list, past, entry);
	p->n--;
	survey_clear(&past->survey);
	free(past->path);
	free(past);
}

void
pasts_clear(struct pasts *p)
{
	while (!TAILQ_EMPTY(&p->list))
		drop(p, TAILQ_FIRST(&p->list));
}

void
pasts_expire(struct pasts *p, int64_t mtime_ms)
{
	struct past	*past, *next;

	for (past = TAILQ_FIRST(&p->list); past != NULL; past = next) {
		next = TAILQ_NEXT(past, entry);
		if (past->mtime_ms < mtime_ms)
			drop(p, past);
	}
}

void
pasts_take(struct pasts *p, const char *path, struct survey *v)
{
	struct past	*past;

	survey_init(v);
	TAILQ_FOREACH(past, &p->list, entry)
		if (strcmp(past->path, path) == 0)
			break;
	if (past == NULL)
		return;
	*v = past->survey;
	survey_init(&past->survey);
	drop(p, past);
}

void
pasts_keep(struct pasts *p, const char *path, int64_t mtime_ms,
    struct survey *v)
{
	struct past	*past = xcalloc(1, sizeof(*past));

	if (p->n == PASTS_MAX)
		drop(p, TAILQ_LAST(&p->list, past_list));
	past->path = xstrdup(path);
	past->mtime_ms = mtime_ms;
	past->survey = *v;
	survey_init(v);
	TAILQ_INSERT_HEAD(&p->list, past, entry);
	p->n++;
}
