#include <string.h>
#include <strings.h>

#include "worker/summary_mark.h"

static const char *const	marks[] = {
	"MEMORY_SUMMARY BEGINS", "MEMORY_SUMMARY ENDS", "oai-mem-citation>"
};

static int
holds(const char *line, size_t len, const char *mark)
{
	size_t	n = strlen(mark), i;

	for (i = 0; i + n <= len; i++)
		if (strncasecmp(line + i, mark, n) == 0)
			return 1;
	return 0;
}

int
summary_mark(const char *line, size_t len)
{
	size_t	i;

	for (i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (holds(line, len, marks[i]))
			return 1;
	return 0;
}
