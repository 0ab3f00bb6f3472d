#include "worker/workspace/purge.h"
#include "worker/workspace/reach.h"
#include "worker/workspace/refs.h"

/* One reference; what git(1) made may name anything. */
struct rest {
	struct purge	*p;
	struct reach	 reach;
};

/* 1 if a commit that was not met before names a thread, 0 if none, -1. */
static int
reached(struct rest *r)
{
	git_oid	id;
	int	rc;

	while ((rc = reach_next(&r->reach, &id)) == 1)
		if ((rc = purge_commit_traced(r->p, &id)) != 0)
			break;
	return rc;
}

/* The same of all that a reference leads to. */
static int
ref_traced(struct rest *r, const char *ref)
{
	git_repository	*repo = r->p->ws->history.repo;
	git_object	*o = NULL, *commit = NULL;
	git_oid		 id;
	int		 rc = -1;

	if (git_reference_name_to_id(&id, repo, ref) < 0 ||
	    git_object_lookup(&o, repo, &id, GIT_OBJECT_ANY) < 0)
		return -1;
	if (git_object_type(o) == GIT_OBJECT_TREE)
		rc = purge_tree_traced(r->p, &id);
	else if (git_object_peel(&commit, o, GIT_OBJECT_COMMIT) == 0) {
		reach_push(&r->reach, git_object_id(commit));
		rc = reached(r);
	}
	git_object_free(commit);
	git_object_free(o);
	return rc;
}

int
purge_rest(struct purge *p)
{
	struct rest	r = { .p = p };
	struct refs	refs;
	size_t		i;
	int		rc;

	reach_init(&r.reach, &p->ws->history);
	rc = refs_read(&refs, &p->ws->history);
	for (i = 0; rc == 0 && i < refs.n; i++)
		rc = ref_traced(&r, refs.v[i]);
	if (rc == 1)
		rc = workspace_fail(p->ws, REASON_PUBLISHED, "history %s: %s "
		    "still leads to what is to be forgotten, and is not "
		    "mnemod's to change: delete it with git update-ref -d, "
		    "then purge again", p->ws->history_path, refs.v[i - 1]);
	else if (rc < 0)
		rc = workspace_fail_history(p->ws, "purging");
	refs_release(&refs);
	reach_release(&r.reach);
	return rc;
}
