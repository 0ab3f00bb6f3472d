#include <string.h>

#include "worker/workspace/pack.h"
#include "worker/workspace/refs.h"
#include "worker/workspace/trim.h"

struct trim {
	struct workspace	*ws;
	struct trimmed		*out;
	struct cut		 kept;		/* all commits that stay */
	struct cut		 cut;		/* those of them to cut at */
	int			 left;		/* what is cut off is there */
};

static int
keep_parents(struct trim *t, const git_oid *id)
{
	git_commit	*c = NULL;
	unsigned	 i;

	if (git_commit_lookup(&c, t->ws->history.repo, id) < 0)
		return -1;
	for (i = 0; i < history_parents(&t->ws->history, c); i++)
		cut_add(&t->kept, git_commit_parent_id(c, i));
	git_commit_free(c);
	return 0;
}

/* A commit, its parents, and what an agent's began from. */
static int
keep_whole(struct trim *t, const git_oid *id)
{
	enum history_found	found;
	git_oid			agent;

	cut_add(&t->kept, id);
	if (keep_parents(t, id) < 0)
		return -1;
	found = history_parent(&t->ws->history, id, 1, &agent);
	if (found == HISTORY_ABSENT)
		return 0;	/* no agent made it */
	return found == HISTORY_ERROR ? -1 : keep_parents(t, &agent);
}

static int
keep_ref(struct trim *t, const char *ref)
{
	git_object	*o = NULL;
	git_oid		 id;
	int		 r = 0;

	if (strcmp(ref, HISTORY_LIVE) == 0)
		return 0;
	if (git_reference_name_to_id(&id, t->ws->history.repo, ref) < 0 ||
	    git_object_lookup(&o, t->ws->history.repo, &id,
	    GIT_OBJECT_ANY) < 0)
		return -1;
	if (git_object_type(o) == GIT_OBJECT_COMMIT)
		r = keep_whole(t, &id);
	git_object_free(o);
	return r;
}

static int
keep_refs(struct trim *t)
{
	struct refs	refs;
	size_t		i;
	int		r;

	r = refs_read(&refs, &t->ws->history);
	for (i = 0; r == 0 && i < refs.n; i++)
		r = keep_ref(t, refs.v[i]);
	refs_release(&refs);
	return r;
}

/* The last publication of an agent, if there is one: *last, else zeroes. */
static int
keep_last_inputs(struct trim *t, git_oid *last)
{
	switch (history_last_given(&t->ws->history, &t->out->live, last)) {
	case HISTORY_FOUND:
		return keep_whole(t, last);
	case HISTORY_ABSENT:
		memset(last, 0, sizeof(*last));
		return 0;
	case HISTORY_ERROR:
		break;
	}
	return -1;
}

/* One of the main line, with the agent's that it merged unless it is last. */
static void
keep_one(struct trim *t, const git_commit *c, int is_last)
{
	unsigned	i;

	t->out->kept++;
	cut_add(&t->kept, git_commit_id(c));
	for (i = 1; !is_last && i < history_parents(&t->ws->history, c); i++)
		cut_add(&t->kept, git_commit_parent_id(c, i));
}

/* The newest `limit' commits of the main line, and those down to `last'. */
static int
keep_line(struct trim *t, size_t limit, const git_oid *last)
{
	git_commit	*c = NULL;
	git_oid		 id;
	int		 above = !git_oid_is_zero(last), more = 1;

	git_oid_cpy(&id, &t->out->live);
	while (more) {
		workspace_tick(t->ws);
		if (git_commit_lookup(&c, t->ws->history.repo, &id) < 0)
			return -1;
		more = history_parents(&t->ws->history, c) > 0;
		if (t->out->kept >= limit && !above)
			t->out->dropped++;
		else {
			above = above && !git_oid_equal(&id, last);
			keep_one(t, c, t->out->kept + 1 >= limit && !above);
		}
		if (more)
			git_oid_cpy(&id, git_commit_parent_id(c, 0));
		git_commit_free(c);
	}
	return 0;
}

/* Is it to be cut at one that is kept, and is what is behind there still? */
static int
look_behind(struct trim *t, git_odb *odb, const git_oid *id)
{
	git_commit	*c = NULL;
	const git_oid	*parent;
	unsigned	 i;

	if (git_commit_lookup(&c, t->ws->history.repo, id) < 0)
		return -1;
	for (i = 0; i < git_commit_parentcount(c); i++) {
		parent = git_commit_parent_id(c, i);
		if (cut_has(&t->kept, parent))
			continue;
		cut_add(&t->cut, id);
		t->left |= git_odb_exists(odb, parent);
	}
	git_commit_free(c);
	return 0;
}

static int
find_cut(struct trim *t)
{
	git_odb	*odb = NULL;
	size_t	 i;
	int	 r;

	r = git_repository_odb(&odb, t->ws->history.repo);
	for (i = 0; r == 0 && i < t->kept.n; i++)
		r = look_behind(t, odb, &t->kept.ids[i]);
	git_odb_free(odb);
	cut_sort(&t->cut);
	return r;
}

static int
apply(struct trim *t)
{
	struct cut	*now = &t->ws->history.cut;

	if (cut_write(&t->cut, t->ws->history_path) < 0)
		return workspace_fail_state(t->ws);
	cut_release(now);
	*now = t->cut;
	memset(&t->cut, 0, sizeof(t->cut));
	return pack_history(t->ws, PACK_ALWAYS) < 0 ? -1 : 0;
}

static int
trim(struct trim *t, size_t limit)
{
	git_oid	last;

	if (keep_last_inputs(t, &last) < 0 || keep_line(t, limit, &last) < 0 ||
	    keep_refs(t) < 0)
		return workspace_fail_history(t->ws, "trimming");
	cut_sort(&t->kept);
	if (find_cut(t) < 0)
		return workspace_fail_history(t->ws, "trimming");
	if (t->left)
		return apply(t);
	t->out->dropped = 0;
	return 0;
}

int
trim_run(struct workspace *ws, size_t limit, struct trimmed *out)
{
	struct trim	t = { .ws = ws, .out = out };
	git_oid		next;
	int		r = 0;

	memset(out, 0, sizeof(*out));
	if (history_ref(&ws->history, HISTORY_NEXT, &next) != HISTORY_ABSENT)
		return 0;
	switch (history_ref(&ws->history, HISTORY_LIVE, &out->live)) {
	case HISTORY_FOUND:
		r = trim(&t, limit);
		break;
	case HISTORY_ABSENT:
		break;
	case HISTORY_ERROR:
		r = workspace_fail_history(ws, HISTORY_LIVE);
		break;
	}
	cut_release(&t.kept);
	cut_release(&t.cut);
	return r;
}
