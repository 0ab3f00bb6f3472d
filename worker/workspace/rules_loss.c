/*
 * What a model writes anew, it loses: a tenth here, a number there, until
 * nothing is left.  So what stood in MEMORY.md is compared with what stands
 * now: an entry (a bullet) is the same, or one that says it in other words,
 * or lost.
 */
#include <stdlib.h>
#include <string.h>

#include "common/mem.h"
#include "worker/text.h"
#include "worker/workspace/entry_words.h"
#include "worker/workspace/rules.h"
#include "worker/workspace/specifics.h"
#include "worker/workspace/tree.h"

#define LOST_FREE	2	/* so many may go, but not the whole book */
#define SHORT		4	/* bytes: too short to be looked for anywhere */

/* The sessions that an entry rests on, by the tasks that it names. */
struct support {
	const struct judged	*j;
	const struct handbook	*book;
	size_t			 group;
	size_t			 sessions, alive, fresh;
};

static void
support_task(void *arg, int task)
{
	struct support			*s = arg;
	const struct evidence_thread	*t;
	const struct handbook_citation	*c;
	char				 id[UUID_SIZE];
	size_t				 i;

	for (i = 0; i < s->book->ncitations; i++) {
		c = &s->book->citation[i];
		if (c->group != s->group || c->task != task)
			continue;
		rules_cited_thread(s->j, c, id);
		t = evidence_find(s->j->evidence, id);
		s->sessions++;
		s->alive += t != NULL ? !t->buried :
		    tree_get(s->j->v->merged, c->path) != NULL;
		s->fresh += t != NULL && t->fresh;
	}
}

static void
support_of(struct support *s, const struct judged *j,
    const struct handbook *book, const struct handbook_entry *e)
{
	memset(s, 0, sizeof(*s));
	s->j = j;
	s->book = book;
	s->group = e->group;
	handbook_body(&e->at, support_task, s);
}

/* "- "Deploy on Tuesdays." [ad-hoc note]" where no note says so any more. */
static int
note_is_gone(const struct judged *j, const struct handbook_entry *e)
{
	const char	*s = e->at.s, *tag = memrchr(s, '[', e->body);
	struct buf	 plain = BUF_INIT;
	size_t		 len;
	int		 gone;

	if (tag == NULL || (strncmp(tag, "[ad-hoc note", 12) != 0 &&
	    strncmp(tag, "[extension ", 11) != 0))
		return 0;
	len = (size_t)(tag - s);
	while (len > 0 && strchr(" \t\"", s[len - 1]) != NULL)
		len--;
	while (len > 0 && strchr("-* \t\"", *s) != NULL) {
		s++;
		len--;
	}
	evidence_plain(&plain, s, len);
	gone = !evidence_holds(&j->evidence->notes, buf_str(&plain));
	buf_wipe(&plain);
	return gone;
}

/* 1 if nobody need keep it: its sessions are gone, or builtin makes it. */
static int
may_go(struct judged *j, const struct handbook_entry *e)
{
	struct support	s;

	if (j->v->builtin && e->group != HANDBOOK_NO_GROUP &&
	    j->oldbook.group[e->group].marked)
		return 1;
	support_of(&s, j, &j->oldbook, e);
	return (s.sessions > 0 && s.alive == 0) || note_is_gone(j, e);
}

/* What M's MEMORY.md and skills say, to look specifics up in. */
static void
all_said(struct judged *j, struct buf *out)
{
	const struct validation	*v = j->v;
	const char		*path;
	struct buf		 text = BUF_INIT;
	size_t			 i;

	for (i = 0; i < git_index_entrycount(v->merged); i++) {
		path = git_index_get_byindex(v->merged, i)->path;
		if (!tree_agents(path) || strcmp(path, TREE_SUMMARY) == 0)
			continue;
		buf_reset(&text);
		if (rules_text(j, v->merged, path, &text) > 0)
			specifics_plain(out, buf_str(&text), text.len);
		buf_addch(out, '\n');
	}
	buf_wipe(&text);
}

/* Moved elsewhere: two things that are found nowhere by chance. */
static int
is_elsewhere(const struct handbook_entry *e, const struct buf *all)
{
	struct specifics	sp;
	size_t			i, n = 0, found = 0;

	specifics_find(&sp, e->at.s, e->body);
	for (i = 0; i < sp.n; i++)
		if (strlen(sp.v[i]) >= SHORT) {
			n++;
			found += evidence_holds(all, sp.v[i]) ? 1 : 0;
		}
	specifics_release(&sp);
	return n >= 2 && found == n;
}

/* Both sides and what is said anywhere. */
struct comparison {
	struct entry_words	old, now;
	struct buf	all;
};

static void
compare(struct judged *j, struct comparison *c)
{
	memset(c, 0, sizeof(*c));
	entry_words_init(&c->old, &j->oldbook);
	entry_words_init(&c->now, &j->book);
	all_said(j, &c->all);
}

static void
comparison_release(struct comparison *c)
{
	entry_words_release(&c->old);
	entry_words_release(&c->now);
	buf_wipe(&c->all);
}

