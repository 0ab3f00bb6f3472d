#include <git2/sys/commit.h>
#include <stdlib.h>
#include <string.h>

#include "common/hook.h"
#include "common/mem.h"
#include "common/uuid.h"
#include "worker/workspace/leftovers.h"
#include "worker/workspace/pack.h"
#include "worker/workspace/purge.h"
#include "worker/workspace/recover.h"
#include "worker/workspace/refs.h"
#include "worker/workspace/tree.h"

/* The same commit, with the tree and behind the parent of `as'. */
static int
rewrite(struct purge *p, git_commit *c, const struct history_commit *as,
    git_oid *out)
{
	const git_oid	*parent = &as->parents[0];

	git_error_clear();
	return git_commit_create_from_ids(out, p->ws->history.repo, NULL,
	    git_commit_author(c), git_commit_committer(c),
	    git_commit_message_encoding(c), git_commit_message_raw(c),
	    &as->tree, as->nparents, &parent) < 0 ? -1 :
	    history_is_written(&p->ws->history, out);
}

/* The main line: first parents, newest first. */
struct chain {
	git_oid	*ids;
	size_t	 n;
};

static int
chain_read(struct purge *p, struct chain *ch)
{
	git_commit	*c = NULL;
	git_oid		 id;
	size_t		 room = 0;
	int		 more = 1;

	git_oid_cpy(&id, &p->live);
	for (; more; git_commit_free(c)) {
		if (git_commit_lookup(&c, p->ws->history.repo, &id) < 0)
			return -1;
		if (ch->n == room) {
			room = room == 0 ? 64 : room * 2;
			ch->ids = xreallocarray(ch->ids, room,
			    sizeof(*ch->ids));
		}
		git_oid_cpy(&ch->ids[ch->n++], &id);
		more = history_parents(&p->ws->history, c) > 0;
		if (more)
			git_oid_cpy(&id, git_commit_parent_id(c, 0));
	}
	return 0;
}

/* 1 if the commit can stay as it is behind its parent. */
static int
stays(struct purge *p, git_commit *c, const git_oid *last)
{
	unsigned	i, n = history_parents(&p->ws->history, c);
	int		r;

	if ((last == NULL) != (n == 0) ||
	    (last != NULL && !git_oid_equal(last,
	    git_commit_parent_id(c, 0))))
		return 0;
	for (i = 1; i < n; i++) {
		r = purge_commit_traced(p, git_commit_parent_id(c, i));
		if (r != 0)
			return r == 1 ? 0 : -1;
	}
	return 1;
}

/* Put one commit behind the last one that was kept. */
static int
keep(struct purge *p, const git_oid *id, git_oid *last, int *has_last)
{
	struct history_commit	 as = { .nparents = *has_last ? 1 : 0 };
	git_commit		*c = NULL;
	git_oid			 new;
	int			 r;

	if (git_commit_lookup(&c, p->ws->history.repo, id) < 0)
		return -1;
	git_oid_cpy(&as.tree, git_commit_tree_id(c));
	git_oid_cpy(&as.parents[0], last);
	r = stays(p, c, *has_last ? last : NULL);
	git_oid_cpy(&new, id);
	if (r == 0)
		r = rewrite(p, c, &as, &new);
	git_commit_free(c);
	git_oid_cpy(last, &new);
	*has_last = 1;
	p->kept++;
	return r < 0 ? -1 : 0;
}

/* The main line without the commits that hold a thread; its new end. */
static int
join(struct purge *p, const struct chain *ch, git_oid *last)
{
	size_t	i;
	int	r, has_last = 0;

	for (i = ch->n; i-- > 0;) {
		r = purge_commit_traced(p, &ch->ids[i]);
		if (r == 1)
			p->dropped++;
		else if (r < 0 || keep(p, &ch->ids[i], last, &has_last) < 0)
			return -1;
	}
	return 0;
}

/* One reference to its new commit, a crash point on either side. */
static int
move(struct purge *p, const char *ref, const git_oid *from,
    const git_oid *to)
{
	return git_oid_equal(from, to) ? 0 :
	    history_move_ref(&p->ws->history, ref, from, to);
}

static int
purge_live(struct purge *p)
{
	struct chain	ch = { NULL, 0 };
	git_oid		last;
	int		r;

	git_oid_cpy(&last, &p->live);
	r = chain_read(p, &ch);
	if (r == 0)
		r = join(p, &ch, &last);
	free(ch.ids);
	hook_crash("purge.live.before");
	if (r == 0)
		r = move(p, HISTORY_LIVE, &p->live, &last);
	hook_crash("purge.live.after");
	git_oid_cpy(&p->live, &last);
	return r;
}

static int
rewrite_adopted(struct purge *p, const git_oid *id, git_oid *out)
{
	struct history_commit	 as = { .nparents = 0 };
	git_commit		*c = NULL;
	int			 r;

	if (git_commit_lookup(&c, p->ws->history.repo, id) < 0)
		return -1;
	r = purge_tree(p, git_commit_tree_id(c), &as.tree);
	if (r == 0)
		r = rewrite(p, c, &as, out);
	git_commit_free(c);
	return r;
}

