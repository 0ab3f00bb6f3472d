#include "common/json.h"
#include "worker/workspace/changes.h"
#include "worker/workspace/commits.h"
#include "worker/workspace/compare.h"
#include "worker/workspace/diff.h"
#include "worker/workspace/folder_scan.h"
#include "worker/workspace/tree.h"

int
compare_trees(struct workspace *ws, git_index *from, git_index *to,
    json_object *out)
{
	struct changes	c;
	struct buf	b = BUF_INIT;
	int		r;

	changes_between(&c, from, to);
	json_set_int(out, "added", (int64_t)c.count[CHANGE_ADDED]);
	json_set_int(out, "modified", (int64_t)c.count[CHANGE_MODIFIED]);
	json_set_int(out, "deleted", (int64_t)c.count[CHANGE_DELETED]);
	changes_release(&c);
	r = diff_unified(&ws->history, from, to, &b);
	json_set_str(out, "diff", buf_str(&b));
	json_set_bool(out, "truncated", r > 0);
	buf_release(&b);
	return r < 0 ? workspace_fail_history(ws, "comparing") : 0;
}

static void
set_id(json_object *o, const char *key, const git_oid *id)
{
	char	hex[GIT_OID_HEXSZ + 1];

	json_set_str(o, key, id == NULL ? NULL :
	    git_oid_tostr(hex, sizeof(hex), id));
}

/* A commit against its first parent, the first commit against nothing. */
static int
compare_commit(struct workspace *ws, const char *word, json_object *out)
{
	git_index	*from = NULL, *to = NULL;
	git_oid		 id, parent;
	enum history_found found;
	int		 has_parent, r;

	if (commits_find(ws, word, &id) < 0)
		return -1;
	found = history_parent(&ws->history, &id, 0, &parent);
	if (found == HISTORY_ERROR)
		return workspace_fail_history(ws, "comparing");
	has_parent = found == HISTORY_FOUND;
	set_id(out, "from", has_parent ? &parent : NULL);
	set_id(out, "to", &id);
	r = has_parent ? commits_load(ws, &parent, &from) : tree_new(&from);
	if (r == 0)
		r = commits_load(ws, &id, &to);
	if (r == 0)
		r = compare_trees(ws, from, to, out);
	git_index_free(from);
	git_index_free(to);
	return r;
}

static int
compare_folder(struct workspace *ws, json_object *out)
{
	struct folder_scan	 s = { .nskipped = 0 };
	git_index		*live = NULL;
	git_oid			 id;
	int			 r;

	switch (history_ref(&ws->history, HISTORY_LIVE, &id)) {
	case HISTORY_FOUND:
		break;
	case HISTORY_ABSENT:
		return workspace_fail(ws, REASON_HISTORY,
		    "nothing was published yet");
	case HISTORY_ERROR:
		return workspace_fail_history(ws, HISTORY_LIVE);
	}
	set_id(out, "from", &id);
	set_id(out, "to", NULL);
	r = commits_load(ws, &id, &live);
	if (r == 0)
		r = folder_scan_root(&s, ws);
	if (r == 0)
		r = compare_trees(ws, live, s.tree, out);
	folder_scan_release(&s);
	git_index_free(live);
	return r;
}

int
compare_run(struct workspace *ws, const char *word, json_object *out)
{
	return word != NULL ? compare_commit(ws, word, out) :
	    compare_folder(ws, out);
}
