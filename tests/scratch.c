#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/scratch.h"

void
scratch_make(char *dir, size_t size)
{
	const char	*base = getenv("T");
	int		 n;

	if (base == NULL)
		base = getenv("B");
	n = snprintf(dir, size, "%s/scratch.XXXXXX",
	    base == NULL ? "." : base);
	ck_assert(n > 0 && (size_t)n < size);
	ck_assert_ptr_nonnull(mkdtemp(dir));
}

void
scratch_remove(const char *dir)
{
	char	 cmd[400];

	snprintf(cmd, sizeof(cmd), "rm -rf '%s'", dir);
	ck_assert_int_eq(system(cmd), 0);
}
