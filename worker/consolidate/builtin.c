#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "builtin.h"
#include "builtin_adopted.h"
#include "builtin_blocks.h"
#include "builtin_forget.h"
#include "builtin_group.h"
#include "builtin_input.h"
#include "builtin_memory.h"
#include "builtin_notes.h"
#include "builtin_nul.h"
#include "builtin_summary.h"
#include "mem.h"

#define INPUTS_MAX	(64u << 20)
#define FILE_MAX	(8u << 20)

static const struct memory_limits levels[] = { { 64, 8, 8, 6 },
	{ 32, 8, 6, 5 }, { 16, 6, 4, 4 }, { 8, 4, 3, 3 }, { 4, 3, 2, 2 },
	{ 2, 2, 1, 1 } };

/* All that one consolidation holds. */
struct job {
	const struct staging	*staging;
	struct inputs		 in;
	struct blocks		 blocks;
	struct notes		 notes;
	struct groups		 groups;	/* of every row */
	struct buf		 memory;	/* as found */
	struct buf		 summary;
	char			 nul;		/* stands for NUL in both */
	struct builtin_report	*report;
	char			*why;
	size_t			 whysize;
};

static int
fail(struct job *j, const char *name, const char *what)
{
	(void)snprintf(j->why, j->whysize, "%s: %s", name, what);
	return -1;
}

/* An absent file is an empty one. */
static int
read_file(struct job *j, const char *name, size_t max, struct buf *out)
{
	enum staging_status status;

	status = staging_read(j->staging, name, max, out);
	if (status == STAGING_OK || status == STAGING_ABSENT)
		return 0;
	return fail(j, name, status == STAGING_ERROR ? strerror(errno) :
	    staging_text(status));
}

static int
read_all(struct job *j)
{
	struct buf text = BUF_INIT;
	const char *what = "it is empty";
	int result = -1;

	if (read_file(j, INPUTS_FILE, INPUTS_MAX, &text) == -1 ||
	    read_file(j, MEMORY_FILE, FILE_MAX, &j->memory) == -1 ||
	    read_file(j, SUMMARY_FILE, FILE_MAX, &j->summary) == -1)
		goto out;
	if (inputs_parse(&j->in, &text, &what) == -1) {
		(void)fail(j, INPUTS_FILE, what);
		goto out;
	}
	j->nul = nul_stand_in(&j->memory, &j->summary);
	if (j->nul == '\0') {
		(void)fail(j, MEMORY_FILE, "it is no text");
		goto out;
	}
	nul_hide(&j->memory, j->nul);
	nul_hide(&j->summary, j->nul);
	result = 0;
out:
	buf_release(&text);
	return result;
}

static int
is_cited(const char *thread_id, void *arg)
{
	return blocks_cite(arg, thread_id);
}

/* Our text of MEMORY.md before it has its place. */
struct draft {
	struct groups	 groups;
	struct buf	*block;		/* of each group */
	struct buf	 notes;
	size_t		 len;
};

static void
draft_clear(struct draft *d)
{
	size_t i;

	for (i = 0; i < d->groups.n; i++)
		buf_release(&d->block[i]);
	free(d->block);
	groups_clear(&d->groups);
	buf_release(&d->notes);
}

static void
draft_make(struct draft *d, struct job *j, const struct memory_limits *l)
{
	size_t i;

	memset(d, 0, sizeof(*d));
	groups_make(&d->groups, &j->in, is_cited, &j->blocks);
	d->block = xcalloc(d->groups.n + 1, sizeof(*d->block));
	notes_block(&j->notes, &d->notes);
	d->len = d->notes.len;
	for (i = 0; i < d->groups.n; i++) {
		memory_block(&d->block[i], &d->groups.group[i], l);
		d->len += d->block[i].len + 1;
	}
}

/* The most used groups remain; the summary leads to the others. */
static void
draft_cut(struct draft *d)
{
	struct group *g;
	size_t i;

	d->len = d->notes.len;
	for (i = 0; i < d->groups.n; i++) {
		if (d->len + d->block[i].len + 1 <= MEMORY_MAX) {
			d->len += d->block[i].len + 1;
			continue;
		}
		g = &d->groups.group[i];
		g->hidden += g->n;
		buf_reset(&d->block[i]);
	}
}

/* As much as fits. */
static void
draft_fit(struct draft *d, struct job *j)
{
	size_t i, n = sizeof(levels) / sizeof(levels[0]);

	for (i = 0; i < n; i++) {
		draft_make(d, j, &levels[i]);
		if (d->len <= MEMORY_MAX)
			return;
		if (i + 1 < n)
			draft_clear(d);
	}
	draft_cut(d);
}

/* A blank line before what follows; foreign bytes are only added to. */
static void
separate(struct buf *out)
{
	while (out->len > 0 && (out->len < 2 ||
	    memcmp(out->data + out->len - 2, "\n\n", 2) != 0))
		buf_addch(out, '\n');
}

/*
 * Between blocks of others nothing is added: what they wrote in a row stays
 * in a row, byte for byte.
 */
