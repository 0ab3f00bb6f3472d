#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "builtin.h"
#include "builtin_blocks.h"
#include "builtin_group.h"
#include "builtin_input.h"
#include "builtin_memory.h"
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
	struct buf		 memory;	/* as found */
	struct buf		 summary;
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
	if (memchr(buf_str(&j->memory), '\0', j->memory.len) != NULL) {
		(void)fail(j, MEMORY_FILE, "it holds a NUL byte");
		goto out;
	}
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

/* The group whose block this is, each at most once. */
static struct group *
take_group(struct groups *gs, unsigned char *used, const struct block *b)
{
	size_t i;

	for (i = 0; i < gs->n; i++)
		if (!used[i] && strcmp(gs->group[i].cwd, b->cwd) == 0) {
			used[i] = 1;
			return &gs->group[i];
		}
	return NULL;
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
 * The blocks in the order in which they stand, ours anew, then those of new
 * groups.  Returns the bytes that are ours.
 */
static size_t
write_memory(struct job *j, struct buf *out, const struct memory_limits *l)
{
	struct groups gs;
	struct group *g;
	struct block *b;
	unsigned char *used;
	size_t i, before, ours = 0;

	groups_make(&gs, &j->in, is_cited, &j->blocks);
	used = xcalloc(gs.n + 1, 1);
	for (i = 0; i < j->blocks.n; i++) {
		b = &j->blocks.v[i];
		before = out->len;
		if (b->owner == BLOCK_FOREIGN) {
			if (b->text.len > 0)
				separate(out);
			buf_add(out, buf_str(&b->text), b->text.len);
		} else if ((g = take_group(&gs, used, b)) != NULL) {
			separate(out);
			memory_block(out, g, l);
			ours += out->len - before;
		}
	}
	for (i = 0; i < gs.n; i++) {
		before = out->len;
		if (used[i])
			continue;
		separate(out);
		memory_block(out, &gs.group[i], l);
		ours += out->len - before;
	}
	free(used);
	groups_clear(&gs);
	return ours;
}

static int
write_file(struct job *j, const char *name, const struct buf *text,
    int *changed)
{
	enum staging_status status;

	status = staging_write(j->staging, name, text, changed);
	if (status == STAGING_OK)
		return 0;
	return fail(j, name, status == STAGING_ERROR ? strerror(errno) :
	    staging_text(status));
}

static int
make_memory(struct job *j)
{
	struct buf out = BUF_INIT;
	size_t i, n = sizeof(levels) / sizeof(levels[0]);
	int result;

	for (i = 0; i < n; i++) {
		buf_reset(&out);
		if (write_memory(j, &out, &levels[i]) <= MEMORY_MAX)
			break;
	}
	j->report->memory_bytes = out.len;
	result = write_file(j, MEMORY_FILE, &out, &j->report->memory_changed);
	buf_release(&out);
	return result;
}

static int
make_summary(struct job *j)
{
	struct groups gs;
	struct buf out = BUF_INIT;
	size_t i;
	int result;

	groups_make(&gs, &j->in, NULL, NULL);
	j->report->groups = gs.n;
	for (i = 0; i < gs.n; i++)
		j->report->topics += gs.group[i].n;
	summary_make(&out, &j->summary, &j->in, &gs);
	groups_clear(&gs);
	j->report->summary_bytes = out.len;
	result = write_file(j, SUMMARY_FILE, &out,
	    &j->report->summary_changed);
	buf_release(&out);
	return result;
}

int
builtin_consolidate(const struct staging *st, struct builtin_report *report,
    char *why, size_t whysize)
{
	struct job j = { .staging = st, .report = report, .why = why,
	    .whysize = whysize };
	size_t i;
	int result = -1;

	memset(report, 0, sizeof(*report));
	if (read_all(&j) == 0) {
		blocks_parse(&j.blocks, &j.memory);
		blocks_forget(&j.blocks, &j.in);
		for (i = 0; i < j.blocks.n; i++)
			report->kept += j.blocks.v[i].owner == BLOCK_FOREIGN;
		report->rows = j.in.n;
		report->tombstones = j.in.ntombstones;
		/* The summary last: it is what new sessions read. */
		if (make_memory(&j) == 0 && make_summary(&j) == 0)
			result = 0;
	}
	blocks_clear(&j.blocks);
	inputs_clear(&j.in);
	buf_release(&j.memory);
	buf_release(&j.summary);
	return result;
}
