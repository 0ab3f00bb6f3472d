/*
 * The steps of publish.h.  Names of crash points, .before and .after each:
 *
 *	live.begin		the first commit of a memory
 *	live.edited		(2) commit L, `live' to it
 *	publish.agent		(1) objects and commit A
 *	publish.commit		(5) commit P
 *	publish.next		(6) the reference `next'
 *	publish.move		(7) each file; publish.exchange.after is right
 *				behind the one step that changes the target
 *	publish.raw		raw_memories.md
 *	publish.generated	the reference to the generated summaries
 *	publish.live		(8)
 *	publish.done		(9) `next' is deleted
 *	publish.settle		(9) what came out is removed
 *	staging.drop		staging folder and its reference
 *
 * and in prepare: prepare.staged (the reference), prepare.folder (staging).
 */
#include <stdio.h>
#include <string.h>

#include <bsd/string.h>

#include "common/hook.h"
#include "common/json.h"
#include "common/log.h"
#include "common/uuid.h"
#include "worker/workspace/changes.h"
#include "worker/workspace/import.h"
#include "worker/workspace/live.h"
#include "worker/workspace/merge.h"
#include "worker/workspace/move.h"
#include "worker/workspace/publish.h"
#include "worker/workspace/recover.h"
#include "worker/workspace/root.h"
#include "worker/workspace/staged.h"
#include "worker/workspace/tree.h"
#include "worker/workspace/validate.h"

/* One publication under way. */
struct publication {
	struct workspace	*ws;
	struct publish_result	*result;
	char			 thread_id[UUID_SIZE];
	struct staged		 staged;
	git_oid			 agent;		/* A */
	git_oid			 next;		/* P */
	int			 has_next;
};

/* One round: steps 2 to 7. */
struct round {
	struct live	 live;
	git_oid		 live_tree, base_tree, agent_tree;
	struct merge	 merge;			/* M */
};

enum round_status {
	ROUND_MOVED,
	ROUND_EDITED,
	ROUND_REJECTED,
	ROUND_FAILED
};

static void
list_conflicts(struct publish_result *res, const struct merge *m)
{
	size_t	i;

	json_object_put(res->conflicts);
	res->conflicts = json_object_new_array();
	for (i = 0; i < m->nconflicts; i++)
		json_push_str(res->conflicts, m->conflicts[i]);
}

/* Steps 2 and 3. */
static int
read_and_merge(struct publication *pub, struct round *r)
{
	struct workspace	*ws = pub->ws;
	struct history		*h = &ws->history;
	struct merge_sides	 sides = { &r->base_tree, &r->live_tree,
	    &r->agent_tree };

	if (live_read(ws, pub->has_next ? &pub->next : NULL, &r->live) < 0)
		return -1;
	if (history_tree_of(h, &r->live.commit, &r->live_tree) < 0 ||
	    history_tree_of(h, &pub->staged.base, &r->base_tree) < 0 ||
	    history_tree_of(h, &pub->agent, &r->agent_tree) < 0 ||
	    merge_trees(h, &sides, &r->merge) < 0)
		return workspace_fail_history(ws, "merging");
	list_conflicts(pub->result, &r->merge);
	return 0;
}

/* Step 4. */
static enum round_status
judge(struct publication *pub, struct round *r)
{
	struct validation	 v = { .history = &pub->ws->history,
	    .live = r->live.tree, .merged = r->merge.tree,
	    .redact = pub->ws->redact };
	enum round_status	 status = ROUND_MOVED;

	if (tree_load(v.history, &r->agent_tree, &v.agents) == 0)
		pub->result->violations = validate_tree(&v);
	git_index_free(v.agents);
	if (pub->result->violations == NULL) {
		workspace_fail_history(pub->ws, "validating");
		return ROUND_FAILED;
	}
	if (json_object_array_length(pub->result->violations) > 0)
		status = ROUND_REJECTED;
	return status;
}

