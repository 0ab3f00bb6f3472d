#include <string.h>

#include "common/hook.h"
#include "common/json.h"
#include "common/log.h"
#include "worker/workspace/changes.h"
#include "worker/workspace/import.h"
#include "worker/workspace/live.h"
#include "worker/workspace/merge.h"
#include "worker/workspace/move.h"
#include "worker/workspace/review.h"
#include "worker/workspace/round.h"
#include "worker/workspace/tree.h"
#include "worker/workspace/validate.h"

/* What one round works on. */
struct round {
	struct live	 live;
	git_oid		 live_tree, base_tree, agent_tree;
	struct merge	 merge;			/* M */
};

static void
list_conflicts(struct publish_result *res, const struct merge *m)
{
	char	path[TREE_PATH_MAX + 1];
	size_t	i;

	json_object_put(res->conflicts);
	res->conflicts = json_object_new_array();
	for (i = 0; i < m->nconflicts; i++) {
		/* A name need not be UTF-8, as JSON must be. */
		log_printable(path, sizeof(path), m->conflicts[i],
		    strlen(m->conflicts[i]));
		json_push_str(res->conflicts, path);
	}
}

/* Step 2; what comes between two looks at a file shows when it is moved. */
static int
read_live(struct publication *pub, struct live *l)
{
	if (pub->live == NULL)
		return live_read(pub->ws, pub->has_next ? &pub->next : NULL,
		    l);
	*l = *pub->live;
	memset(pub->live, 0, sizeof(*pub->live));
	pub->live = NULL;
	return 0;
}

/* Steps 2 and 3. */
static int
read_and_merge(struct publication *pub, struct round *r)
{
	struct workspace	*ws = pub->ws;
	struct history		*h = &ws->history;
	struct merge_sides	 sides = { &r->base_tree, &r->live_tree,
	    &r->agent_tree };

	if (read_live(pub, &r->live) < 0)
		return -1;
	if (history_tree_of(h, &r->live.commit, &r->live_tree) < 0 ||
	    history_tree_of(h, &pub->staged.base, &r->base_tree) < 0 ||
	    history_tree_of(h, &pub->agent, &r->agent_tree) < 0 ||
	    merge_trees(h, &sides, &r->merge) < 0)
		return workspace_fail_history(ws, "merging");
	list_conflicts(pub->result, &r->merge);
	return 0;
}

#define DESPITE_MAX	100000	/* violations: none may hide behind others */

/* A person lets this rule pass: what the others say is left. */
static void
pass_over(json_object **list, const char *rule)
{
	json_object	*left = json_object_new_array(), *v;
	size_t		 i;

	for (i = 0; i < json_object_array_length(*list); i++) {
		v = json_object_array_get_idx(*list, i);
		if (strcmp(json_str(v, "rule"), rule) != 0)
			json_push(left, json_object_get(v));
	}
	json_object_put(*list);
	*list = left;
}

/* Step 4. */
static enum round_status
judge(struct publication *pub, struct round *r)
{
	struct workspace	*ws = pub->ws;
	struct validation	 v = { .history = &ws->history,
	    .live = r->live.tree, .merged = r->merge.tree,
	    .redact = ws->redact, .inputs = &ws->inputs,
	    .raw = &pub->staged.raw, .conflicts = r->merge.conflicts,
	    .nconflicts = r->merge.nconflicts, .scripts = ws->skill_scripts,
	    .builtin = !ws->model,
	    .max = pub->despite != NULL ? DESPITE_MAX : 0,
	    .tick = ws->tick, .tick_arg = ws->tick_arg };
	enum round_status	 status = ROUND_DONE;

	if (pub->own)
		return ROUND_DONE;
	if (tree_load(v.history, &r->agent_tree, &v.agents) == 0)
		pub->result->violations = validate_tree(&v);
	git_index_free(v.agents);
	if (pub->result->violations == NULL) {
		workspace_fail_history(ws, "validating");
		return ROUND_FAILED;
	}
	if (pub->despite != NULL)
		pass_over(&pub->result->violations, pub->despite);
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
	return move_probe(pub->ws, TREE_RAW);
}

