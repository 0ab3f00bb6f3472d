/* Threads against the patterns of sources and memories. */

#include <fnmatch.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include "common/mem.h"
#include "supervisor/match.h"
#include "supervisor/paths.h"

/* The directory itself or something below it. */
static int
match_one(const char *pattern, const char *cwd)
{
	char	*below;
	int	 found;

	if (fnmatch(pattern, cwd, 0) == 0)
		return 1;
	below = xasprintf("%s/*", pattern);
	found = fnmatch(below, cwd, 0) == 0;
	free(below);
	return found;
}

int
match_any(const struct strlist *patterns, const char *cwd)
{
	char	*tidy;
	size_t	 i;
	int	 found;

	/*
	 * A transcript says what its directory was: `/a/../b' must not get
	 * round a pattern, and what is no path matches "*" alone.
	 */
	tidy = NULL;
	if (cwd != NULL && cwd[0] == '/' && strlen(cwd) < PATH_MAX)
		tidy = paths_tidy(cwd);
	found = 0;
	for (i = 0; i < patterns->n && !found; i++) {
		if (strcmp(patterns->v[i], "*") == 0)
			found = 1;
		else if (tidy != NULL)
			found = match_one(patterns->v[i], tidy);
	}
	free(tidy);
	return found;
}

int
match_excluded(const struct config_source *src, const char *cwd)
{
	return match_any(&src->exclude, cwd);
}

int
match_memory(const struct config_memory *m, const struct config_source *src,
    const char *cwd)
{
	size_t	i;

	for (i = 0; i < m->sources.n; i++) {
		if (strcmp(m->sources.v[i], src->name) == 0)
			break;
	}
	if (i == m->sources.n || match_excluded(src, cwd) ||
	    match_any(&m->exclude, cwd))
		return 0;
	return match_any(&m->cwd, cwd);
}