/*
 * Before the point of no return: is there anything in the root that could
 * keep us from putting the files in place?
 */
static int
check_ways(struct publication *pub, struct round *r,
    const struct changes *todo)
{
	const struct folder_skipped	*s;
	size_t				 i;

	for (i = 0; i < todo->n; i++) {
		if (todo->list[i].kind == CHANGE_DELETED)
			continue;
		s = folder_scan_blocks(&r->live.scan, todo->list[i].path);
		if (s != NULL)
			return workspace_fail(pub->ws, REASON_IO,
			    "%s/%s is in the way of %s: it %s; move it away",
			    pub->ws->root_path, s->path, todo->list[i].path,
			    folder_read_text(s->why));
	}
	return move_probe(pub->ws);
}

/* Steps 5 and 6.  A `next' that says the same already stays. */
static int
commit_next(struct publication *pub, struct round *r)
{
	struct history_commit	c = { .subject = "Publish" };
	struct history		*h = &pub->ws->history;
	git_oid			 tree, parent, id;

	c.thread_id = pub->thread_id;
	c.inputs = pub->staged.inputs;
	c.nparents = 2;
	git_oid_cpy(&c.parents[0], &r->live.commit);
	git_oid_cpy(&c.parents[1], &pub->agent);
	hook_crash("publish.commit.before");
	if (tree_store(h, r->merge.tree, &c.tree) < 0)
		return -1;
	if (pub->has_next && history_tree_of(h, &pub->next, &tree) == 0 &&
	    history_parent_of(h, &pub->next, 0, &parent) == 0 &&
	    git_oid_equal(&tree, &c.tree) &&
	    git_oid_equal(&parent, &r->live.commit))
		return 0;
	if (history_commit(h, &c, &id) < 0)
		return -1;
	hook_crash("publish.commit.after");
	hook_crash("publish.next.before");
	if (history_move_ref(h, HISTORY_NEXT,
	    pub->has_next ? &pub->next : NULL, &id) < 0)
		return -1;
	hook_crash("publish.next.after");
	git_oid_cpy(&pub->next, &id);
	pub->has_next = 1;
	return 0;
}

/* Step 7. */
static enum round_status
move_files(struct publication *pub, struct move *m,
    const struct changes *todo)
{
	size_t	i;

	for (i = 0; i < todo->n; i++) {
		workspace_tick(pub->ws);
		switch (move_path(m, todo->list[i].path)) {
		case MOVE_DONE:
			break;
		case MOVE_EDITED:
			log_info("%s/%s was written while publishing: that "
			    "stays, once more", pub->ws->root_path,
			    todo->list[i].path);
			return ROUND_EDITED;
		case MOVE_FAILED:
			return ROUND_FAILED;
		}
	}
	return ROUND_MOVED;
}

static int
write_raw(struct publication *pub)
{
	struct buf	b = BUF_INIT;
	int		r;

	if (history_blob_read(&pub->ws->history, &pub->staged.raw, &b) < 0)
		r = workspace_fail_history(pub->ws, TREE_RAW);
	else
		r = move_replace(pub->ws, TREE_RAW, &b);
	buf_release(&b);
	return r;
}

/* The summaries as generated become what the next prepare compares with. */
static int
set_generated(struct publication *pub)
{
	struct history		*h = &pub->ws->history;
	enum history_found	 found;
	git_oid			 old;

	found = history_ref(h, HISTORY_GENERATED, &old);
	if (found == HISTORY_ERROR)
		return -1;
	if (found == HISTORY_FOUND &&
	    git_oid_equal(&old, &pub->staged.generated))
		return 0;
	hook_crash("publish.generated.before");
	if (history_move_ref(h, HISTORY_GENERATED,
	    found == HISTORY_FOUND ? &old : NULL,
	    &pub->staged.generated) < 0)
		return -1;
	hook_crash("publish.generated.after");
	return 0;
}

