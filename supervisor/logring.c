#include <sys/queue.h>
#include <stdlib.h>
#include <string.h>

#include "common/mem.h"
#include "common/monotime.h"
#include "supervisor/logring.h"

struct entry {
	struct logring_record	 record;
	size_t			 size;
	STAILQ_ENTRY(entry)	 next;
	char			 line[];
};

struct logring {
	STAILQ_HEAD(entry_list, entry) list;	/* oldest first */
	size_t			 size;
	int64_t			 next;
};

struct logring *
logring_new(void)
{
	struct logring	*r = xcalloc(1, sizeof(*r));

	STAILQ_INIT(&r->list);
	r->next = 1;
	return r;
}

static void
drop_oldest(struct logring *r)
{
	struct entry	*e = STAILQ_FIRST(&r->list);

	STAILQ_REMOVE_HEAD(&r->list, next);
	r->size -= e->size;
	free(e);
}

void
logring_free(struct logring *r)
{
	if (r == NULL)
		return;
	while (!STAILQ_EMPTY(&r->list))
		drop_oldest(r);
	free(r);
}

void
logring_add(enum log_level level, const char *line, void *arg)
{
	struct logring	*r = arg;
	size_t		 len = strlen(line) + 1;
	size_t		 size = sizeof(struct entry) + len;
	struct entry	*e;

	if (size > LOGRING_BYTES)
		return;
	while (r->size + size > LOGRING_BYTES)
		drop_oldest(r);
	e = xcalloc(1, size);
	memcpy(e->line, line, len);
	e->size = size;
	e->record = (struct logring_record){ r->next++, wall_ms(), level,
	    e->line };
	r->size += size;
	STAILQ_INSERT_TAIL(&r->list, e, next);
}

int64_t
logring_next(const struct logring *r)
{
	return r->next;
}

void
logring_each(const struct logring *r, int64_t from, logring_cb *cb, void *arg)
{
	const struct entry	*e;

	STAILQ_FOREACH(e, &r->list, next)
		if (e->record.seq >= from && cb(&e->record, arg) != 0)
			return;
}
