#include <stdio.h>
#include <string.h>

#include <bsd/string.h>

#include "common/hook.h"
#include "common/json.h"
#include "common/uuid.h"
#include "worker/workspace/compare.h"
#include "worker/workspace/folder_scan.h"
#include "worker/workspace/merge.h"
#include "worker/workspace/recover.h"
#include "worker/workspace/refs.h"
#include "worker/workspace/review.h"
#include "worker/workspace/root.h"
#include "worker/workspace/round.h"
#include "worker/workspace/staged.h"
#include "worker/workspace/tree.h"

#define REF_SIZE	(sizeof(HISTORY_REVIEW) + UUID_SIZE)
#define TOKEN_MIN	12	/* digits of a token that are enough */

/* What waits. */
struct review {
	char	thread_id[UUID_SIZE];
	git_oid	commit;		/* P */
	git_oid	agent;		/* A */
	git_oid	base;
};

static void
ref_name(char out[REF_SIZE], const char *thread_id)
{
	snprintf(out, REF_SIZE, "%s%s", HISTORY_REVIEW, thread_id);
}

int
review_hold(struct workspace *ws, const char *thread_id, const git_oid *p)
{
	enum history_found	found;
	char			ref[REF_SIZE];
	git_oid			old;
	int			r;

	ref_name(ref, thread_id);
	found = history_ref(&ws->history, ref, &old);
	hook_crash("review.hold.before");
	r = found == HISTORY_ERROR ? -1 : history_move_ref(&ws->history, ref,
	    found == HISTORY_FOUND ? &old : NULL, p);
	hook_crash("review.hold.after");
	return r < 0 ? workspace_fail_history(ws, ref) : 0;
}

int
review_drop(struct workspace *ws, const char *thread_id)
{
	enum history_found	found;
	char			ref[REF_SIZE];
	git_oid			id;
	int			r;

	ref_name(ref, thread_id);
	found = history_ref(&ws->history, ref, &id);
	if (found == HISTORY_ABSENT)
		return 0;
	hook_crash("review.drop.before");
	r = found == HISTORY_ERROR ? -1 :
	    history_move_ref(&ws->history, ref, &id, NULL);
	hook_crash("review.drop.after");
	return r < 0 ? workspace_fail_history(ws, ref) : 0;
}

static int
is_review(const char *ref)
{
	return tree_below(ref, HISTORY_REVIEW) &&
	    uuid_valid(ref + strlen(HISTORY_REVIEW));
}

static int
read_review(struct workspace *ws, const char *ref, struct review *r)
{
	struct history	*h = &ws->history;

	strlcpy(r->thread_id, ref + strlen(HISTORY_REVIEW),
	    sizeof(r->thread_id));
	if (history_ref(h, ref, &r->commit) == HISTORY_FOUND &&
	    history_parent_of(h, &r->commit, 1, &r->agent) == 0 &&
	    history_parent_of(h, &r->agent, 0, &r->base) == 0)
		return 0;
	return workspace_fail_history(ws, ref);
}

/* The one that waits: a memory has one agent at a time. */
static int
find_review(struct workspace *ws, struct review *r)
{
	struct refs	 refs;
	const char	*ref = NULL;
	size_t		 i;
	int		 rc;

	if (refs_read(&refs, &ws->history) < 0)
		return workspace_fail_history(ws, HISTORY_REVIEW);
	for (i = 0; i < refs.n; i++)
		if (is_review(refs.v[i]))
			ref = refs.v[i];
	rc = ref != NULL ? read_review(ws, ref, r) : workspace_fail(ws,
	    REASON_NO_REVIEW, "nothing waits for review");
	refs_release(&refs);
	return rc;
}

/* Was it published? */
static enum history_found
find_live(struct workspace *ws, const char *thread_id)
{
	enum history_found	found;
	git_oid			live, commit;

	found = history_ref(&ws->history, HISTORY_LIVE, &live);
	if (found == HISTORY_FOUND)
		found = history_last_of(&ws->history, &live, thread_id,
		    &commit);
	if (found == HISTORY_ERROR)
		workspace_fail_history(ws, HISTORY_LIVE);
	return found;
}

static int
list_one(struct workspace *ws, const char *ref, json_object *list)
{
	struct review	 r;
	json_object	*o;
	char		 hex[GIT_OID_HEXSZ + 1];

	if (read_review(ws, ref, &r) < 0)
		return -1;
	switch (find_live(ws, r.thread_id)) {
	case HISTORY_FOUND:
		return review_drop(ws, r.thread_id);
	case HISTORY_ABSENT:
		break;
	case HISTORY_ERROR:
		return -1;
	}
	o = json_object_new_object();
	json_set_str(o, "thread_id", r.thread_id);
	json_set_str(o, "commit", git_oid_tostr(hex, sizeof(hex),
	    &r.commit));
	json_push(list, o);
	return 0;
}

int
review_list(struct workspace *ws, json_object *list)
{
	struct refs	refs;
	size_t		i;
	int		r = 0;

	if (refs_read(&refs, &ws->history) < 0)
		return workspace_fail_history(ws, HISTORY_REVIEW);
	for (i = 0; r == 0 && i < refs.n; i++)
		if (is_review(refs.v[i]))
			r = list_one(ws, refs.v[i], list);
	refs_release(&refs);
	return r;
}

