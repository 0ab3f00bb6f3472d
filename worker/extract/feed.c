#include <bsd/string.h>
#include <string.h>

#include "feed.h"

void
feed_init(struct feed *f, struct rollout *rollout,
    const struct feed_tools *tools)
{
	memset(f, 0, sizeof(*f));
	f->rollout = rollout;
	f->redact = tools->redact;
	redact_bound(f->redact, rollout_path(rollout));
	f->filter = filter_new(tools->roots, tools->nroots);
}

void
feed_release(struct feed *f)
{
	json_object_put(f->last);
	filter_free(f->filter);
	memset(f, 0, sizeof(*f));
}

/* 1 if the record feeds memory; f->last is then what it holds. */
static int
take(struct feed *f, const struct record *rec, enum filter_use use)
{
	int	keep = 0;

	f->last = rollout_payload(f->rollout, rec);
	if (f->last == NULL)
		return 0;
	switch (use) {
	case FILTER_ITEM:
		keep = filter_item(f->filter, f->last);
		break;
	case FILTER_EVENT:
		filter_event(f->filter, f->last);
		keep = 1;
		break;
	case FILTER_CITATION:
		filter_citation(f->filter, f->last);
		break;
	case FILTER_NOTHING:
		break;
	}
	if (!keep)
		return 0;
	f->redactions += redact_json(f->redact, f->last);
	return 1;
}

enum rollout_status
feed_next(struct feed *f, struct fed *fed)
{
	struct record		rec;
	enum rollout_status	st;
	enum filter_use		use;

	for (;;) {
		json_object_put(f->last);
		f->last = NULL;
		st = rollout_next(f->rollout, &rec);
		if (st != ROLLOUT_RECORD)
			return st;
		f->record = rollout_counts(f->rollout)->records;
		use = filter_use(&rec);
		if (use == FILTER_NOTHING || (f->wants != NULL &&
		    !f->wants(f, use, f->wants_arg)))
			continue;
		if (take(f, &rec, use))
			break;
	}
	fed->event = use == FILTER_EVENT;
	fed->object = f->last;
	strlcpy(fed->time, rec.time, sizeof(fed->time));
	return ROLLOUT_RECORD;
}
