#include <string.h>

#include "log.h"
#include "monotime.h"
#include "supervisor/missing.h"

enum source_state
source_state_of(const char *word)
{
	if (word != NULL && strcmp(word, "whole") == 0)
		return SOURCE_WHOLE;
	if (word != NULL && strcmp(word, "absent") == 0)
		return SOURCE_ABSENT;
	return SOURCE_PARTLY;
}

/* Say why nothing is forgotten, once until that is over. */
static void
hold(const struct config_source *src, struct missing *m, const char *why)
{
	if (!m->held)
		log_warnx("source %s: source_unavailable: %s; nothing is "
		    "forgotten", src->name, why);
	m->held = 1;
}

static enum store_status
forget(struct store *store, const struct config_source *src,
    struct missing *m)
{
	struct store_forget	f;
	enum store_status	st;

	memset(&f, 0, sizeof(f));
	f.source_name = src->name;
	f.dev = m->dev;
	f.now = wall_s();
	st = store_file_forget(store, &f);
	if (st != STORE_OK)
		return st;
	if (f.forgotten > 0)
		log_info("source %s: %lld rollouts are gone for good and "
		    "forgotten", src->name, (long long)f.forgotten);
	else if (f.due > 0)
		hold(src, m, "more than a tenth of its files are gone");
	else if (f.elsewhere > 0)
		hold(src, m, "it is on another device than the files "
		    "that are gone");
	else
		m->held = 0;
	return STORE_OK;
}

enum store_status
missing_settle(struct store *store, const struct config_source *src,
    struct missing *m)
{
	enum store_status	st;

	if (m->state == SOURCE_WHOLE) {
		st = store_scan_ended(store, src->name, wall_s());
		if (st == STORE_OK && src->on_missing == MISSING_FORGET)
			st = forget(store, src, m);
		return st;
	}
	if (src->on_missing == MISSING_FORGET)
		hold(src, m, m->state == SOURCE_ABSENT ?
		    "its sessions are not there" :
		    "not all of it can be read");
	return STORE_OK;
}
