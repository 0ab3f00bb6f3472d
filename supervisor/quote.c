/* Strings in configuration files and in messages about them. */

#include <stdlib.h>
#include <string.h>
#include "supervisor/quote.h"
#include "common/log.h"
#include "common/mem.h"

int
quote_clean(const char *s)
{
	char	*copy;
	size_t	 len;
	int	 same;

	/* A byte becomes at most "\u{NNNN}", which differs from it. */
	len = strlen(s);
	copy = xcalloc(len + 1, 10);
	log_printable(copy, (len + 1) * 10, s, len);
	same = strcmp(copy, s) == 0;
	free(copy);
	return same;
}

void
quote_add(struct buf *out, const char *s)
{
	buf_addch(out, '"');
	for (; *s != '\0'; s++) {
		if (*s == '"' || *s == '\\')
			buf_addch(out, '\\');
		buf_addch(out, *s);
	}
	buf_addch(out, '"');
}
