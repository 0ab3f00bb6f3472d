#include <string.h>
#include <strings.h>

#include "worker/workspace/tree.h"

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

int
tree_new(git_index **out)
{
	return git_index_new(out) < 0 ? -1 : 0;
}

int
tree_load(struct history *h, const git_oid *id, git_index **out)
{
	git_tree	*tree = NULL;
	int		 r = -1;

	*out = NULL;
	if (git_tree_lookup(&tree, h->repo, id) < 0)
		return -1;
	if (git_index_new(out) == 0 && git_index_read_tree(*out, tree) == 0)
		r = 0;
	git_tree_free(tree);
	if (r == 0)
		return 0;
	git_index_free(*out);
	*out = NULL;
	return -1;
}

int
tree_store(struct history *h, git_index *index, git_oid *out)
{
	return git_index_write_tree_to(out, index, h->repo) < 0 ? -1 : 0;
}

const git_index_entry *
tree_get(git_index *index, const char *path)
{
	return git_index_get_bypath(index, path, 0);
}

int
tree_put(git_index *index, const char *path, uint32_t mode,
    const git_oid *id)
{
	git_index_entry	 e;

	memset(&e, 0, sizeof(e));
	e.path = path;
	e.mode = mode;
	git_oid_cpy(&e.id, id);
	return git_index_add(index, &e) < 0 ? -1 : 0;
}

int
tree_put_text(git_index *index, struct history *h, const char *path,
    const char *data, size_t len)
{
	git_oid	id;

	if (history_blob_write(h, data, len, &id) < 0)
		return -1;
	return tree_put(index, path, GIT_FILEMODE_BLOB, &id);
}

int
tree_drop(git_index *index, const char *path)
{
	return git_index_remove(index, path, 0) < 0 ? -1 : 0;
}

int
tree_copy(git_index *to, git_index *from, int (*wanted)(const char *))
{
	const git_index_entry	*e;
	size_t			 i;

	for (i = 0; i < git_index_entrycount(from); i++) {
		e = git_index_get_byindex(from, i);
		if (wanted(e->path) && tree_put(to, e->path, e->mode,
		    &e->id) < 0)
			return -1;
	}
	return 0;
}

int
tree_drop_all(git_index *index, int (*wanted)(const char *))
{
	const git_index_entry	*e;
	size_t			 i = 0;

	while (i < git_index_entrycount(index)) {
		e = git_index_get_byindex(index, i);
		if (!wanted(e->path))
			i++;
		else if (tree_drop(index, e->path) < 0)
			return -1;
	}
	return 0;
}

int
tree_same_entry(const git_index_entry *a, const git_index_entry *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	return a->mode == b->mode && git_oid_equal(&a->id, &b->id);
}

int
tree_text(git_index *index, struct history *h, const char *path,
    struct buf *out)
{
	const git_index_entry	*e = tree_get(index, path);

	if (e == NULL)
		return 0;
	return history_blob_read(h, &e->id, out) < 0 ? -1 : 1;
}
