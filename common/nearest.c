#include <string.h>

#include "nearest.h"

/* By rows; neither word is longer than NEAREST_MAX. */
static size_t
distance_of(const char *a, size_t la, const char *b, size_t lb)
{
	size_t	 row[NEAREST_MAX + 1], i, j, corner, up;

	for (j = 0; j <= lb; j++)
		row[j] = j;
	for (i = 1; i <= la; i++) {
		corner = row[0];
		row[0] = i;
		for (j = 1; j <= lb; j++) {
			up = row[j];
			row[j] = corner + (a[i - 1] != b[j - 1]);
			if (up + 1 < row[j])
				row[j] = up + 1;
			if (row[j - 1] + 1 < row[j])
				row[j] = row[j - 1] + 1;
			corner = up;
		}
	}
	return row[lb];
}

void
nearest_try(const char *word, const char *candidate, const char **best,
    size_t *distance)
{
	const char	*a = word, *b = candidate;
	size_t		 d;

	/* What both begin with counts for nothing: paths begin alike. */
	while (*a != '\0' && *a == *b)
		a++, b++;
	d = distance_of(a, strnlen(a, NEAREST_MAX), b,
	    strnlen(b, NEAREST_MAX));
	if (d < *distance) {
		*distance = d;
		*best = candidate;
	}
}
