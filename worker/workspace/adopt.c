#include <string.h>

#include "common/hook.h"
#include "common/log.h"
#include "worker/workspace/adopt.h"
#include "worker/workspace/adopt_files.h"
#include "worker/workspace/folder_scan.h"
#include "worker/workspace/tree.h"

/* A reference that may be absent. */
struct place {
	int	there;
	git_oid	id;
};

struct adopting {
	struct workspace	*ws;
	struct adopt_result	*res;
	struct folder_scan	 scan;
	struct place		 adopted, live, next;
	git_oid			 found;		/* tree of all */
	git_oid			 tracked;	/* without raw_memories.md */
};

static int
is_raw(const char *path)
{
	return strcmp(path, TREE_RAW) == 0;
}

static int
is_kept(const char *path)
{
	return is_raw(path) || tree_tracked(path);
}

static int
read_place(struct history *h, const char *name, struct place *p)
{
	enum history_found	found = history_ref(h, name, &p->id);

	p->there = found == HISTORY_FOUND;
	return found == HISTORY_ERROR ? -1 : 0;
}

/* What cannot be kept must not be overwritten later. */
static int
check_skipped(struct adopting *a)
{
	const struct folder_skipped	*s;
	size_t				 i;

	for (i = 0; i < a->scan.nskipped; i++) {
		s = &a->scan.skipped[i];
		if (is_raw(s->path) && s->why == FOLDER_TOO_BIG) {
			if (adopt_take_raw(a->ws, a->scan.tree) < 0)
				return -1;
			continue;
		}
		if (is_raw(s->path))
			return workspace_fail(a->ws, REASON_FOREIGN,
			    "%s/%s %s, so it cannot be kept: move it away",
			    a->ws->root_path, s->path,
			    folder_read_text(s->why));
		log_warnx("%s/%s %s: it is not adopted, and stays",
		    a->ws->root_path, s->path, folder_read_text(s->why));
	}
	return 0;
}

static int
read_folder(struct adopting *a)
{
	struct workspace	*ws = a->ws;
	struct history		*h = &ws->history;

	if (ws->root < 0)
		return workspace_fail(ws, REASON_VANISHED,
		    "memory root %s does not exist", ws->root_path);
	if (folder_scan(&a->scan, h, ws->root, is_kept) < 0)
		return workspace_fail(ws, REASON_IO, "memory root %s: %s",
		    ws->root_path, buf_str(&a->scan.why));
	if (check_skipped(a) < 0)
		return -1;
	if (tree_store(h, a->scan.tree, &a->found) < 0 ||
	    read_place(h, HISTORY_ADOPTED, &a->adopted) < 0 ||
	    read_place(h, HISTORY_LIVE, &a->live) < 0 ||
	    read_place(h, HISTORY_NEXT, &a->next) < 0)
		return workspace_fail_history(ws, "adopting");
	return 0;
}

/* 1, 0, or -1. */
static int
has_tree(struct history *h, const struct place *p, const git_oid *tree)
{
	git_oid	id;

	if (!p->there)
		return 0;
	return history_tree_of(h, &p->id, &id) < 0 ? -1 :
	    git_oid_equal(&id, tree);
}

static int
commit_found(struct adopting *a)
{
	struct history_commit	 c = { .subject = "Adopt the folder as found" };
	struct history		*h = &a->ws->history;
	git_oid			 id;
	int			 has = has_tree(h, &a->adopted, &a->found);

	if (has != 0)
		return has < 0 ? -1 : 0;
	git_oid_cpy(&c.tree, &a->found);
	if (a->live.there)
		git_oid_cpy(&c.parents[c.nparents++], &a->live.id);
	if (a->adopted.there)
		git_oid_cpy(&c.parents[c.nparents++], &a->adopted.id);
	hook_crash("adopt.commit.before");
	if (history_commit(h, &c, &id) < 0)
		return -1;
	hook_crash("adopt.commit.after");
	hook_crash("adopt.ref.before");
	if (history_move_ref(h, HISTORY_ADOPTED,
	    a->adopted.there ? &a->adopted.id : NULL, &id) < 0)
		return -1;
	hook_crash("adopt.ref.after");
	a->adopted.there = 1;
	git_oid_cpy(&a->adopted.id, &id);
	return 0;
}

