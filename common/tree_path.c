#include <string.h>
#include <strings.h>

#include "tree_path.h"

#define MARKDOWN ".md"

int
tree_below(const char *path, const char *prefix)
{
	return strncmp(path, prefix, strlen(prefix)) == 0;
}

static int
ends_in(const char *path, const char *suffix)
{
	size_t	len = strlen(path), n = strlen(suffix);

	return len > n && strcmp(path + len - n, suffix) == 0;
}

/*
 * A name that both a git tree and a person can hold: no control characters,
 * nothing that git gives a meaning to, none of our temporary files.
 */
static int
good_name(const char *name, size_t len)
{
	size_t	i;

	if (len == 0 || len > TREE_NAME_MAX)
		return 0;
	if (name[0] == '.' && (len == 1 || (len == 2 && name[1] == '.')))
		return 0;
	if (len >= 4 && strncasecmp(name, ".git", 4) == 0)
		return 0;
	if (len >= 5 && strncasecmp(name, "git~1", 5) == 0)
		return 0;
	if (tree_below(name, TREE_TEMPORARY))
		return 0;
	for (i = 0; i < len; i++)
		if ((unsigned char)name[i] < 0x20 || name[i] == 0x7f ||
		    name[i] == '\\' || name[i] == ':')
			return 0;
	return 1;
}

static int
good_path(const char *path)
{
	unsigned	depth = 0;
	size_t		len;

	if (strlen(path) > TREE_PATH_MAX)
		return 0;
	for (;;) {
		len = strcspn(path, "/");
		if (!good_name(path, len) || ++depth > TREE_DEPTH_MAX)
			return 0;
		if (path[len] == '\0')
			return 1;
		path += len + 1;
	}
}

int
tree_agents(const char *path)
{
	return good_path(path) && (strcmp(path, TREE_HANDBOOK) == 0 ||
	    strcmp(path, TREE_SUMMARY) == 0 || tree_below(path, TREE_SKILLS));
}

int
tree_tracked(const char *path)
{
	const char	*rest;

	if (tree_agents(path))
		return 1;
	if (!good_path(path) || !ends_in(path, MARKDOWN))
		return 0;
	if (tree_below(path, TREE_EXTENSIONS))
		return 1;
	if (!tree_below(path, TREE_SUMMARIES))
		return 0;
	rest = path + strlen(TREE_SUMMARIES);
	return strchr(rest, '/') == NULL && strcmp(rest, MARKDOWN) != 0;
}