/* Step 5: P, with the subject of A unless that is an agent's. */
static int
commit_merged(struct publication *pub, struct round *r, const git_oid *tree,
    git_oid *out)
{
	char			 subject[HISTORY_TRAILER_MAX];
	struct history_commit	 c = { .thread_id = pub->thread_id,
	    .despite = pub->despite };
	int			 ok;

	hook_crash("publish.commit.before");
	ok = history_subject(&pub->ws->history, &pub->agent, subject) == 0;
	c.subject = strcmp(subject, IMPORT_SUBJECT) == 0 ? ROUND_SUBJECT :
	    subject;
	if (strcmp(pub->staged.inputs, STAGED_NO_INPUTS) != 0)
		c.inputs = pub->staged.inputs;
	git_oid_cpy(&c.tree, tree);
	c.nparents = 2;
	git_oid_cpy(&c.parents[0], &r->live.commit);
	git_oid_cpy(&c.parents[1], &pub->agent);
	ok = ok && history_commit(&pub->ws->history, &c, out) == 0;
	hook_crash("publish.commit.after");
	return ok ? 0 : -1;
}

/* `next' says the same already. */
static int
next_says(struct publication *pub, struct round *r, const git_oid *merged)
{
	struct history	*h = &pub->ws->history;
	git_oid		 tree, parent;

	return pub->has_next && history_tree_of(h, &pub->next, &tree) == 0 &&
	    history_parent_of(h, &pub->next, 0, &parent) == 0 &&
	    git_oid_equal(&tree, merged) &&
	    git_oid_equal(&parent, &r->live.commit);
}

/* Step 6: the point of no return; or P waits for a person. */
static enum round_status
set_next(struct publication *pub, const git_oid *id)
{
	hook_crash("publish.next.before");
	if (history_move_ref(&pub->ws->history, HISTORY_NEXT,
	    pub->has_next ? &pub->next : NULL, id) < 0)
		return ROUND_FAILED;
	hook_crash("publish.next.after");
	git_oid_cpy(&pub->next, id);
	pub->has_next = 1;
	return ROUND_DONE;
}

/* A person looks at it first; what changes nothing needs no look. */
static int
is_held(const struct publication *pub, const struct changes *todo)
{
	return pub->ws->review && !pub->own && !pub->accepted &&
	    !pub->has_next && todo->n > 0;
}

/* Steps 5 and 6. */
static enum round_status
commit_next(struct publication *pub, struct round *r,
    const struct changes *todo)
{
	enum round_status	status;
	git_oid			tree, id;

	if (tree_store(&pub->ws->history, r->merge.tree, &tree) < 0)
		status = ROUND_FAILED;
	else if (next_says(pub, r, &tree))
		return ROUND_DONE;
	else if (pub->expect != NULL && !pub->has_next &&
	    !git_oid_equal(pub->expect, &tree)) {
		workspace_fail(pub->ws, REASON_TOKEN, "the result is not what "
		    "was looked at: review it again");
		return ROUND_FAILED;
	} else if (commit_merged(pub, r, &tree, &id) < 0)
		status = ROUND_FAILED;
	else if (is_held(pub, todo)) {
		git_oid_cpy(&pub->next, &id);
		return review_hold(pub->ws, pub->thread_id, &id) < 0 ?
		    ROUND_FAILED : ROUND_HELD;
	} else
		status = set_next(pub, &id);
	if (status == ROUND_FAILED)
		workspace_fail_history(pub->ws, HISTORY_NEXT);
	return status;
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
	return ROUND_DONE;
}

static int
write_raw(struct publication *pub)
{
	struct buf	b = BUF_INIT;
	int		r;

	if (staged_leaves_raw(&pub->staged))
		return 0;
	if (pub->staged.no_raw)
		return move_remove(pub->ws, TREE_RAW);
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

int
round_finish_refs(struct publication *pub, const git_oid *live)
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
	if (write_raw(pub) < 0 || round_finish_refs(pub, &r->live.commit) < 0)
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

	status = commit_next(pub, r, todo);
	tell_result(pub, r, todo);
	if (status != ROUND_DONE)
		return status;
	move_init(&m, pub->ws, r->live.tree, r->merge.tree);
	status = move_files(pub, &m, todo);
	if (status == ROUND_DONE && finish(pub, r, &m) < 0)
		status = ROUND_FAILED;
	if (status == ROUND_EDITED && move_settle(&m) < 0)
		status = ROUND_FAILED;
	move_release(&m);
	return status;
}

enum round_status
round_run(struct publication *pub)
{
	enum round_status	status = ROUND_DONE;
	struct changes		todo;
	struct round		r;

	memset(&r, 0, sizeof(r));
	memset(&todo, 0, sizeof(todo));
	if (read_and_merge(pub, &r) < 0)
		status = ROUND_FAILED;
	else if (!pub->has_next)
		status = judge(pub, &r);
	if (status == ROUND_DONE) {
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
