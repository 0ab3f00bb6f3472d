#include <string.h>

#include <bsd/string.h>

#include "common/hook.h"
#include "common/uuid.h"
#include "worker/workspace/live.h"
#include "worker/workspace/own.h"
#include "worker/workspace/recover.h"
#include "worker/workspace/root.h"
#include "worker/workspace/round.h"
#include "worker/workspace/staged.h"
#include "worker/workspace/summaries.h"
#include "worker/workspace/tree.h"
#include "worker/workspace/own_tree.h"

/* The commit that stands where an agent's would: parent base. */
static int
commit_wanted(struct publication *pub, struct own_tree *want)
{
	struct history_commit	c = { .subject = want->subject };
	int			ok;

	c.thread_id = pub->thread_id;
	c.nparents = 1;
	git_oid_cpy(&c.parents[0], &pub->staged.base);
	git_oid_cpy(&c.tree, &pub->staged.tracked);
	hook_crash("own.agent.before");
	ok = history_commit(&pub->ws->history, &c, &pub->agent) == 0;
	hook_crash("own.agent.after");
	return ok ? 0 : workspace_fail_history(pub->ws, "a commit");
}

/*
 * What recovery needs to finish it, then all rounds.  Of what leaves
 * raw_memories.md as it is, as a note does, A says that alone: own_restore().
 */
static enum publish_status
publish_wanted(struct publication *pub, struct live *live,
    struct own_tree *want)
{
	struct workspace	*ws = pub->ws;
	struct staged		*s = &pub->staged;

	pub->live = live;
	git_oid_cpy(&s->base, &live->commit);
	strlcpy(s->inputs, want->inputs, sizeof(s->inputs));
	s->no_raw = want->no_raw;
	git_oid_cpy(&s->raw, &want->raw);
	if (tree_store(&ws->history, want->tree, &s->tracked) < 0 ||
	    summaries_generated(ws, &s->generated) < 0) {
		workspace_fail_history(ws, "the wanted tree");
		return PUBLISH_FAILED;
	}
	if ((!staged_leaves_raw(s) &&
	    staged_write(ws, pub->thread_id, s) < 0) ||
	    commit_wanted(pub, want) < 0)
		return PUBLISH_FAILED;
	return round_all(pub);
}

int
own_restore(struct publication *pub)
{
	struct workspace	*ws = pub->ws;
	struct history		*h = &ws->history;
	struct staged		*s = &pub->staged;
	char			 subject[HISTORY_TRAILER_MAX];

	memset(s, 0, sizeof(*s));
	s->no_raw = 1;
	strlcpy(s->inputs, STAGED_NO_INPUTS, sizeof(s->inputs));
	if (history_subject(h, &pub->agent, subject) < 0 ||
	    history_parent_of(h, &pub->agent, 0, &s->base) < 0 ||
	    history_tree_of(h, &pub->agent, &s->tracked) < 0 ||
	    summaries_generated(ws, &s->generated) < 0)
		return workspace_fail_history(ws, HISTORY_NEXT);
	if (strncmp(subject, OWN_NOTE, strlen(OWN_NOTE)) == 0)
		return 0;
	return workspace_fail(ws, REASON_INPUT, "%s: nothing was prepared for "
	    "\"%s\"", pub->thread_id, subject);
}

static int
begin(struct publication *pub, const char *thread_id, struct live *live)
{
	struct workspace	*ws = pub->ws;

	pub->own = 1;
	if (!uuid_valid(thread_id) || strlcpy(pub->thread_id, thread_id,
	    sizeof(pub->thread_id)) >= sizeof(pub->thread_id))
		return workspace_fail(ws, REASON_INPUT,
		    "a publication without an id");
	return root_require(ws) < 0 || recover_begun(ws) < 0 ? -1 :
	    live_read(ws, NULL, live);
}

enum publish_status
own_revert(struct workspace *ws, const char *thread_id, const char *commit,
    struct publish_result *res)
{
	struct publication	pub = { .ws = ws, .result = res };
	struct live		live = { .edited = 0 };
	struct own_tree		want = { .tree = NULL };
	enum publish_status	status = PUBLISH_FAILED;

	memset(res, 0, sizeof(*res));
	if (begin(&pub, thread_id, &live) == 0 &&
	    own_tree_of_commit(ws, commit, &want) == 0)
		status = publish_wanted(&pub, &live, &want);
	own_tree_release(&want);
	live_release(&live);
	return status;
}

enum publish_status
own_note(struct workspace *ws, struct own_note *note,
    struct publish_result *res)
{
	struct publication	pub = { .ws = ws, .result = res };
	struct live		live = { .edited = 0 };
	struct own_tree		want = { .tree = NULL };
	enum publish_status	status = PUBLISH_FAILED;

	memset(res, 0, sizeof(*res));
	if (begin(&pub, note->thread_id, &live) == 0 &&
	    own_tree_with_note(ws, &live.commit, note, &want) == 0)
		status = publish_wanted(&pub, &live, &want);
	own_tree_release(&want);
	live_release(&live);
	return status;
}
