/* How much of the ids of a listing has to be shown. */

#include <stdlib.h>
#include <string.h>

#include "common/mem.h"
#include "supervisor/mnemoctl/ids.h"

#define ID_MIN	8

void
ids_add(struct ids *ids, const char *id)
{
	ids->list = xreallocarray(ids->list, ids->n + 1, sizeof(*ids->list));
	ids->list[ids->n++] = xstrdup(id);
}

static int
by_text(const void *a, const void *b)
{
	const char	*const *x = a, *const *y = b;

	return strcmp(*x, *y);
}

/* Characters that two neighbours share. */
static size_t
shared(const char *a, const char *b)
{
	size_t	 n = 0;

	while (a[n] != '\0' && a[n] == b[n])
		n++;
	return n;
}

int64_t
ids_length(struct ids *ids)
{
	size_t	 i, same, length = ID_MIN;

	if (ids->n > 0)
		qsort(ids->list, ids->n, sizeof(*ids->list), by_text);
	for (i = 1; i < ids->n; i++) {
		same = shared(ids->list[i - 1], ids->list[i]);
		if (same + 1 > length)
			length = same + 1;
	}
	while (ids->n > 0)
		free(ids->list[--ids->n]);
	free(ids->list);
	ids->list = NULL;
	return (int64_t)length;
}