static void
keep_block(struct buf *out, const struct block *b, int after_ours)
{
	if (b->text.len > 0 && after_ours)
		separate(out);
	buf_add(out, buf_str(&b->text), b->text.len);
}

/* Put a text of ours in its place, once. */
static void
place(struct buf *out, struct buf *text)
{
	if (text->len == 0)
		return;
	separate(out);
	buf_add(out, text->data, text->len);
	buf_reset(text);
}

/* The text of our block that stood here, if there still is one. */
static struct buf *
draft_for(struct draft *d, const struct block *b)
{
	size_t i;

	if (strcmp(b->cwd, NOTES_CWD) == 0)
		return &d->notes;
	for (i = 0; i < d->groups.n; i++)
		if (d->block[i].len > 0 &&
		    group_is_in(&d->groups.group[i], b->cwd))
			return &d->block[i];
	return NULL;
}

static int
holds_notes(const struct blocks *bs)
{
	size_t i;

	for (i = 0; i < bs->n; i++)
		if (bs->v[i].owner == BLOCK_OURS &&
		    strcmp(bs->v[i].cwd, NOTES_CWD) == 0)
			return 1;
	return 0;
}

/*
 * The blocks in the order in which they stand, ours anew, then those of new
 * groups.  New notes come before the first of ours.
 */
static void
write_memory(struct job *j, struct draft *d, struct buf *out)
{
	const struct block *b;
	struct buf *text;
	int notes = holds_notes(&j->blocks), after_ours = 0;
	size_t i;

	for (i = 0; i < j->blocks.n; i++) {
		b = &j->blocks.v[i];
		if (b->owner != BLOCK_OURS) {
			keep_block(out, b, after_ours);
			after_ours = 0;
			continue;
		}
		after_ours = 1;
		if (!notes)
			place(out, &d->notes);
		if ((text = draft_for(d, b)) != NULL)
			place(out, text);
	}
	place(out, &d->notes);
	for (i = 0; i < d->groups.n; i++)
		place(out, &d->block[i]);
}

static int
write_file(struct job *j, const char *name, struct buf *text, int *changed)
{
	enum staging_status status;

	nul_show(text, j->nul);
	status = staging_write(j->staging, name, text, changed);
	if (status == STAGING_OK)
		return 0;
	return fail(j, name, status == STAGING_ERROR ? strerror(errno) :
	    staging_text(status));
}

/* What found no room, for the summary to tell. */
static void
note_hidden(struct job *j, const struct groups *gs)
{
	size_t i, k;

	for (i = 0; i < gs->n; i++)
		for (k = 0; k < j->groups.n; k++)
			if (strcmp(gs->group[i].key,
			    j->groups.group[k].key) == 0)
				j->groups.group[k].hidden =
				    gs->group[i].hidden;
}

static int
make_memory(struct job *j)
{
	struct buf out = BUF_INIT;
	struct draft d;
	int result;

	draft_fit(&d, j);
	write_memory(j, &d, &out);
	note_hidden(j, &d.groups);
	draft_clear(&d);
	j->report->memory_bytes = out.len;
	result = write_file(j, MEMORY_FILE, &out, &j->report->memory_changed);
	buf_release(&out);
	return result;
}

static int
make_summary(struct job *j)
{
	const struct summary_input in = { &j->in, &j->groups, &j->notes,
	    &j->blocks };
	struct buf out = BUF_INIT;
	int result;

	summary_make(&out, &j->summary, &in);
	j->report->summary_bytes = out.len;
	result = write_file(j, SUMMARY_FILE, &out,
	    &j->report->summary_changed);
	buf_release(&out);
	return result;
}

static void
count(struct job *j)
{
	struct builtin_report *r = j->report;
	size_t i;

	for (i = 0; i < j->blocks.n; i++)
		r->kept += j->blocks.v[i].owner != BLOCK_OURS;
	for (i = 0; i < j->groups.n; i++)
		r->topics += j->groups.group[i].n;
	r->rows = j->in.n;
	r->groups = j->groups.n;
	r->notes = j->notes.n;
	r->dropped = j->notes.dropped;
	r->tombstones = j->in.ntombstones;
}

int
builtin_consolidate(const struct staging *st, struct builtin_report *report,
    char *why, size_t whysize)
{
	struct job j = { .staging = st, .report = report, .why = why,
	    .whysize = whysize };
	int result = -1;

	memset(report, 0, sizeof(*report));
	if (read_all(&j) == 0) {
		blocks_parse(&j.blocks, &j.memory);
		adopted_settle(&j.blocks, &j.in);
		forget_blocks(&j.blocks, &j.in);
		notes_make(&j.notes, &j.in, &j.blocks);
		groups_make(&j.groups, &j.in, NULL, NULL);
		count(&j);
		/* The summary last: it is what new sessions read. */
		if (make_memory(&j) == 0 && make_summary(&j) == 0)
			result = 0;
	}
	groups_clear(&j.groups);
	notes_clear(&j.notes);
	blocks_clear(&j.blocks);
	inputs_clear(&j.in);
	buf_release(&j.memory);
	buf_release(&j.summary);
	return result;
}
