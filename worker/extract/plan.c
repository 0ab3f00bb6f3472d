#include <stdint.h>
#include <stdio.h>

#include "common/log.h"
#include "worker/extract/plan.h"

/*
 * The budget is given out, not taken back: one row after the other, each row
 * from the newest item of its class to the oldest, so that what comes last
 * here is what shrinks first.  Giving never adds up more than the budget, so
 * no sum can overflow whatever the sizes are.  Sizes are steps: an item of
 * several kilobytes has lost most of its use to a reader long before it is
 * gone, and a few hundred bytes of head and tail still say what it was.
 */
static const struct grant {
	enum plan_class	class;
	size_t		upto;
} grants[] = {
	{ PLAN_USER,		16384 },	/* typed; beyond: pasted */
	{ PLAN_ASSISTANT,	1024 },
	{ PLAN_OTHER,		256 },
	{ PLAN_CALL,		512 },
	{ PLAN_OUTPUT,		512 },
	{ PLAN_USER,		SIZE_MAX },
	{ PLAN_ASSISTANT,	SIZE_MAX },
	{ PLAN_OTHER,		SIZE_MAX },
	{ PLAN_CALL,		4096 },
	{ PLAN_OUTPUT,		2048 },
	{ PLAN_CALL,		SIZE_MAX },
	{ PLAN_OUTPUT,		8192 },
	{ PLAN_OUTPUT,		32768 },
	{ PLAN_OUTPUT,		SIZE_MAX },
};

/* Let `item' have up to `upto' bytes of text.  Returns what is left. */
static size_t
grant(struct plan_item *item, size_t upto, size_t left)
{
	size_t	want = item->size < upto ? item->size : upto;

	if (!item->keep) {
		if (item->fixed > left)
			return left;
		item->keep = 1;
		left -= item->fixed;
	}
	if (want <= item->allow)
		return left;
	want -= item->allow;
	if (want > left)
		want = left;
	item->allow += want;
	return left - want;
}

size_t
plan_fit(struct plan_item *items, size_t n, size_t budget)
{
	size_t	left = budget, row, i;

	for (i = 0; i < n; i++) {
		items[i].allow = 0;
		items[i].keep = 0;
	}
	for (row = 0; row < sizeof(grants) / sizeof(grants[0]); row++)
		for (i = n; i-- > 0;)
			if (items[i].class == grants[row].class)
				left = grant(&items[i], grants[row].upto, left);
	return budget - left;
}

static int
is_continuation(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

/* Writes the mark for `cut' bytes; returns its length. */
static size_t
mark(char *dst, size_t size, size_t cut)
{
	int	n;

	n = snprintf(dst, size, "\xe2\x80\xa6%zu tokens truncated\xe2\x80\xa6",
	    cut / 4 + (cut % 4 != 0));
	if (n < 0 || (size_t)n >= size)
		BUG("mark of a cut does not fit");
	return (size_t)n;
}

size_t
plan_cut(const char *text, size_t len, size_t allow, struct buf *out)
{
	char	text_mark[64];
	size_t	room, head, tail, n;

	if (len <= allow) {
		buf_add(out, text, len);
		return 0;
	}
	/* The number of what is really cut has no more digits than this. */
	n = mark(text_mark, sizeof(text_mark), len);
	if (n > allow)
		return len;
	room = allow - n;
	head = room / 2;
	while (head > 0 && is_continuation(text[head]))
		head--;
	tail = len - (room - room / 2);
	while (tail < len && is_continuation(text[tail]))
		tail++;
	n = mark(text_mark, sizeof(text_mark), tail - head);
	buf_add(out, text, head);
	buf_add(out, text_mark, n);
	buf_add(out, text + tail, len - tail);
	return tail - head;
}
