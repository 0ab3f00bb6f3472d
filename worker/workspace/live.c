#include <string.h>

#include "common/hook.h"
#include "worker/workspace/changes.h"
#include "worker/workspace/live.h"
#include "worker/workspace/tree.h"

/* The first commit of a memory: nothing yet. */
static int
begin(struct workspace *ws, git_oid *commit)
{
	struct history_commit	 c = { .subject = "Begin with nothing" };
	git_index		*index = NULL;
	int			 ok;

	if (tree_new(&index) < 0)
		return -1;
	hook_crash("live.begin.before");
	ok = tree_store(&ws->history, index, &c.tree) == 0 &&
	    history_commit(&ws->history, &c, commit) == 0 &&
	    history_move_ref(&ws->history, HISTORY_LIVE, NULL, commit) == 0;
	hook_crash("live.begin.after");
	git_index_free(index);
	return ok ? 0 : -1;
}

/*
 * Where the folder has what it is being moved to, `live' is still right:
 * undo that part in the list of what was found.
 */
static int
pass_over_moved(git_index *found, git_index *live, git_index *next)
{
	const git_index_entry	*e;
	struct changes		 c;
	const char		*path;
	size_t			 i;
	int			 r = 0;

	changes_between(&c, live, found);
	for (i = 0; r == 0 && i < c.n; i++) {
		path = c.list[i].path;
		if (!tree_same_entry(tree_get(found, path),
		    tree_get(next, path)))
			continue;
		e = tree_get(live, path);
		r = e == NULL ? tree_drop(found, path) :
		    tree_put(found, path, e->mode, &e->id);
	}
	changes_release(&c);
	return r;
}

/*
 * Make the list of `live' what was found.  It knows the trees that it was
 * read from: only those that change are written again.
 */
static int
follow(git_index *live, git_index *found, const struct changes *c)
{
	const git_index_entry	*e;
	const char		*path;
	size_t			 i;
	int			 r = 0;

	/* First what goes: a file may have become a folder, or a folder one. */
	for (i = 0; r == 0 && i < c->n; i++)
		if (c->list[i].kind == CHANGE_DELETED)
			r = tree_drop(live, c->list[i].path);
	for (i = 0; r == 0 && i < c->n; i++) {
		if (c->list[i].kind == CHANGE_DELETED)
			continue;
		path = c->list[i].path;
		e = tree_get(found, path);
		r = tree_put(live, path, e->mode, &e->id);
	}
	return r;
}

/* `live' goes from *at to a new commit of this tree, and *at with it. */
static int
commit_tree(struct workspace *ws, git_index *tree, git_oid *at)
{
	struct history_commit	c = { .subject = LIVE_EDITED };
	git_oid			id;

	c.nparents = 1;
	git_oid_cpy(&c.parents[0], at);
	hook_crash("live.edited.before");
	if (tree_store(&ws->history, tree, &c.tree) < 0 ||
	    history_commit(&ws->history, &c, &id) < 0 ||
	    history_move_ref(&ws->history, HISTORY_LIVE, at, &id) < 0)
		return -1;
	hook_crash("live.edited.after");
	git_oid_cpy(at, &id);
	return 0;
}

static int
commit_edits(struct workspace *ws, struct live *l)
{
	if (commit_tree(ws, l->tree, &l->commit) < 0)
		return -1;
	l->edited = 1;
	return 0;
}

/*
 * Compare what was found with `live', whose commit is known, and go on with
 * its list, which says the same then.
 */
static int
compare(struct workspace *ws, const git_oid *next, struct live *l)
{
	git_index	*live = NULL, *to = NULL;
	git_oid		 tree;
	struct changes	 c;
	int		 r = -1;

	if (history_tree_of(&ws->history, &l->commit, &tree) < 0 ||
	    tree_load(&ws->history, &tree, &live) < 0)
		return -1;
	if (next == NULL || (history_tree_of(&ws->history, next,
	    &tree) == 0 && tree_load(&ws->history, &tree, &to) == 0 &&
	    pass_over_moved(l->tree, live, to) == 0)) {
		changes_between(&c, live, l->tree);
		r = follow(live, l->tree, &c);
		git_index_free(l->tree);
		l->tree = live;
		live = NULL;
		if (r == 0 && c.n > 0)
			r = commit_edits(ws, l);
		changes_release(&c);
	}
	git_index_free(live);
	git_index_free(to);
	return r;
}

int
live_read(struct workspace *ws, const git_oid *next, struct live *l)
{
	int	r = 0;

	memset(l, 0, sizeof(*l));
	if (folder_scan_root(&l->scan, ws) < 0)
		return -1;
	lastread_prune(&ws->history.last, l->scan.tree);
	switch (history_ref(&ws->history, HISTORY_LIVE, &l->commit)) {
	case HISTORY_FOUND:
		break;
	case HISTORY_ABSENT:
		r = begin(ws, &l->commit);
		break;
	case HISTORY_ERROR:
		r = -1;
		break;
	}
	l->tree = l->scan.tree;
	l->scan.tree = NULL;
	if (r == 0)
		r = compare(ws, next, l);
	return r < 0 ? workspace_fail_history(ws, "reading the root") : 0;
}

void
live_release(struct live *l)
{
	folder_scan_release(&l->scan);
	git_index_free(l->tree);
	memset(l, 0, sizeof(*l));
}

int
live_keep(struct workspace *ws, const char *path, uint32_t mode,
    const git_oid *blob)
{
	struct history		*h = &ws->history;
	const git_index_entry	*e;
	git_index		*tree = NULL;
	git_oid			 live, id;
	int			 r = -1;

	if (history_ref(h, HISTORY_LIVE, &live) == HISTORY_FOUND &&
	    history_tree_of(h, &live, &id) == 0 &&
	    tree_load(h, &id, &tree) == 0) {
		e = tree_get(tree, path);
		if (e != NULL && e->mode == mode &&
		    git_oid_equal(&e->id, blob))
			r = 0;
		else if (tree_put(tree, path, mode, blob) == 0)
			r = commit_tree(ws, tree, &live);
	}
	git_index_free(tree);
	return r < 0 ? workspace_fail_history(ws, path) : 0;
}
