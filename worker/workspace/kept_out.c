#include <string.h>

#include "common/log.h"
#include "worker/workspace/diff.h"
#include "worker/workspace/kept_out.h"
#include "worker/workspace/merge.h"
#include "worker/workspace/tree.h"

static const char	head[] =
    "## Kept out by the user\n\n"
    "While the last agent worked, the user edited what it changed too; the "
    "user's text stands. The diff leads from that to what the agent had "
    "written: take over what agrees with the user's edit.\n\n";

/* A publication and what led to it. */
struct published {
	git_oid		 base, user, agent, tree;	/* trees */
	git_index	*is, *wanted;
	struct merge	 merge;
};

static int
tree_at(struct history *h, const git_oid *commit, unsigned parent,
    git_oid *out)
{
	git_oid	id;

	return history_parent_of(h, commit, parent, &id) < 0 ? -1 :
	    history_tree_of(h, &id, out);
}

/* Merge once more, as it was done then: that tells the conflicts. */
static int
read_publication(struct history *h, const git_oid *commit,
    struct published *p)
{
	struct merge_sides	sides = { &p->base, &p->user, &p->agent };
	git_oid			a;

	return history_tree_of(h, commit, &p->tree) < 0 ||
	    tree_at(h, commit, 0, &p->user) < 0 ||
	    history_parent_of(h, commit, 1, &a) < 0 ||
	    history_tree_of(h, &a, &p->agent) < 0 ||
	    tree_at(h, &a, 0, &p->base) < 0 ||
	    merge_trees(h, &sides, &p->merge) < 0 ||
	    tree_load(h, &p->tree, &p->is) < 0 ||
	    tree_load(h, &p->agent, &p->wanted) < 0 ? -1 : 0;
}

static int
take(git_index *to, git_index *from, const char *path)
{
	const git_index_entry	*e = tree_get(from, path);

	return e == NULL ? 0 : tree_put(to, path, e->mode, &e->id);
}

/* The diff's list and text, without its head. */
static void
add_diff(struct buf *out, const struct buf *diff)
{
	static const char	 status[] = "## Status\n", text[] = "## Diff\n";
	const char		*list = strstr(buf_str(diff), status), *fence;

	if (list == NULL || (fence = strstr(list, text)) == NULL)
		return;
	list += sizeof(status) - 1;
	buf_addstr(out, head);
	buf_add(out, list, (size_t)(fence - list));
	buf_addf(out, "%s\n", fence + sizeof(text) - 1);
}

static int
write_section(struct history *h, const struct published *p, struct buf *out)
{
	git_index	*from = NULL, *to = NULL;
	struct buf	 diff = BUF_INIT;
	const char	*path;
	size_t		 i;
	int		 n = 0;

	if (tree_new(&from) < 0 || tree_new(&to) < 0)
		n = -1;
	for (i = 0; n >= 0 && i < p->merge.nconflicts; i++) {
		path = p->merge.conflicts[i];
		if (!tree_agents(path) || tree_same_entry(tree_get(p->is,
		    path), tree_get(p->wanted, path)))
			continue;
		n = take(from, p->is, path) < 0 ||
		    take(to, p->wanted, path) < 0 ? -1 : n + 1;
	}
	if (n > 0 && diff_write(h, from, to, &diff) < 0)
		n = -1;
	else if (n > 0)
		add_diff(out, &diff);
	git_index_free(from);
	git_index_free(to);
	buf_release(&diff);
	return n;
}

static void
published_release(struct published *p)
{
	git_index_free(p->is);
	git_index_free(p->wanted);
	merge_release(&p->merge);
	memset(p, 0, sizeof(*p));
}

/*
 * 1; 0 if something of it is not there any more, as a purge of old may have
 * left it: then that is it; -1 if it cannot be read now, which is tried twice.
 */
static int
find_publication(struct workspace *ws, const git_oid *commit,
    struct published *p)
{
	int	i;

	for (i = 0; i < 2; i++) {
		published_release(p);
		if (read_publication(&ws->history, commit, p) == 0)
			return 1;
	}
	if (workspace_failed_outside(ws, "the last publication"))
		return -1;
	log_debug("%s: what was kept out of the last publication is not "
	    "known: %s", ws->history_path, history_error());
	return 0;
}

static int
write_kept_out(struct workspace *ws, const git_oid *commit, struct buf *out)
{
	struct published	p;
	int			r;

	memset(&p, 0, sizeof(p));
	r = find_publication(ws, commit, &p);
	if (r == 1 && (r = write_section(&ws->history, &p, out)) < 0)
		workspace_fail_history(ws, "the last publication");
	published_release(&p);
	return r;
}

int
kept_out_write(struct workspace *ws, const git_oid *commit, struct buf *out)
{
	git_oid	agent;

	switch (history_parent(&ws->history, commit, 1, &agent)) {
	case HISTORY_FOUND:
		return write_kept_out(ws, commit, out);
	case HISTORY_ABSENT:
		return 0;	/* no agent made it: nothing was kept out */
	case HISTORY_ERROR:
		break;
	}
	return workspace_fail_history(ws, "the last publication");
}