/* What is pinned is told by its own rule. */
static int
is_pinned(const struct judged *j, const struct handbook_entry *e)
{
	return e->group != HANDBOOK_NO_GROUP &&
	    j->oldbook.group[e->group].pinned;
}

void
rules_loss(struct judged *j)
{
	const struct handbook_entry	*e;
	struct comparison		 c;
	size_t				*lost, i, total = 0, n = 0, bare = 0;

	if (!rules_is_handbook(j) || j->old == NULL)
		return;
	compare(j, &c);
	lost = xcalloc(c.old.n + 1, sizeof(*lost));
	for (i = 0; i < c.old.n; i++) {
		rules_tick(j);
		e = &j->oldbook.entry[i];
		if (may_go(j, e))
			continue;
		total++;
		if (!entry_words_stand(&c.old, i, &c.now) &&
		    entry_words_like(&c.old, i, &c.now) == ENTRY_NONE &&
		    !is_elsewhere(e, &c.all)) {
			lost[n++] = i;
			bare += j->book.ngroups == 0 && !is_pinned(j, e);
		}
	}
	if (bare == 0 && (n <= LOST_FREE || n * 4 <= total))
		n = 0;
	for (i = 0; i < n; i++)
		rules_found_text(j, 0, j->oldbook.entry[lost[i]].at.s,
		    j->oldbook.entry[lost[i]].at.len);
	free(lost);
	comparison_release(&c);
}

static int
survives(const char *specific, const struct buf *all,
    const struct handbook_entry *now)
{
	struct buf	own = BUF_INIT;
	int		r;

	specifics_plain(&own, now->at.s, now->body);
	r = text_phrase(buf_str(&own), specific) != NULL ||
	    (strlen(specific) >= SHORT && (evidence_holds(&own, specific) ||
	    evidence_holds(all, specific)));
	buf_wipe(&own);
	return r;
}

/* What sessions of today say may take the place of what older ones said. */
static int
says_news(struct judged *j, const struct handbook_entry *now)
{
	struct support	s;

	support_of(&s, j, &j->book, now);
	return s.fresh > 0;
}

static void
judge_rewritten(struct judged *j, const struct handbook_entry *old,
    const struct handbook_entry *now, const struct buf *all)
{
	struct specifics	sp;
	size_t			i;

	specifics_find(&sp, old->at.s, old->body);
	for (i = 0; i < sp.n; i++)
		if (!survives(sp.v[i], all, now))
			rules_found_text(j, now->at.no, sp.v[i],
			    strlen(sp.v[i]));
	specifics_release(&sp);
}

void
rules_specifics(struct judged *j)
{
	const struct handbook_entry	*e;
	struct comparison		 c;
	size_t				 i, k;

	if (!rules_is_handbook(j) || j->old == NULL)
		return;
	compare(j, &c);
	for (i = 0; i < c.old.n; i++) {
		rules_tick(j);
		e = &j->oldbook.entry[i];
		if (entry_words_stand(&c.old, i, &c.now) || may_go(j, e))
			continue;
		k = entry_words_like(&c.old, i, &c.now);
		if (k != ENTRY_NONE && !says_news(j, &j->book.entry[k]))
			judge_rewritten(j, e, &j->book.entry[k], &c.all);
	}
	comparison_release(&c);
}

/* A session of the group has a tombstone: its traces must go. */
static int
is_touched_by_forgetting(struct judged *j, size_t group)
{
	const struct evidence_thread	*t;
	char				 id[UUID_SIZE];
	size_t				 i;

	for (i = 0; i < j->oldbook.ncitations; i++) {
		if (j->oldbook.citation[i].group != group)
			continue;
		rules_cited_thread(j, &j->oldbook.citation[i], id);
		t = evidence_find(j->evidence, id);
		if (t != NULL && t->buried)
			return 1;
	}
	return 0;
}

static int
block_stands(const struct judged *j, const struct handbook_group *g)
{
	const char	*s = buf_str(j->old) + g->start, *all, *p;
	size_t		 len = g->end - g->start;

	/* The empty lines behind it are not of the block. */
	while (len > 0 && strchr(" \r\n", s[len - 1]) != NULL)
		len--;
	all = buf_str(j->text);
	p = memmem(all, j->text->len, s, len);
	return p != NULL && (p == all || p[-1] == '\n');
}

void
rules_pinned(struct judged *j)
{
	const struct handbook_group	*g;
	size_t				 i;

	if (j->old == NULL)
		return;
	if (tree_below(j->path, TREE_SKILLS) && rules_skill_pinned(j->old) &&
	    (j->gone || j->old->len != j->text->len ||
	    memcmp(buf_str(j->old), buf_str(j->text), j->old->len) != 0))
		rules_found(j, 0, "", 0);
	for (i = 0; rules_is_handbook(j) && i < j->oldbook.ngroups; i++) {
		g = &j->oldbook.group[i];
		if (g->pinned && !is_touched_by_forgetting(j, i) &&
		    !block_stands(j, g))
			rules_found_text(j, 0, g->name, strlen(g->name));
	}
}