/* Steps 8 and 9 but for what came out. */
static int
finish_refs(struct publication *pub, const git_oid *live)
{
	struct history	*h = &pub->ws->history;

	if (set_generated(pub) < 0)
		return workspace_fail_history(pub->ws, HISTORY_GENERATED);
	if (!git_oid_equal(live, &pub->next)) {
		hook_crash("publish.live.before");
		if (history_move_ref(h, HISTORY_LIVE, live, &pub->next) < 0)
			return workspace_fail_history(pub->ws, HISTORY_LIVE);
		hook_crash("publish.live.after");
	}
	hook_crash("publish.done.before");
	if (history_move_ref(h, HISTORY_NEXT, &pub->next, NULL) < 0)
		return workspace_fail_history(pub->ws, HISTORY_NEXT);
	hook_crash("publish.done.after");
	return 0;
}

static int
finish(struct publication *pub, struct round *r, struct move *m)
{
	if (write_raw(pub) < 0 || finish_refs(pub, &r->live.commit) < 0)
		return -1;
	hook_crash("publish.settle.before");
	/* Published all the same: what stays is swept up by recovery. */
	if (move_settle(m) < 0)
		log_warnx("%s", pub->ws->problem);
	hook_crash("publish.settle.after");
	return 0;
}

static void
tell_result(struct publication *pub, struct round *r,
    const struct changes *todo)
{
	struct publish_result	*res = pub->result;

	git_oid_cpy(&res->commit, &pub->next);
	res->files = git_index_entrycount(r->merge.tree);
	memcpy(res->count, todo->count, sizeof(res->count));
}

/* Steps 5 to 9, once it is known what is to be done. */
static enum round_status
carry_out(struct publication *pub, struct round *r, struct changes *todo)
{
	enum round_status	status;
	struct move		m;

	if (commit_next(pub, r) < 0) {
		workspace_fail_history(pub->ws, HISTORY_NEXT);
		return ROUND_FAILED;
	}
	tell_result(pub, r, todo);
	move_init(&m, pub->ws, r->live.tree, r->merge.tree);
	status = move_files(pub, &m, todo);
	if (status == ROUND_MOVED && finish(pub, r, &m) < 0)
		status = ROUND_FAILED;
	if (status == ROUND_EDITED && move_settle(&m) < 0)
		status = ROUND_FAILED;
	move_release(&m);
	return status;
}

static enum round_status
one_round(struct publication *pub)
{
	enum round_status	status = ROUND_MOVED;
	struct changes		todo;
	struct round		r;

	memset(&r, 0, sizeof(r));
	memset(&todo, 0, sizeof(todo));
	if (read_and_merge(pub, &r) < 0)
		status = ROUND_FAILED;
	else if (!pub->has_next)
		status = judge(pub, &r);
	if (status == ROUND_MOVED) {
		changes_between(&todo, r.live.tree, r.merge.tree);
		changes_order(&todo);
		if (!pub->has_next && check_ways(pub, &r, &todo) < 0)
			status = ROUND_FAILED;
		else
			status = carry_out(pub, &r, &todo);
	}
	changes_release(&todo);
	live_release(&r.live);
	merge_release(&r.merge);
	return status;
}

static enum publish_status
all_rounds(struct publication *pub)
{
	int	i;

	for (i = 0; i < PUBLISH_ROUNDS; i++)
		switch (one_round(pub)) {
		case ROUND_MOVED:
			return staged_drop(pub->ws, pub->thread_id) < 0 ?
			    PUBLISH_FAILED : PUBLISH_DONE;
		case ROUND_EDITED:
			break;
		case ROUND_REJECTED:
			return PUBLISH_REJECTED;
		case ROUND_FAILED:
			return PUBLISH_FAILED;
		}
	workspace_fail(pub->ws, REASON_EDITED, "%s is being edited: files "
	    "were written %d times while publishing; it goes on when the "
	    "editing has stopped", pub->ws->root_path, PUBLISH_ROUNDS);
	return PUBLISH_FAILED;
}

