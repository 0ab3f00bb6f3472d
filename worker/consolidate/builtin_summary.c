#include <stdlib.h>
#include <string.h>

#include "builtin_contents.h"
#include "builtin_forget.h"
#include "builtin_profile.h"
#include "builtin_region.h"
#include "builtin_rules.h"
#include "builtin_summary.h"

/* How much is said; shrunk until the file fits. */
struct summary_limits {
	size_t	 prefs;
	struct contents_limits contents;
};

static const struct summary_limits levels[] = { { 24, { 6, 12, 40 } },
	{ 16, { 4, 8, 30 } }, { 12, { 3, 5, 24 } }, { 8, { 2, 3, 16 } },
	{ 4, { 1, 1, 8 } }, { 2, { 0, 0, 2 } }, { 0, { 0, 0, 0 } } };

static void
add_rules(struct buf *b, const struct summary_input *in, size_t max)
{
	size_t before;

	buf_addstr(b, "## User preferences\n");
	before = b->len;
	notes_rules(in->notes, b, max);
	(void)rules_write(b, in->groups, max);
	if (b->len == before)
		buf_addstr(b, "None was told yet.\n");
	buf_addch(b, '\n');
}

/* Groups that others wrote, unless the file's own text tells of them. */
static void
add_foreign(struct buf *b, const struct summary_input *in,
    const struct region *r)
{
	char *name;
	size_t i, n = 0;

	for (i = 0; i < in->blocks->n; i++) {
		name = block_name(&in->blocks->v[i]);
		if (name != NULL && in->blocks->v[i].owner == BLOCK_FOREIGN &&
		    strstr(buf_str(&r->before), name) == NULL &&
		    strstr(buf_str(&r->after), name) == NULL)
			buf_addf(b, "%s%s", n++ == 0 ? "### by hand\n"
			    "- groups in MEMORY.md: " : ", ", name);
		free(name);
	}
	if (n > 0)
		buf_addch(b, '\n');
}

static void
make_body(struct buf *b, const struct summary_input *in,
    const struct region *r, const struct summary_limits *limits)
{
	profile_write(b, in->inputs);
	add_rules(b, in, limits->prefs);
	tips_write(b, in->inputs);
	buf_addstr(b, "## What's in Memory\n");
	notes_contents(in->notes, b);
	contents_write(b, in->groups, &limits->contents);
	add_foreign(b, in, r);
}

void
summary_make(struct buf *out, const struct buf *old,
    const struct summary_input *in)
{
	struct region region;
	struct buf body = BUF_INIT;
	size_t i, n = sizeof(levels) / sizeof(levels[0]);

	region_parse(&region, old);
	forget_lines(&region.before, in->inputs);
	forget_lines(&region.after, in->inputs);
	for (i = 0; i < n; i++) {
		buf_reset(&body);
		make_body(&body, in, &region, &levels[i]);
		buf_reset(out);
		region_write(&region, &body, out);
		if (out->len <= SUMMARY_MAX)
			break;
	}
	if (out->len > SUMMARY_MAX) {
		buf_reset(out);
		region_write(&region, NULL, out);
	}
	buf_release(&body);
	region_clear(&region);
}