static int
commit_live(struct adopting *a)
{
	struct history_commit	 c = { .subject = "Begin with what was found" };
	struct history		*h = &a->ws->history;
	git_oid			 id, parent;
	enum history_found	 found;
	int			 has = has_tree(h, &a->live, &a->tracked);

	if (has != 0)
		return has < 0 ? -1 : 0;
	found = history_parent(h, &a->adopted.id, 0, &parent);
	if (found == HISTORY_ERROR)
		return -1;
	git_oid_cpy(&c.tree, &a->tracked);
	/* The line of first parents goes on from `live'. */
	if (a->live.there && (found == HISTORY_ABSENT ||
	    !git_oid_equal(&parent, &a->live.id)))
		git_oid_cpy(&c.parents[c.nparents++], &a->live.id);
	git_oid_cpy(&c.parents[c.nparents++], &a->adopted.id);
	hook_crash("adopt.live.before");
	if (history_commit(h, &c, &id) < 0 || history_move_ref(h,
	    HISTORY_LIVE, a->live.there ? &a->live.id : NULL, &id) < 0)
		return -1;
	hook_crash("adopt.live.after");
	a->live.there = 1;
	git_oid_cpy(&a->live.id, &id);
	return 0;
}

/* A publication that was cut off was about another folder. */
static int
drop_next(struct adopting *a)
{
	if (!a->next.there)
		return 0;
	hook_crash("adopt.next.before");
	if (history_move_ref(&a->ws->history, HISTORY_NEXT, &a->next.id,
	    NULL) < 0)
		return -1;
	hook_crash("adopt.next.after");
	return 0;
}

static int
commit_all(struct adopting *a)
{
	git_index	*tracked = NULL;
	int		 r = -1;

	if (tree_new(&tracked) == 0 &&
	    tree_copy(tracked, a->scan.tree, tree_tracked) == 0 &&
	    tree_store(&a->ws->history, tracked, &a->tracked) == 0 &&
	    commit_found(a) == 0 && commit_live(a) == 0 && drop_next(a) == 0)
		r = 0;
	if (r == 0)
		a->res->files = git_index_entrycount(tracked);
	git_index_free(tracked);
	return r < 0 ? workspace_fail_history(a->ws, "adopting") : 0;
}

/* First what is told best: databases, raw memories, summaries. */
static int
read_threads(struct adopting *a)
{
	struct adopt_threads	*t = &a->res->threads;
	struct history		*h = &a->ws->history;
	const git_index_entry	*e;
	struct buf		 b = BUF_INIT;
	size_t			 i;
	int			 r;

	for (i = 0; i < a->ws->inputs.nrows; i++)
		adopt_add_row(t, a->ws->inputs.rows[i]);
	r = tree_text(a->scan.tree, h, TREE_RAW, &b);
	if (r > 0)
		adopt_add_raw(t, &b);
	for (i = 0; r >= 0 && i < git_index_entrycount(a->scan.tree); i++) {
		e = git_index_get_byindex(a->scan.tree, i);
		if (!tree_below(e->path, TREE_SUMMARIES))
			continue;
		workspace_tick(a->ws);
		buf_reset(&b);
		r = history_blob_read(h, &e->id, &b);
		if (r == 0)
			adopt_add_summary(t, e->path +
			    strlen(TREE_SUMMARIES), &b);
	}
	buf_wipe(&b);
	return r < 0 ? workspace_fail_history(a->ws, TREE_SUMMARIES) : 0;
}

int
adopt_run(struct workspace *ws, struct adopt_result *res)
{
	struct adopting	a = { .ws = ws, .res = res };
	int		r;

	memset(res, 0, sizeof(*res));
	adopt_threads_init(&res->threads, ws->redact);
	r = read_folder(&a);
	if (r == 0)
		r = commit_all(&a);
	if (r == 0)
		r = read_threads(&a);
	git_oid_cpy(&res->commit, &a.adopted.id);
	git_oid_cpy(&res->live, &a.live.id);
	folder_scan_release(&a.scan);
	return r;
}

void
adopt_result_release(struct adopt_result *res)
{
	adopt_threads_release(&res->threads);
	memset(res, 0, sizeof(*res));
}
