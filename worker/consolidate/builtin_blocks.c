#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "builtin_blocks.h"
#include "log.h"
#include "mem.h"
#include "worker/text.h"

#define MARKER_HEAD	"; generator=builtin/1 "
#define GROUP_HEAD	"# Task Group: "
#define APPLIES_HEAD	"\napplies_to: cwd="
#define TASKS_MAX	512	/* of one block that forgetting looks at */

/* Where the sum's digits stand, or NULL. */
static char *
sum_place(const struct buf *b)
{
	char *p, *end;

	if (b->len == 0 || (p = strstr(b->data, APPLIES_HEAD)) == NULL)
		return NULL;
	end = strchr(p + 1, '\n');
	if (end == NULL || (p = strstr(p, MARKER_HEAD)) == NULL || p > end)
		return NULL;
	p += strlen(MARKER_HEAD);
	return strspn(p, "0123456789abcdef") == BLOCK_SUM ? p : NULL;
}

/* The sum of the text with the digits as zeros and no space at its end. */
static void
sum_make(const struct buf *b, char out[BLOCK_SUM + 1])
{
	struct buf copy = BUF_INIT;
	const char *start;
	size_t len;
	char *place;

	buf_add(&copy, b->data, b->len);
	place = sum_place(&copy);
	memset(place, '0', BLOCK_SUM);
	start = copy.data;
	len = copy.len;
	text_trim(&start, &len);
	(void)snprintf(out, BLOCK_SUM + 1, "%08" PRIx32,
	    (uint32_t)text_hash(start, len));
	buf_release(&copy);
}

void
block_seal(struct buf *b)
{
	char sum[BLOCK_SUM + 1];
	char *place = sum_place(b);

	if (place == NULL)
		BUG("a block without its marker");
	sum_make(b, sum);
	memcpy(place, sum, BLOCK_SUM);
}

int
block_is_sealed(const struct buf *b)
{
	char sum[BLOCK_SUM + 1];
	const char *place = sum_place(b);

	if (place == NULL)
		return 0;
	sum_make(b, sum);
	return memcmp(place, sum, BLOCK_SUM) == 0;
}

/* The start of the next block's line after `p', or `end'. */
static const char *
next_block(const char *p, const char *end)
{
	const char *nl;

	while (p < end && (nl = memchr(p, '\n', (size_t)(end - p))) != NULL) {
		p = nl + 1;
		if ((size_t)(end - p) >= strlen(GROUP_HEAD) &&
		    strncmp(p, GROUP_HEAD, strlen(GROUP_HEAD)) == 0)
			return p;
	}
	return end;
}

static char *
block_cwd(const struct buf *b)
{
	const char *p = strstr(buf_str(b), APPLIES_HEAD);

	if (p == NULL)
		return xstrdup("");
	p += strlen(APPLIES_HEAD);
	return xstrndup(p, strcspn(p, ";\n"));
}

void
blocks_parse(struct blocks *bs, const struct buf *memory)
{
	const char *p = buf_str(memory), *end = p + memory->len, *next;
	struct block *b;

	memset(bs, 0, sizeof(*bs));
	for (; p < end; p = next) {
		next = next_block(p, end);
		bs->v = xreallocarray(bs->v, bs->n + 1, sizeof(*bs->v));
		b = &bs->v[bs->n++];
		memset(b, 0, sizeof(*b));
		buf_add(&b->text, p, (size_t)(next - p));
		b->cwd = block_cwd(&b->text);
		b->owner = block_is_sealed(&b->text) ? BLOCK_OURS :
		    BLOCK_FOREIGN;
	}
}

static void
block_clear(struct block *b)
{
	buf_release(&b->text);
	free(b->cwd);
}

void
blocks_clear(struct blocks *bs)
{
	while (bs->n > 0)
		block_clear(&bs->v[--bs->n]);
	free(bs->v);
	memset(bs, 0, sizeof(*bs));
}