static int
purge_adopted(struct purge *p)
{
	enum history_found	found;
	git_oid			id, new;
	int			r;

	found = history_ref(&p->ws->history, HISTORY_ADOPTED, &id);
	if (found != HISTORY_FOUND)
		return found == HISTORY_ABSENT ? 0 : -1;
	/* The same where it names none and nothing came before it. */
	if (rewrite_adopted(p, &id, &new) < 0)
		return -1;
	hook_crash("purge.adopted.before");
	r = move(p, HISTORY_ADOPTED, &id, &new);
	hook_crash("purge.adopted.after");
	p->adopted = !git_oid_equal(&id, &new);
	return r;
}

/* The summaries that the next ones are compared with. */
static int
purge_generated(struct purge *p)
{
	enum history_found	found;
	git_oid			id, new;
	int			r;

	found = history_ref(&p->ws->history, HISTORY_GENERATED, &id);
	if (found != HISTORY_FOUND)
		return found == HISTORY_ABSENT ? 0 : -1;
	r = purge_tree_traced(p, &id);
	if (r != 1)
		return r;
	return purge_tree(p, &id, &new) < 0 ? -1 :
	    move(p, HISTORY_GENERATED, &id, &new);
}

/*
 * What was prepared for agents that failed is of no use any more; what waits
 * for review stands on the history as it was.
 */
static int
drop_staged(struct purge *p)
{
	struct refs	refs;
	size_t		i;
	int		r;

	r = refs_read(&refs, &p->ws->history);
	for (i = 0; r == 0 && i < refs.n; i++)
		if (tree_below(refs.v[i], HISTORY_STAGED) ||
		    tree_below(refs.v[i], HISTORY_REVIEW))
			r = history_remove_ref(&p->ws->history, refs.v[i]);
	refs_release(&refs);
	return r < 0 ? -1 : 0;
}

/* What is half published stands on the history as it was. */
static int
check_next(struct purge *p)
{
	git_oid	next;

	switch (history_ref(&p->ws->history, HISTORY_NEXT, &next)) {
	case HISTORY_FOUND:
		return workspace_fail(p->ws, REASON_VANISHED, "a publication "
		    "into %s is not finished; purge again when it is",
		    p->ws->root_path);
	case HISTORY_ABSENT:
		return 0;
	case HISTORY_ERROR:
		break;
	}
	return workspace_fail_history(p->ws, HISTORY_NEXT);
}

/* Always -1. */
static int
still_published(struct purge *p)
{
	return workspace_fail(p->ws, REASON_PUBLISHED, "%s still names what "
	    "is to be forgotten; purge again after the next publication",
	    p->ws->root_path);
}

/* It is no part of the history: each publication writes it anew. */
static int
check_raw(struct purge *p)
{
	if (p->ws->root == -1)
		return 0;
	switch (purge_raw_traced(p)) {
	case 0:
		return 0;
	case 1:
		return still_published(p);
	default:
		return workspace_fail_errno(p->ws, TREE_RAW);
	}
}

static int
check_live(struct purge *p)
{
	switch (history_ref(&p->ws->history, HISTORY_LIVE, &p->live)) {
	case HISTORY_FOUND:
		break;
	case HISTORY_ABSENT:
		return workspace_fail(p->ws, REASON_INPUT, "nothing was "
		    "published yet");
	case HISTORY_ERROR:
		return workspace_fail_history(p->ws, HISTORY_LIVE);
	}
	switch (purge_commit_traced(p, &p->live)) {
	case 0:
		return 0;
	case 1:
		return still_published(p);
	default:
		return workspace_fail_history(p->ws, HISTORY_LIVE);
	}
}

/* The ids are searched for in every text: nothing shorter will do. */
static int
check_threads(struct purge *p)
{
	const char	*id;
	size_t		 i;

	for (i = 0; i < json_object_array_length(p->threads); i++) {
		id = json_object_get_string(
		    json_object_array_get_idx(p->threads, i));
		if (id == NULL || !uuid_valid(id))
			return workspace_fail(p->ws, REASON_INPUT,
			    "purge: thread %zu is no id", i + 1);
	}
	return 0;
}

static int
count_files(struct purge *p)
{
	git_index	*index = NULL;
	git_oid		 tree;

	if (history_tree_of(&p->ws->history, &p->live, &tree) < 0 ||
	    tree_load(&p->ws->history, &tree, &index) < 0)
		return -1;
	p->files = git_index_entrycount(index);
	git_index_free(index);
	return 0;
}

/* What a publication could not remove from the folder holds them too. */
static int
sweep_root(struct purge *p)
{
	size_t	moved = 0;

	return p->ws->root == -1 ? 0 : recover_root(p->ws, &moved);
}

/* Of who was killed, in the history. */
static int
sweep_history(struct purge *p)
{
	return leftovers_remove(p->ws->history_path) == 0 ? 0 :
	    workspace_fail(p->ws, REASON_IO, "history %s: what a killed "
	    "worker left in it cannot be removed, see the log",
	    p->ws->history_path);
}

int
purge_run(struct purge *p)
{
	int	r;

	if (check_threads(p) < 0 || sweep_history(p) < 0 ||
	    sweep_root(p) < 0 || check_next(p) < 0 || check_live(p) < 0 ||
	    check_raw(p) < 0)
		return -1;
	if (drop_staged(p) < 0 || purge_adopted(p) < 0 ||
	    purge_generated(p) < 0 || purge_live(p) < 0 || count_files(p) < 0)
		return workspace_fail_history(p->ws, "purging");
	if (purge_rest(p) < 0)
		return -1;
	hook_crash("purge.pack.before");
	r = pack_history(p->ws, PACK_ALWAYS);
	hook_crash("purge.pack.after");
	return r < 0 ? -1 : 0;
}
