#include <stdlib.h>
#include <string.h>

#include "builtin_contents.h"
#include "builtin_forget.h"
#include "builtin_profile.h"
#include "builtin_region.h"
#include "builtin_rules.h"
#include "builtin_summary.h"
#include "worker/summary_mark.h"
#include "worker/text.h"

#define NAME_SHOWN	200	/* bytes of a group's name */

/* How much is said; shrunk until the file fits. */
struct summary_limits {
	size_t	 prefs;
	struct contents_limits contents;
};

static const struct summary_limits levels[] = { { 24, { 6, 12, 40 } },
	{ 16, { 4, 8, 30 } }, { 12, { 3, 5, 24 } }, { 8, { 2, 3, 16 } },
	{ 4, { 1, 1, 8 } }, { 2, { 0, 0, 2 } }, { 0, { 0, 0, 0 } } };

/* What is the same however much is said. */
struct summary {
	const struct summary_input *in;
	struct region	 region;
	struct items	*prefs;		/* of each group */
	struct rules	 rules;
};

static void
add_rules(struct buf *b, const struct summary *s, size_t max)
{
	size_t before;

	buf_addstr(b, "## User preferences\n");
	before = b->len;
	notes_rules(s->in->notes, b, max);
	rules_write(&s->rules, b, max);
	if (b->len == before)
		buf_addstr(b, "None was told yet.\n");
	buf_addch(b, '\n');
}

/* 1 if the block is ours, or one that is kept and has its contents told. */
static int
is_told(const struct summary *s, const struct block *b, const char *name)
{
	const struct groups *gs = s->in->groups;
	size_t i;

	for (i = 0; b->owner == BLOCK_KEPT && i < gs->n; i++)
		if (strcmp(gs->group[i].name, name) == 0)
			return 1;
	return b->owner == BLOCK_OURS;
}

/*
 * Groups that others wrote, unless the file's own text tells of them.  Their
 * names may be anything, this file is UTF-8.
 */
static void
add_foreign(struct buf *b, const struct summary *s)
{
	const struct blocks *bs = s->in->blocks;
	char *name, *line;
	size_t i, n = 0;

	for (i = 0; i < bs->n; i++) {
		name = block_name(&bs->v[i]);
		if (name != NULL && !is_told(s, &bs->v[i], name) &&
		    strstr(buf_str(&s->region.before), name) == NULL &&
		    strstr(buf_str(&s->region.after), name) == NULL) {
			line = text_line(name, NAME_SHOWN);
			buf_addf(b, "%s%s", n++ == 0 ? "### by hand\n"
			    "- groups in MEMORY.md: " : ", ", line);
			free(line);
		}
		free(name);
	}
	if (n > 0)
		buf_addch(b, '\n');
}

static void
make_body(struct buf *b, const struct summary *s,
    const struct summary_limits *limits)
{
	profile_write(b, s->in->inputs);
	add_rules(b, s, limits->prefs);
	tips_write(b, s->in->inputs);
	buf_addstr(b, "## What's in Memory\n");
	notes_contents(s->in->notes, b);
	contents_write(b, s->in->groups, s->prefs, &limits->contents);
	add_foreign(b, s);
}

/* Quotes of a session may hold what would end the frame around the file. */
static void
drop_marks(struct buf *b)
{
	struct buf	 kept = BUF_INIT;
	const char	*p = buf_str(b), *end = p + b->len, *next;

	for (; p < end; p = next) {
		next = memchr(p, '\n', (size_t)(end - p));
		next = next == NULL ? end : next + 1;
		if (!summary_mark(p, (size_t)(next - p)))
			buf_add(&kept, p, (size_t)(next - p));
	}
	buf_release(b);
	*b = kept;
}

/* Nothing is known but what others wrote: that is left alone. */
static int
nothing_to_tell(const struct summary *s)
{
	return s->in->groups->n == 0 && s->in->notes->n == 0 &&
	    s->region.before.len + s->region.after.len > strlen("v1\r\n");
}

/* As much as fits; without our part if others left no room. */
static void
write_fitting(struct buf *out, const struct summary *s)
{
	struct buf body = BUF_INIT;
	size_t i, n = sizeof(levels) / sizeof(levels[0]);

	for (i = 0; i < n; i++) {
		buf_reset(&body);
		make_body(&body, s, &levels[i]);
		drop_marks(&body);
		buf_reset(out);
		region_write(&s->region, &body, out);
		if (out->len <= SUMMARY_MAX)
			break;
	}
	if (out->len > SUMMARY_MAX || nothing_to_tell(s)) {
		buf_reset(out);
		region_write(&s->region, NULL, out);
	}
	buf_release(&body);
}

void
summary_make(struct buf *out, const struct buf *old,
    const struct summary_input *in)
{
	struct summary s = { .in = in };

	region_parse(&s.region, old);
	forget_lines(&s.region.before, in->inputs);
	forget_lines(&s.region.after, in->inputs);
	s.prefs = items_of_groups(in->groups);
	rules_make(&s.rules, in->groups, s.prefs);
	write_fitting(out, &s);
	rules_clear(&s.rules);
	items_free(s.prefs, in->groups->n);
	region_clear(&s.region);
}