int
blocks_cite(const struct blocks *bs, const char *thread_id)
{
	size_t i;

	for (i = 0; i < bs->n; i++)
		if (bs->v[i].owner == BLOCK_FOREIGN &&
		    strstr(buf_str(&bs->v[i].text), thread_id) != NULL)
			return 1;
	return 0;
}

static int
names_tombstone(const char *line, const struct inputs *in)
{
	size_t i;

	for (i = 0; i < in->ntombstones; i++)
		if (strstr(line, in->tombstone[i]) != NULL)
			return 1;
	return 0;
}

/* The number of a "## Task n" line, 0 if it is none. */
static unsigned
task_number(const char *line)
{
	int n;

	return text_number(line, "## Task ", &n) && n > 0 && n < TASKS_MAX ?
	    (unsigned)n : 0;
}

struct forgetting {
	unsigned char	 kept[TASKS_MAX];	/* summaries left */
	unsigned char	 lost[TASKS_MAX];	/* summaries forgotten */
	const struct inputs *in;
	int		 any;
	int		 tasks_left;
};

typedef void line_fn(struct forgetting *, const char *line, unsigned task,
    struct buf *out);

/* Each line of the text with the task that it stands in (0: none). */
static void
each_line(const struct buf *text, struct forgetting *f, line_fn *fn,
    struct buf *out)
{
	const char *p = buf_str(text), *nl;
	unsigned task = 0;
	size_t len;
	char *line;

	while (*p != '\0') {
		nl = strchr(p, '\n');
		len = nl == NULL ? strlen(p) : (size_t)(nl - p) + 1;
		line = xstrndup(p, len);
		if (strncmp(line, "## ", 3) == 0)
			task = task_number(line);
		fn(f, line, task, out);
		free(line);
		p += len;
	}
}

static void
count_line(struct forgetting *f, const char *line, unsigned task,
    struct buf *out)
{
	(void)out;
	if (names_tombstone(line, f->in)) {
		f->any = 1;
		if (f->lost[task] < UINT8_MAX)
			f->lost[task]++;
	} else if (task != 0 && strncmp(line, "- ", 2) == 0 &&
	    f->kept[task] < UINT8_MAX) {
		f->kept[task]++;
	}
}

static int
is_forgotten(const struct forgetting *f, unsigned task)
{
	return task != 0 && f->lost[task] > 0 && f->kept[task] == 0;
}

/* 1 if all "[Task n]" of the bullet are forgotten ones. */
static int
rests_on_forgotten(const struct forgetting *f, const char *line)
{
	const char *p = line;
	int n, any = 0;

	while ((p = strstr(p, "[Task ")) != NULL) {
		if (!text_number(p, "[Task ", &n) || n < 0 ||
		    n >= TASKS_MAX || !is_forgotten(f, (unsigned)n))
			return 0;
		any = 1;
		p++;
	}
	return any;
}

static void
copy_line(struct forgetting *f, const char *line, unsigned task,
    struct buf *out)
{
	if (is_forgotten(f, task) || names_tombstone(line, f->in) ||
	    rests_on_forgotten(f, line))
		return;
	if (task_number(line) != 0)
		f->tasks_left = 1;
	buf_addstr(out, line);
}

void
blocks_forget(struct blocks *bs, const struct inputs *in)
{
	struct forgetting f;
	struct buf out;
	struct block *b;
	size_t i;

	for (i = 0; i < bs->n; i++) {
		b = &bs->v[i];
		memset(&f, 0, sizeof(f));
		f.in = in;
		each_line(&b->text, &f, count_line, NULL);
		if (b->owner == BLOCK_OURS || !f.any)
			continue;
		buf_init(&out);
		each_line(&b->text, &f, copy_line, &out);
		if (!f.tasks_left && strncmp(buf_str(&b->text), GROUP_HEAD,
		    strlen(GROUP_HEAD)) == 0)
			buf_reset(&out);
		buf_release(&b->text);
		b->text = out;
	}
}
