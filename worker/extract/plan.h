#ifndef MNEMOD_PLAN_H
#define MNEMOD_PLAN_H

#include <stddef.h>
#include "common/buf.h"

/*
 * What of a rollout fits into a budget.  Pure: the same items and budget
 * give the same plan.
 */

enum plan_class {
	PLAN_USER,	/* what the user wrote */
	PLAN_ASSISTANT,	/* what the agent told the user */
	PLAN_CALL,	/* a call of a tool */
	PLAN_OUTPUT,	/* what a tool answered */
	PLAN_OTHER	/* all else */
};

/* All sizes are bytes, in whatever form the caller counts its budget in. */
struct plan_item {
	enum plan_class	class;
	size_t		fixed;	/* cost of being there at all (its frame) */
	size_t		size;	/* text that may be cut */
	size_t		allow;	/* set: how much of the text may stay */
	int		keep;	/* set: 0 if the item is dropped altogether */
};

/*
 * Set `allow' and `keep' of `n' items, which stand in their order of time.
 * Everything is kept if it fits.  Otherwise tool output shrinks first, the
 * oldest first, in steps, then the other classes; the user's words last.
 * Nothing is cut beyond need: a byte of the budget is left over only where
 * no frame fits into it.  Returns the sum of `fixed' and `allow' over the
 * items kept, which is never above `budget'.
 */
size_t plan_fit(struct plan_item *items, size_t n, size_t budget);

/*
 * Append `text' to `out', cut in the middle to at most `allow' bytes if it
 * is longer: head and tail in whole characters and between them
 * "...N tokens truncated..." (with U+2026), N being a quarter of the bytes
 * cut, rounded up (Codex CLI's form).  An allowance too small for that mark
 * adds nothing.  Returns how many bytes were cut, 0 if none.
 */
size_t plan_cut(const char *text, size_t len, size_t allow, struct buf *out);

#endif
