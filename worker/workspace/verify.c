#include <stdint.h>

#include "common/json.h"
#include "worker/workspace/reach.h"
#include "worker/workspace/refs.h"
#include "worker/workspace/verify.h"

static int
damaged(struct workspace *ws, const char *what)
{
	if (workspace_failed_outside(ws, what))
		return -1;
	return workspace_fail(ws, REASON_HISTORY, "history %s: %s: %s",
	    ws->history_path, what, history_error());
}

/* Begin at every reference, whatever it names. */
static int
push_all(struct workspace *ws, struct reach *w)
{
	struct refs	 refs;
	git_oid		 id;
	size_t		 i;
	int		 r = 0;

	if (refs_read(&refs, &ws->history) < 0)
		return damaged(ws, "its references");
	for (i = 0; r == 0 && i < refs.n; i++)
		if (git_reference_name_to_id(&id, ws->history.repo,
		    refs.v[i]) < 0)
			r = damaged(ws, refs.v[i]);
		else
			reach_push(w, &id);
	refs_release(&refs);
	return r;
}

static void
push_entries(struct reach *w, const git_tree *tree)
{
	size_t	i;

	for (i = 0; i < git_tree_entrycount(tree); i++)
		reach_push(w, git_tree_entry_id(git_tree_entry_byindex(tree,
		    i)));
}

static void
push_commit(struct reach *w, const git_commit *c)
{
	unsigned	i;

	reach_push(w, git_commit_tree_id(c));
	for (i = 0; i < history_parents(w->history, c); i++)
		reach_push(w, git_commit_parent_id(c, i));
}

/* libgit2 compares what it reads with the name. */
static int
verify(struct workspace *ws, struct reach *w, const git_oid *id)
{
	git_object	*o = NULL;
	char		 hex[GIT_OID_HEXSZ + 1];

	if (git_object_lookup(&o, ws->history.repo, id, GIT_OBJECT_ANY) < 0)
		return damaged(ws, git_oid_tostr(hex, sizeof(hex), id));
	if (git_object_type(o) == GIT_OBJECT_COMMIT)
		push_commit(w, (git_commit *)o);
	else if (git_object_type(o) == GIT_OBJECT_TREE)
		push_entries(w, (git_tree *)o);
	git_object_free(o);
	return 0;
}

int
verify_run(struct workspace *ws, json_object *out)
{
	struct reach	w;
	git_oid		id;
	int64_t		n = 0;
	int		r, more;

	reach_init(&w, &ws->history);
	r = push_all(ws, &w);
	while (r == 0 && n < VERIFY_OBJECTS && reach_pop(&w, &id)) {
		workspace_tick(ws);
		r = verify(ws, &w, &id);
		n++;
	}
	more = reach_pop(&w, &id);
	reach_release(&w);
	json_set_int(out, "objects", n);
	json_set_bool(out, "more", more);
	return r;
}
