#include <string.h>

#include "worker/workspace/tree.h"

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
    const struct buf *text)
{
	git_oid	id;

	if (history_blob_write(h, text->data, text->len, &id) < 0)
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