/* The folder as it is, as a tree. */
static int
scan_root(struct workspace *ws, struct folder_scan *s, git_oid *tree)
{
	if (folder_scan_root(s, ws) < 0)
		return -1;
	return tree_store(&ws->history, s->tree, tree) < 0 ?
	    workspace_fail_history(ws, "reading the root") : 0;
}

/* M of the folder as it is now. */
static int
merge_now(struct workspace *ws, const struct review *r, const git_oid *user,
    struct merge *m)
{
	struct history		*h = &ws->history;
	git_oid			 base, agent;
	struct merge_sides	 sides = { &base, user, &agent };

	if (history_tree_of(h, &r->base, &base) == 0 &&
	    history_tree_of(h, &r->agent, &agent) == 0 &&
	    merge_trees(h, &sides, m) == 0)
		return 0;
	return workspace_fail_history(ws, "merging");
}

/* What accepting would do now. */
struct outcome {
	struct folder_scan	scan;		/* the folder as it is */
	struct merge		merge;		/* what would be published */
	git_oid			token;		/* the tree of that */
};

/* outcome_release() in every case. */
static int
outcome_now(struct workspace *ws, const struct review *r, struct outcome *o)
{
	git_oid	user;

	memset(o, 0, sizeof(*o));
	if (scan_root(ws, &o->scan, &user) < 0 ||
	    merge_now(ws, r, &user, &o->merge) < 0)
		return -1;
	return tree_store(&ws->history, o->merge.tree, &o->token) < 0 ?
	    workspace_fail_history(ws, "merging") : 0;
}

static void
outcome_release(struct outcome *o)
{
	merge_release(&o->merge);
	folder_scan_release(&o->scan);
}

static void
set_paths(json_object *o, const struct merge *m)
{
	json_object	*list = json_object_new_array();
	size_t		 i;

	for (i = 0; i < m->nconflicts; i++)
		json_push_str(list, m->conflicts[i]);
	json_set(o, "conflicts", list);
}

static int64_t
time_of(struct workspace *ws, const git_oid *id)
{
	git_commit	*commit = NULL;
	int64_t		 t = 0;

	if (git_commit_lookup(&commit, ws->history.repo, id) == 0)
		t = git_commit_time(commit);
	git_commit_free(commit);
	return t;
}

int
review_show(struct workspace *ws, json_object *out)
{
	struct outcome	 o;
	struct review	 r;
	char		 hex[GIT_OID_HEXSZ + 1];
	int		 rc;

	if (find_review(ws, &r) < 0)
		return -1;
	rc = outcome_now(ws, &r, &o);
	if (rc == 0) {
		json_set_str(out, "thread_id", r.thread_id);
		json_set_str(out, "commit",
		    git_oid_tostr(hex, sizeof(hex), &r.commit));
		json_set_int(out, "time", time_of(ws, &r.commit));
		json_set_str(out, "token",
		    git_oid_tostr(hex, sizeof(hex), &o.token));
		set_paths(out, &o.merge);
		rc = compare_trees(ws, o.scan.tree, o.merge.tree, out);
	}
	outcome_release(&o);
	return rc;
}

/* The token is still right, or none is given: *token is the tree's. */
static int
check_token(struct workspace *ws, const struct review *r, const char *given,
    git_oid *token)
{
	struct outcome	o;
	char		hex[GIT_OID_HEXSZ + 1];
	int		rc = outcome_now(ws, r, &o);

	git_oid_cpy(token, &o.token);
	if (rc == 0 && (strlen(given) < TOKEN_MIN ||
	    strncmp(given, git_oid_tostr(hex, sizeof(hex), token),
	    strlen(given)) != 0))
		rc = workspace_fail(ws, REASON_TOKEN, "%s: is not the token "
		    "of what waits now; review it again", given);
	outcome_release(&o);
	return rc;
}

static int
begin_accept(struct publication *pub, struct review *r)
{
	struct workspace	*ws = pub->ws;
	size_t			 moved = 0;

	if (root_require(ws) < 0 || recover_root(ws, &moved) < 0 ||
	    find_review(ws, r) < 0)
		return -1;
	memcpy(pub->thread_id, r->thread_id, sizeof(pub->thread_id));
	git_oid_cpy(&pub->agent, &r->agent);
	pub->accepted = 1;
	switch (staged_read(ws, r->thread_id, &pub->staged)) {
	case HISTORY_FOUND:
		return 0;
	case HISTORY_ABSENT:
		return workspace_fail(ws, REASON_NO_REVIEW, "agent %s: what "
		    "was kept for its review is gone; discard it",
		    r->thread_id);
	case HISTORY_ERROR:
		break;
	}
	return -1;
}

enum publish_status
review_accept(struct workspace *ws, const char *token, char *thread_id,
    struct publish_result *res)
{
	struct publication	pub = { .ws = ws, .result = res };
	struct review		r;
	git_oid			expect;

	memset(res, 0, sizeof(*res));
	if (begin_accept(&pub, &r) < 0)
		return PUBLISH_FAILED;
	memcpy(thread_id, r.thread_id, UUID_SIZE);
	if (token != NULL) {
		if (check_token(ws, &r, token, &expect) < 0)
			return PUBLISH_FAILED;
		pub.expect = &expect;
	}
	return round_all(&pub);
}

int
review_discard(struct workspace *ws, char *thread_id)
{
	struct review	r;

	if (find_review(ws, &r) < 0)
		return -1;
	memcpy(thread_id, r.thread_id, UUID_SIZE);
	return review_drop(ws, r.thread_id) < 0 ||
	    staged_drop(ws, r.thread_id) < 0 ? -1 : 0;
}
