#include <string.h>

#include "common/json.h"
#include "common/log.h"
#include "common/uuid.h"
#include "worker/workspace/folder_scan.h"
#include "worker/workspace/move.h"
#include "worker/workspace/publish.h"
#include "worker/workspace/left.h"
#include "worker/workspace/recover.h"
#include "worker/workspace/review.h"
#include "worker/workspace/staged.h"
#include "worker/workspace/tree.h"

static int
load_commit(struct workspace *ws, const git_oid *commit, git_index **out)
{
	git_oid	tree;

	return history_tree_of(&ws->history, commit, &tree) < 0 ? -1 :
	    tree_load(&ws->history, &tree, out);
}

/*
 * The two commits between which the root was left: the one that it is or was
 * being moved to, and that one's first parent.
 */
static int
find_ends(struct workspace *ws, int has_next, git_oid *from, git_oid *to)
{
	struct history	*h = &ws->history;

	if (history_ref(h, has_next ? HISTORY_NEXT : HISTORY_LIVE, to) !=
	    HISTORY_FOUND)
		return -1;
	switch (history_parent(h, to, 0, from)) {
	case HISTORY_FOUND:
		return 0;
	case HISTORY_ABSENT:
		git_oid_cpy(from, to);	/* the first commit */
		return 0;
	case HISTORY_ERROR:
		break;
	}
	return -1;
}

/* Temporary files: away, or back to the user whose they are. */
static int
sweep(struct workspace *ws, int has_next)
{
	struct folder_scan	 scan = { .nskipped = 0 };
	git_index		*from = NULL, *to = NULL;
	git_oid			 a, b;
	struct move		 m;
	int			 r = -1;

	if (folder_scan_names(&scan, ws->root, tree_tracked) < 0)
		workspace_fail(ws, REASON_IO, "memory root %s: %s",
		    ws->root_path, buf_str(&scan.why));
	else if (scan.ntemporary == 0)
		r = 0;
	else if (find_ends(ws, has_next, &a, &b) < 0 ||
	    load_commit(ws, &a, &from) < 0 || load_commit(ws, &b, &to) < 0)
		workspace_fail_history(ws, "recovery");
	else {
		move_init(&m, ws, from, to);
		r = move_sweep(&m, scan.temporary, scan.ntemporary);
		move_release(&m);
	}
	git_index_free(from);
	git_index_free(to);
	folder_scan_release(&scan);
	return r;
}

int
recover_root(struct workspace *ws, size_t *moved)
{
	struct publish_result	res;
	enum publish_status	status;
	enum history_found	found;
	git_oid			next;

	found = history_ref(&ws->history, HISTORY_NEXT, &next);
	if (found == HISTORY_ERROR)
		return workspace_fail_history(ws, HISTORY_NEXT);
	if (sweep(ws, found == HISTORY_FOUND) < 0)
		return -1;
	if (found == HISTORY_ABSENT)
		return 0;
	status = publish_resume(ws, &res);
	*moved += res.count[0] + res.count[1] + res.count[2];
	publish_result_release(&res);
	return status == PUBLISH_DONE ? 0 : -1;
}

int
recover_begun(struct workspace *ws)
{
	size_t	moved = 0;
	git_oid	live;

	switch (history_ref(&ws->history, HISTORY_LIVE, &live)) {
	case HISTORY_FOUND:
		return recover_root(ws, &moved);
	case HISTORY_ABSENT:
		return 0;
	case HISTORY_ERROR:
		break;
	}
	return workspace_fail_history(ws, HISTORY_LIVE);
}

/* 1 if what the agent made waits for a person. */
static int
waits(json_object *held, const char *id)
{
	size_t	i, n = json_object_array_length(held);

	for (i = 0; i < n; i++)
		if (strcmp(json_str(json_object_array_get_idx(held, i),
		    "thread_id"), id) == 0)
			return 1;
	return 0;
}

/* Say where an agent was published; its staging is of no more use. */
static int
conclude(struct workspace *ws, struct recovered *r, const char *id)
{
	enum history_found	 found = HISTORY_ABSENT;
	json_object		*o;
	git_oid			 commit;
	char			 hex[GIT_OID_HEXSZ + 1];

	if (r->look.has_live)
		found = history_last_of(&ws->history, &r->look.live, id,
		    &commit);
	if (found == HISTORY_ERROR)
		return workspace_fail_history(ws, HISTORY_LIVE);
	if (found == HISTORY_FOUND) {
		o = json_object_new_object();
		json_set_str(o, "thread_id", id);
		json_set_str(o, "commit",
		    git_oid_tostr(hex, sizeof(hex), &commit));
		json_set(o, "left", left_list(ws, &commit));
		json_push(r->published, o);
	}
	return waits(r->held, id) ? staged_keep(ws, id) : staged_drop(ws, id);
}

static int
conclude_all(struct workspace *ws, json_object *agents, struct recovered *r)
{
	const char	*id;
	size_t		 i, n = json_object_array_length(agents);

	for (i = 0; i < n; i++) {
		id = json_object_get_string(
		    json_object_array_get_idx(agents, i));
		if (id == NULL || !uuid_valid(id))
			return workspace_fail(ws, REASON_INPUT,
			    "recover: agent %zu is no thread id", i);
		if (conclude(ws, r, id) < 0)
			return -1;
	}
	return 0;
}

/* If what is live is what a person accepted, tell whose and how. */
static int
tell_despite(struct workspace *ws, const git_oid *live, struct recovered *r)
{
	char			id[HISTORY_TRAILER_MAX];
	char			rule[HISTORY_TRAILER_MAX];
	enum history_found	found;

	found = history_trailer(&ws->history, live, "Despite", rule);
	if (found == HISTORY_FOUND)
		found = history_trailer(&ws->history, live, "Thread", id);
	if (found == HISTORY_ERROR)
		return workspace_fail_history(ws, HISTORY_LIVE);
	if (found == HISTORY_ABSENT)
		return 0;
	r->despite = json_object_new_object();
	json_set_str(r->despite, "thread_id", id);
	json_set_str(r->despite, "rule", rule);
	return 0;
}

int
recover_run(struct workspace *ws, json_object *agents, int claimed,
    struct recovered *r)
{
	enum history_found	found;

	memset(r, 0, sizeof(*r));
	r->published = json_object_new_array();
	r->held = json_object_new_array();
	r->root = root_look(ws, claimed, &r->look);
	switch (r->root) {
	case ROOT_EMPTY:
		/* A first publication may not have come to its first file. */
		if (!r->look.has_live || ws->root < 0)
			break;
		__attribute__((fallthrough));
	case ROOT_OURS:
		if (recover_root(ws, &r->moved) < 0)
			return -1;
		/* The publication may have moved it. */
		found = history_ref(&ws->history, HISTORY_LIVE,
		    &r->look.live);
		if (found != HISTORY_FOUND)
			return workspace_fail_history(ws, HISTORY_LIVE);
		if (tell_despite(ws, &r->look.live, r) < 0)
			return -1;
		break;
	case ROOT_VANISHED:
	case ROOT_FOREIGN:
		/* Nothing here is touched, staging waits with it. */
		return 0;
	case ROOT__ERROR:
		return -1;
	}
	return review_list(ws, r->held) < 0 ? -1 :
	    conclude_all(ws, agents, r);
}

void
recovered_release(struct recovered *r)
{
	root_look_release(&r->look);
	json_object_put(r->published);
	json_object_put(r->held);
	json_object_put(r->despite);
	memset(r, 0, sizeof(*r));
}
