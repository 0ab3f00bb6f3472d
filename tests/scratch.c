#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/mem.h"
#include "tests/scratch.h"

/* A name for mkdtemp(3) or mkstemp(3). */
static void
scratch_name(char *name, size_t size)
{
	const char	*base = getenv("T");
	int		 n;

	if (base == NULL)
		base = getenv("B");
	n = snprintf(name, size, "%s/scratch.XXXXXX",
	    base == NULL ? "." : base);
	ck_assert(n > 0 && (size_t)n < size);
}

void
scratch_make(char *dir, size_t size)
{
	scratch_name(dir, size);
	ck_assert_ptr_nonnull(mkdtemp(dir));
}

char *
scratch_file(const char *text)
{
	char	 name[256];
	FILE	*fp;
	int	 fd;

	scratch_name(name, sizeof(name));
	fd = mkstemp(name);
	ck_assert_int_ne(fd, -1);
	fp = fdopen(fd, "w");
	ck_assert_ptr_nonnull(fp);
	fputs(text, fp);
	fclose(fp);
	return xstrdup(name);
}

void
scratch_remove(const char *dir)
{
	char	 cmd[400];

	snprintf(cmd, sizeof(cmd), "rm -rf '%s'", dir);
	ck_assert_int_eq(system(cmd), 0);
}
