#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "common/buf.h"
#include "common/log.h"
#include "common/nearest.h"
#include "supervisor/idmatch.h"
#include "supervisor/store_look.h"

static const char *const nouns[] = {
	[IDMATCH_THREAD] = "thread", [IDMATCH_AGENT] = "agent"
};

struct search {
	struct idmatch	*match;
	struct buf	 names;
	char		 nearest[UUID_SIZE];
	size_t		 distance;
};

static void
take(struct search *s, const char *id)
{
	struct idmatch	*m = s->match;

	if (m->found++ == 0)
		snprintf(m->id, sizeof(m->id), "%s", id);
	if (m->found <= IDMATCH_NAMED)
		buf_addf(&s->names, "%s%s", m->found == 1 ? "" : ", ", id);
}

/* What was typed is compared with as much of each id. */
static void
try(struct search *s, const char *id)
{
	char		 head[UUID_SIZE];
	const char	*best = NULL;

	snprintf(head, sizeof(head), "%.*s", (int)strlen(s->match->word), id);
	nearest_try(s->match->word, head, &best, &s->distance);
	if (best != NULL)
		snprintf(s->nearest, sizeof(s->nearest), "%s", id);
}

static int
take_thread(const struct store_thread *t, void *arg)
{
	take(arg, t->id);
	return 0;
}

static int
take_agent(const struct store_agent *a, void *arg)
{
	take(arg, a->thread_id);
	return 0;
}

static int
try_thread(const struct store_thread *t, void *arg)
{
	try(arg, t->id);
	return 0;
}

static int
try_agent(const struct store_agent *a, void *arg)
{
	try(arg, a->thread_id);
	return 0;
}

static enum store_status
say_unknown(struct search *s, struct store *store, enum idmatch_kind kind)
{
	struct idmatch		*m = s->match;
	enum store_status	 st;

	s->distance = SIZE_MAX;
	if (kind == IDMATCH_THREAD)
		st = store_thread_prefix_each(store, "", try_thread, s);
	else
		st = store_agent_prefix_each(store, "", try_agent, s);
	snprintf(m->why, sizeof(m->why), "%s: no %s's id begins like this%s%s",
	    m->word, nouns[kind], s->nearest[0] == '\0' ? ", and there is "
	    "none at all" : "; the nearest is ", s->nearest);
	return st;
}

/* The word as ids are kept. */
static void
set_word(struct idmatch *m, const char *word)
{
	char	*p;

	memset(m, 0, sizeof(*m));
	log_printable(m->word, sizeof(m->word), word, strlen(word));
	for (p = m->word; *p != '\0'; p++)
		*p = (char)tolower((unsigned char)*p);
}

enum store_status
idmatch_find(struct idmatch *m, struct store *store, enum idmatch_kind kind,
    const char *word)
{
	struct search		s = { .match = m, .names = BUF_INIT };
	enum store_status	st = STORE_OK;

	set_word(m, word);
	/* What is longer than an id is the beginning of none. */
	if (strlen(word) < sizeof(m->word))
		st = kind == IDMATCH_THREAD ? store_thread_prefix_each(store,
		    m->word, take_thread, &s) : store_agent_prefix_each(store,
		    m->word, take_agent, &s);
	if (m->found > 1)
		snprintf(m->why, sizeof(m->why), "%s: %lld %ss begin like "
		    "this: %s%s", m->word, (long long)m->found, nouns[kind],
		    buf_str(&s.names), m->found > IDMATCH_NAMED ? ", ..." :
		    "");
	buf_release(&s.names);
	if (m->found == 0 && (st == STORE_OK || st == STORE_NONE))
		st = say_unknown(&s, store, kind);
	return st == STORE_NONE ? STORE_OK : st;
}
