#include <string.h>

#include "worker/workspace/nul.h"

int
nul_find(const struct buf *text, size_t *line, size_t *byte)
{
	const char	*s = buf_str(text), *nul, *p;

	nul = memchr(s, '\0', text->len);
	if (nul == NULL)
		return 0;
	*line = 1;
	for (p = s; p < nul; p++)
		*line += *p == '\n';
	*byte = (size_t)(nul - s) + 1;
	return 1;
}