static int
begin(struct publication *pub, const char *thread_id)
{
	struct workspace	*ws = pub->ws;

	if (strlcpy(pub->thread_id, thread_id, sizeof(pub->thread_id)) >=
	    sizeof(pub->thread_id) || !uuid_valid(thread_id))
		return workspace_fail(ws, REASON_INPUT,
		    "publish without the thread id of an agent");
	switch (staged_read(ws, thread_id, &pub->staged)) {
	case HISTORY_FOUND:
		return 0;
	case HISTORY_ABSENT:
		return workspace_fail(ws, REASON_INPUT,
		    "agent %s: nothing was prepared for it", thread_id);
	case HISTORY_ERROR:
		break;
	}
	return -1;
}

enum publish_status
publish_run(struct workspace *ws, const char *thread_id, const char *base,
    struct publish_result *res)
{
	struct publication	pub = { .ws = ws, .result = res };
	char			id[GIT_OID_HEXSZ + 1];
	size_t			moved = 0;

	memset(res, 0, sizeof(*res));
	if (root_require(ws) < 0 || recover_root(ws, &moved) < 0 ||
	    begin(&pub, thread_id) < 0)
		return PUBLISH_FAILED;
	if (strcmp(git_oid_tostr(id, sizeof(id), &pub.staged.base),
	    base) != 0) {
		workspace_fail(ws, REASON_INPUT, "agent %s was prepared on "
		    "%s, not on %s", thread_id, id, base);
		return PUBLISH_FAILED;
	}
	if (import_agent(ws, &pub.staged, thread_id, &pub.agent,
	    &res->violations) < 0)
		return PUBLISH_FAILED;
	if (res->violations != NULL)
		return PUBLISH_REJECTED;
	return all_rounds(&pub);
}

/* `live' is P already: only the end of step 9 is missing. */
static enum publish_status
resume_end(struct publication *pub)
{
	struct publish_result	*res = pub->result;
	git_index		*tree = NULL;
	git_oid			 id;

	if (history_tree_of(&pub->ws->history, &pub->next, &id) < 0 ||
	    tree_load(&pub->ws->history, &id, &tree) < 0) {
		workspace_fail_history(pub->ws, HISTORY_NEXT);
		return PUBLISH_FAILED;
	}
	git_oid_cpy(&res->commit, &pub->next);
	res->files = git_index_entrycount(tree);
	git_index_free(tree);
	if (finish_refs(pub, &pub->next) < 0 ||
	    staged_drop(pub->ws, pub->thread_id) < 0)
		return PUBLISH_FAILED;
	return PUBLISH_DONE;
}

enum publish_status
publish_resume(struct workspace *ws, struct publish_result *res)
{
	struct publication	 pub = { .ws = ws, .result = res };
	struct history		*h = &ws->history;
	char			 thread_id[HISTORY_TRAILER_MAX];
	git_oid			 live;

	memset(res, 0, sizeof(*res));
	pub.has_next = 1;
	if (history_ref(h, HISTORY_NEXT, &pub.next) != HISTORY_FOUND ||
	    history_ref(h, HISTORY_LIVE, &live) != HISTORY_FOUND ||
	    history_parent_of(h, &pub.next, 1, &pub.agent) < 0 ||
	    history_trailer(h, &pub.next, "Thread", thread_id) !=
	    HISTORY_FOUND) {
		workspace_fail_history(ws, HISTORY_NEXT);
		return PUBLISH_FAILED;
	}
	if (begin(&pub, thread_id) < 0)
		return PUBLISH_FAILED;
	return git_oid_equal(&live, &pub.next) ? resume_end(&pub) :
	    all_rounds(&pub);
}

void
publish_result_release(struct publish_result *res)
{
	json_object_put(res->conflicts);
	json_object_put(res->violations);
	memset(res, 0, sizeof(*res));
}
