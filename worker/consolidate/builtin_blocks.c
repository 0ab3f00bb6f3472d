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

/* 1 if the text, sealed once, is as it was then. */
static int
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

char *
block_name(const struct block *b)
{
	const char *p = buf_str(&b->text);

	if (strncmp(p, GROUP_HEAD, strlen(GROUP_HEAD)) != 0)
		return NULL;
	p += strlen(GROUP_HEAD);
	return xstrndup(p, strcspn(p, "\r\n"));
}

/* 1 if a block of this owner names the thread. */
static int
names(const struct blocks *bs, enum block_owner owner, const char *thread_id)
{
	size_t i;

	for (i = 0; i < bs->n; i++)
		if (bs->v[i].owner == owner &&
		    strstr(buf_str(&bs->v[i].text), thread_id) != NULL)
			return 1;
	return 0;
}

int
blocks_keep(const struct blocks *bs, const char *thread_id)
{
	return names(bs, BLOCK_KEPT, thread_id);
}

int
blocks_cite(const struct blocks *bs, const char *thread_id)
{
	return blocks_keep(bs, thread_id) ||
	    names(bs, BLOCK_FOREIGN, thread_id);
}
