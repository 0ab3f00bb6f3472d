#include <stdlib.h>

#include "common/mem.h"
#include "worker/redact.h"
#include "worker/redact_spans.h"

void
spans_add(struct spans *sp, size_t start, size_t end)
{
	if (sp->n == sp->room) {
		sp->room = sp->room == 0 ? 16 : sp->room * 2;
		sp->list = xreallocarray(sp->list, sp->room,
		    sizeof(*sp->list));
	}
	sp->list[sp->n++] = (struct span){ start, end };
}

static int
by_start(const void *a, const void *b)
{
	const struct span	*x = a, *y = b;

	return (x->start > y->start) - (x->start < y->start);
}

size_t
spans_mark(struct spans *sp, const char *text, size_t len, struct buf *out)
{
	size_t	i, copied = 0, count = 0;

	if (sp->n == 0)
		return 0;
	qsort(sp->list, sp->n, sizeof(*sp->list), by_start);
	for (i = 0; i < sp->n; i++) {
		if (i == 0 || sp->list[i].start >= copied) {
			buf_add(out, text + copied,
			    sp->list[i].start - copied);
			buf_addstr(out, REDACT_MARK);
			count++;
		}
		if (sp->list[i].end > copied)
			copied = sp->list[i].end;
	}
	buf_add(out, text + copied, len - copied);
	sp->n = 0;
	return count;
}

void
spans_release(struct spans *sp)
{
	free(sp->list);
	*sp = (struct spans)SPANS_INIT;
}
