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
 *	own.agent		(1) where no agent was: the wanted tree
 *	objects.write		before a reference moves: what it needs
 *	review.hold		the reference of what waits for a person
 *	review.drop		its end
 *
 * and in prepare: prepare.staged (the reference), prepare.folder (staging).
 */
#include <stdint.h>
#include <string.h>

#include <bsd/string.h>

#include "common/uuid.h"
#include "common/nearest.h"
#include "worker/workspace/import.h"
#include "worker/workspace/own.h"
#include "worker/workspace/publish.h"
#include "worker/workspace/raw_memories.h"
#include "worker/workspace/recover.h"
#include "worker/workspace/review.h"
#include "worker/workspace/root.h"
#include "worker/workspace/round.h"
#include "worker/workspace/rules.h"
#include "worker/workspace/staged.h"
#include "worker/workspace/summaries.h"
#include "worker/workspace/tree.h"

/* Live: what was kept for it goes. */
static enum publish_status
conclude(struct publication *pub)
{
	return staged_drop(pub->ws, pub->thread_id) < 0 ||
	    review_drop(pub->ws, pub->thread_id) < 0 ?
	    PUBLISH_FAILED : PUBLISH_DONE;
}

enum publish_status
round_all(struct publication *pub)
{
	int	i;

	for (i = 0; i < PUBLISH_ROUNDS; i++)
		switch (round_run(pub)) {
		case ROUND_DONE:
			return conclude(pub);
		case ROUND_HELD:
			return staged_keep(pub->ws, pub->thread_id) < 0 ?
			    PUBLISH_FAILED : PUBLISH_HELD;
		case ROUND_EDITED:
			/* Nothing but the files themselves counts now. */
			(void)lastread_forget(&pub->ws->history.last);
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
		if (pub->has_next)
			return own_restore(pub);
		return workspace_fail(ws, REASON_INPUT,
		    "agent %s: nothing was prepared for it", thread_id);
	case HISTORY_ERROR:
		break;
	}
	return -1;
}

static enum publish_status
publish_staging(struct publication *pub)
{
	if (import_agent(pub) < 0)
		return PUBLISH_FAILED;
	return pub->result->violations != NULL ? PUBLISH_REJECTED :
	    round_all(pub);
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
	return publish_staging(&pub);
}

/* 1, or 0 with the nearest name of one. */
static int
is_rule(const char *name, const char **near)
{
	size_t	i, least = SIZE_MAX;

	for (i = 0; rules_table[i].name != NULL; i++) {
		if (strcmp(rules_table[i].name, name) == 0)
			return 1;
		nearest_try(name, rules_table[i].name, near, &least);
	}
	return 0;
}

/* Where the last consolidation that `commit' holds was published. */
static int
last_consolidated(struct workspace *ws, const git_oid *commit, git_oid *out)
{
	memset(out, 0, sizeof(*out));
	if (history_last_given(&ws->history, commit, out) == HISTORY_ERROR)
		return workspace_fail_history(ws, HISTORY_LIVE);
	return 0;
}

/*
 * Other agents published since this one was refused: of what was prepared for
 * it only its own files and its base count, the rest is as of now, and what
 * was consolidated last is what they were given.
 */
static int
bring_up_to_date(struct publication *pub, const git_oid *live)
{
	struct workspace	*ws = pub->ws;
	struct history		*h = &ws->history;
	struct staged		*s = &pub->staged;
	struct buf		 raw = BUF_INIT;
	int			 r;

	strlcpy(s->inputs, STAGED_NO_INPUTS, sizeof(s->inputs));
	s->no_raw = 0;
	raw_memories_write(&ws->inputs, &raw);
	r = history_tree_of(h, live, &s->tracked);
	if (r == 0)
		r = summaries_generated(ws, &s->generated);
	if (r == 0)
		r = history_blob_write(h, raw.data, raw.len, &s->raw);
	buf_release(&raw);
	return r < 0 ? workspace_fail_history(ws, HISTORY_STAGED) :
	    staged_write(ws, pub->thread_id, s);
}

/* Is what an agent made long ago still what it was? */
static int
begin_despite(struct publication *pub, const char *thread_id)
{
	struct workspace	*ws = pub->ws;
	git_oid			 live, then, now;

	if (!uuid_valid(thread_id) || !staged_folder(ws, thread_id))
		return workspace_fail(ws, REASON_INPUT, "agent %s: what it "
		    "made is not kept any more (retention.staging_days)",
		    thread_id);
	if (begin(pub, thread_id) < 0)
		return -1;
	switch (history_ref(&ws->history, HISTORY_LIVE, &live)) {
	case HISTORY_FOUND:
		break;
	case HISTORY_ABSENT:
		return 0;		/* nothing was ever published */
	case HISTORY_ERROR:
		return workspace_fail_history(ws, HISTORY_LIVE);
	}
	if (last_consolidated(ws, &live, &now) < 0 ||
	    last_consolidated(ws, &pub->staged.base, &then) < 0)
		return -1;
	return git_oid_equal(&now, &then) ? 0 : bring_up_to_date(pub, &live);
}

enum publish_status
publish_despite(struct workspace *ws, const char *thread_id,
    const char *rule, struct publish_result *res)
{
	struct publication	pub = { .ws = ws, .result = res,
				    .accepted = 1, .despite = rule };
	const char		*near = "none";
	size_t			moved = 0;

	memset(res, 0, sizeof(*res));
	if (!is_rule(rule, &near)) {
		workspace_fail(ws, REASON_INPUT, "%s: is no rule of "
		    "mnemod-memory(5); the nearest is %s", rule, near);
		return PUBLISH_FAILED;
	}
	if (root_require(ws) < 0 || recover_root(ws, &moved) < 0 ||
	    begin_despite(&pub, thread_id) < 0)
		return PUBLISH_FAILED;
	return publish_staging(&pub);
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
	return round_finish_refs(pub, &pub->next) < 0 ? PUBLISH_FAILED :
	    conclude(pub);
}

enum publish_status
publish_resume(struct workspace *ws, struct publish_result *res)
{
	struct publication	 pub = { .ws = ws, .result = res };
	struct history		*h = &ws->history;
	char			 thread_id[HISTORY_TRAILER_MAX];
	char			 rule[HISTORY_TRAILER_MAX];
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
	switch (history_trailer(h, &pub.next, "Despite", rule)) {
	case HISTORY_FOUND:
		pub.accepted = 1;
		pub.despite = rule;
		break;
	case HISTORY_ABSENT:
		break;
	case HISTORY_ERROR:
		workspace_fail_history(ws, HISTORY_NEXT);
		return PUBLISH_FAILED;
	}
	return git_oid_equal(&live, &pub.next) ? resume_end(&pub) :
	    round_all(&pub);
}

void
publish_result_release(struct publish_result *res)
{
	json_object_put(res->conflicts);
	json_object_put(res->violations);
	memset(res, 0, sizeof(*res));
}
