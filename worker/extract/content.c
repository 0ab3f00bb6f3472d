#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "content.h"
#include "json.h"
#include "leaf.h"
#include "mem.h"
#include "size.h"

#define LEAF_MIN	256	/* shorter strings are never cut */
#define BRACKETS	2

/* Sizes from the first pass, one per kept item. */
struct sizes {
	struct plan_item	*list;
	uint64_t		*records;	/* the number of each */
	size_t			 len;
	size_t			 cap;
	size_t			 at;		/* second pass */
	int			 fits;		/* needs none */
};

/* For leaf_each(): how much of an item's text may stay. */
struct leaf_cut {
	size_t	total;		/* size of all text that may be cut */
	size_t	allow;
	size_t	cut_bytes;
};

void
content_init(struct content *c)
{
	memset(c, 0, sizeof(*c));
}

void
content_release(struct content *c)
{
	buf_wipe(&c->text);
	json_object_put(c->citations);
	content_init(c);
}

static size_t
leaf_size(json_object *leaf)
{
	return size_escaped(json_object_get_string(leaf),
	    (size_t)json_object_get_string_len(leaf));
}

/* Bytes of text in an item that may be cut. */
static size_t
cuttable(json_object *item)
{
	size_t	sum = 0;

	(void)size_json(item, LEAF_MIN, &sum);
	return sum;
}

/* Cut one string to its share of what the item may keep. */
static json_object *
cut_leaf(json_object *leaf, void *arg)
{
	json_object	*made;
	struct leaf_cut	*c = arg;
	const char	*s = json_object_get_string(leaf);
	size_t		 len = (size_t)json_object_get_string_len(leaf);
	size_t		 size = leaf_size(leaf), share, raw, cut;
	struct buf	 out = BUF_INIT;

	if (size <= LEAF_MIN)
		return NULL;
	/* Both are far below 2^32: lines and budgets are limited. */
	share = (size_t)((uint64_t)c->allow * size / c->total);
	/* plan_cut() counts plain bytes; escapes need some room more. */
	for (raw = share < len ? share : len - 1; ; ) {
		buf_reset(&out);
		cut = plan_cut(s, len, raw, &out);
		size = size_escaped(buf_str(&out), out.len);
		if (size <= share)
			break;
		raw -= raw * (size - share) / size + 1;
	}
	c->cut_bytes += cut;
	made = leaf_new(out.data, out.len);
	buf_wipe(&out);
	return made;
}

static void
push(struct sizes *z, const struct plan_item *item, uint64_t record)
{
	if (z->len == z->cap) {
		z->cap = z->cap == 0 ? 256 : z->cap * 2;
		z->list = xreallocarray(z->list, z->cap, sizeof(*z->list));
		z->records = xreallocarray(z->records, z->cap,
		    sizeof(*z->records));
	}
	z->records[z->len] = record;
	z->list[z->len++] = *item;
}

static int
wants_items(const struct feed *f, enum filter_use use, void *arg)
{
	(void)f;
	(void)arg;
	return use == FILTER_ITEM || use == FILTER_CITATION;
}

/* Behind the items that are there. */
static void
append(struct content *c, json_object *item)
{
	buf_addch(&c->text, c->items++ > 0 ? ',' : '[');
	json_write(&c->text, item);
}

static void
forget(struct content *c)
{
	buf_wipe(&c->text);
	c->items = 0;
}

/*
 * First pass: how large is what, and whom do the answers cite?  As long as
 * all fits into `room' it is written too: most rollouts need no second pass.
 */
static enum rollout_status
measure(struct content *c, struct feed *f, struct sizes *z, size_t room)
{
	struct plan_item	item;
	struct fed		fed;
	enum rollout_status	st;
	size_t			all, sum = 0;

	memset(&item, 0, sizeof(item));
	f->wants = wants_items;
	while ((st = feed_next(f, &fed)) == ROLLOUT_RECORD) {
		item.class = filter_class(fed.object);
		item.size = 0;
		all = size_json(fed.object, LEAF_MIN, &item.size) + 1;
		item.fixed = all - item.size;	/* and a comma */
		push(z, &item, f->record);
		if (sum <= room && (sum += all) <= room)
			append(c, fed.object);
		else
			forget(c);
	}
	z->fits = sum <= room;
	return st;
}

static void
write_item(struct content *c, json_object *item, const struct plan_item *plan)
{
	struct leaf_cut	cut = { .allow = plan->allow };

	cut.total = cuttable(item);
	if (!plan->keep) {
		c->cut_bytes += cut.total;
		return;
	}
	if (cut.total > cut.allow)
		leaf_each(item, cut_leaf, &cut);
	c->cut_bytes += cut.cut_bytes;
	append(c, item);
}

/* Calls tell which outputs hold memory, so they are read in any case. */
static int
is_read_again(const struct plan_item *item)
{
	return item->keep || item->class == PLAN_CALL;
}

/* What came to the file since the first pass is left out too. */
static int
wants_kept(const struct feed *f, enum filter_use use, void *arg)
{
	struct sizes	*z = arg;

	while (z->at < z->len && z->records[z->at] < f->record)
		z->at++;
	return use == FILTER_ITEM && z->at < z->len &&
	    z->records[z->at] == f->record && is_read_again(&z->list[z->at]);
}

/* Second pass: what is dropped need not be parsed. */
static enum rollout_status
write_items(struct content *c, struct feed *f, struct sizes *z)
{
	struct fed		fed;
	enum rollout_status	st;
	size_t			i;

	for (i = 0; i < z->len; i++)
		if (!is_read_again(&z->list[i]))
			c->cut_bytes += z->list[i].size;
	f->wants = wants_kept;
	f->wants_arg = z;
	while ((st = feed_next(f, &fed)) == ROLLOUT_RECORD)
		write_item(c, fed.object, &z->list[z->at]);
	return st;
}

/* As the plan says. */
static enum rollout_status
second_pass(struct content *c, struct rollout *rollout,
    const struct feed_tools *tools, struct sizes *z)
{
	struct feed		feed;
	enum rollout_status	st;

	feed_init(&feed, rollout, tools);
	st = rollout_rewind(rollout) == -1 ? ROLLOUT_FAILED :
	    write_items(c, &feed, z);
	feed_release(&feed);
	return st;
}

enum rollout_status
content_make(struct content *c, struct rollout *rollout,
    const struct feed_tools *tools, size_t budget)
{
	struct feed		feed;
	struct sizes		z;
	enum rollout_status	st;
	size_t			room;

	if (budget > CONTENT_BUDGET_MAX)
		budget = CONTENT_BUDGET_MAX;
	room = budget < BRACKETS ? 0 : budget - BRACKETS;
	memset(&z, 0, sizeof(z));
	feed_init(&feed, rollout, tools);
	st = measure(c, &feed, &z, room);
	c->redactions = feed.redactions;
	c->citations = citations_json(filter_citations(feed.filter));
	feed_release(&feed);
	c->counts = *rollout_counts(rollout);
	if (st == ROLLOUT_END && !z.fits) {
		(void)plan_fit(z.list, z.len, room);
		st = second_pass(c, rollout, tools, &z);
	}
	if (c->items == 0)
		buf_addch(&c->text, '[');
	buf_addch(&c->text, ']');
	if (st != ROLLOUT_END)
		content_release(c);
	free(z.list);
	free(z.records);
	return st;
}
