#include <string.h>

#include "common/json.h"
#include "worker/workspace/commits.h"
#include "worker/workspace/live.h"

/* Files that differ between a commit and its first parent; -1 on failure. */
static int64_t
count_files(struct history *h, git_commit *commit)
{
	git_commit	*parent = NULL;
	git_tree	*from = NULL, *to = NULL;
	git_diff	*diff = NULL;
	int64_t		 n = -1;

	if (git_commit_tree(&to, commit) == 0 &&
	    (git_commit_parentcount(commit) == 0 ||
	    (git_commit_parent(&parent, commit, 0) == 0 &&
	    git_commit_tree(&from, parent) == 0)) &&
	    git_diff_tree_to_tree(&diff, h->repo, from, to, NULL) == 0)
		n = (int64_t)git_diff_num_deltas(diff);
	git_diff_free(diff);
	git_tree_free(from);
	git_tree_free(to);
	git_commit_free(parent);
	return n;
}

static json_object *
describe(struct history *h, git_commit *commit)
{
	json_object	*o = json_object_new_object();
	const char	*subject = git_commit_summary(commit);
	char		 hex[GIT_OID_HEXSZ + 1], thread[HISTORY_TRAILER_MAX];

	json_set_str(o, "id", git_oid_tostr(hex, sizeof(hex),
	    git_commit_id(commit)));
	json_set_int(o, "time", git_commit_time(commit));
	json_set_str(o, "subject", subject == NULL ? "" : subject);
	json_set_int(o, "files", count_files(h, commit));
	json_set_str(o, "thread_id", history_trailer(h, git_commit_id(commit),
	    "Thread", thread) == HISTORY_FOUND ? thread : NULL);
	json_set_bool(o, "edited", subject != NULL &&
	    strcmp(subject, LIVE_EDITED) == 0);
	return o;
}

static int
walk(struct workspace *ws, git_oid *id, int64_t limit, json_object *out)
{
	json_object	*list = json_object_new_array();
	git_commit	*commit = NULL;
	int64_t		 n;
	int		 more = 1;

	json_set(out, "commits", list);
	for (n = 0; more && n < limit; n++) {
		workspace_tick(ws);
		if (git_commit_lookup(&commit, ws->history.repo, id) < 0)
			return -1;
		json_object_array_add(list, describe(&ws->history, commit));
		more = git_commit_parentcount(commit) > 0;
		if (more)
			git_oid_cpy(id, git_commit_parent_id(commit, 0));
		git_commit_free(commit);
	}
	json_set_bool(out, "more", more);
	return 0;
}

int
commits_list(struct workspace *ws, int64_t limit, json_object *out)
{
	git_oid	id;

	switch (history_ref(&ws->history, HISTORY_LIVE, &id)) {
	case HISTORY_FOUND:
		if (walk(ws, &id, limit, out) == 0)
			return 0;
		break;
	case HISTORY_ABSENT:
		return workspace_fail(ws, REASON_HISTORY,
		    "nothing was published yet");
	case HISTORY_ERROR:
		break;
	}
	return workspace_fail_history(ws, "listing");
}
