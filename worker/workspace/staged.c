#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/hook.h"
#include "common/log.h"
#include "common/uuid.h"
#include "worker/workspace/folder_scan.h"
#include "worker/workspace/refs.h"
#include "worker/workspace/staged.h"
#include "worker/workspace/tree.h"

#define ENTRY_TRACKED	"tracked"
#define ENTRY_GENERATED	"generated"

#define REF_SIZE (sizeof(HISTORY_STAGED) + UUID_SIZE)

static void
ref_name(char out[REF_SIZE], const char *thread_id)
{
	if (!uuid_valid(thread_id))
		BUG("staged: \"%s\" is no thread id", thread_id);
	snprintf(out, REF_SIZE, "%s%s", HISTORY_STAGED, thread_id);
}

static int
build_tree(struct history *h, const struct staged *s, git_oid *out)
{
	git_treebuilder	*b = NULL;
	int		 r = -1;

	if (git_treebuilder_new(&b, h->repo, NULL) < 0)
		return -1;
	if (git_treebuilder_insert(NULL, b, ENTRY_TRACKED, &s->tracked,
	    GIT_FILEMODE_TREE) == 0 &&
	    git_treebuilder_insert(NULL, b, ENTRY_GENERATED, &s->generated,
	    GIT_FILEMODE_TREE) == 0 &&
	    (s->no_raw || git_treebuilder_insert(NULL, b, TREE_RAW, &s->raw,
	    GIT_FILEMODE_BLOB) == 0))
		r = git_treebuilder_write(out, b);
	git_treebuilder_free(b);
	return r < 0 ? -1 : 0;
}

int
staged_write(struct workspace *ws, const char *thread_id, struct staged *s)
{
	struct history_commit	c = { .subject = "Prepared for an agent" };
	enum history_found	found;
	char			ref[REF_SIZE];
	git_oid			old;

	ref_name(ref, thread_id);
	c.thread_id = thread_id;
	c.inputs = s->inputs;
	c.nparents = 1;
	git_oid_cpy(&c.parents[0], &s->base);
	found = history_ref(&ws->history, ref, &old);
	hook_crash("prepare.staged.before");
	if (found == HISTORY_ERROR ||
	    build_tree(&ws->history, s, &c.tree) < 0 ||
	    history_commit(&ws->history, &c, &s->commit) < 0 ||
	    history_move_ref(&ws->history, ref,
	    found == HISTORY_FOUND ? &old : NULL, &s->commit) < 0)
		return workspace_fail_history(ws, ref);
	hook_crash("prepare.staged.after");
	return 0;
}

int
staged_leaves_raw(const struct staged *s)
{
	return s->no_raw && strcmp(s->inputs, STAGED_NO_INPUTS) == 0;
}

static int
read_tree(struct history *h, const git_oid *id, struct staged *s)
{
	const git_tree_entry	*tracked, *generated, *raw;
	git_tree		*tree = NULL;
	int			 ok;

	if (git_tree_lookup(&tree, h->repo, id) < 0)
		return -1;
	tracked = git_tree_entry_byname(tree, ENTRY_TRACKED);
	generated = git_tree_entry_byname(tree, ENTRY_GENERATED);
	raw = git_tree_entry_byname(tree, TREE_RAW);
	ok = tracked != NULL && generated != NULL;
	if (ok) {
		git_oid_cpy(&s->tracked, git_tree_entry_id(tracked));
		git_oid_cpy(&s->generated, git_tree_entry_id(generated));
		s->no_raw = raw == NULL;
		if (raw != NULL)
			git_oid_cpy(&s->raw, git_tree_entry_id(raw));
	} else
		git_error_set_str(GIT_ERROR_TREE, "not a staged tree");
	git_tree_free(tree);
	return ok ? 0 : -1;
}

enum history_found
staged_read(struct workspace *ws, const char *thread_id, struct staged *s)
{
	char			ref[REF_SIZE];
	enum history_found	found;
	git_oid			tree;

	memset(s, 0, sizeof(*s));
	ref_name(ref, thread_id);
	found = history_ref(&ws->history, ref, &s->commit);
	if (found == HISTORY_FOUND &&
	    (history_tree_of(&ws->history, &s->commit, &tree) < 0 ||
	    history_parent_of(&ws->history, &s->commit, 0, &s->base) < 0 ||
	    history_trailer(&ws->history, &s->commit, "Inputs",
	    s->inputs) != HISTORY_FOUND ||
	    read_tree(&ws->history, &tree, s) < 0))
		found = HISTORY_ERROR;
	if (found == HISTORY_ERROR)
		workspace_fail_history(ws, ref);
	return found;
}

int
staged_keep(struct workspace *ws, const char *thread_id)
{
	if (folder_remove(ws->staging, thread_id) == 0)
		return 0;
	return workspace_fail(ws, REASON_IO, "staging %s/%s: %s",
	    ws->staging_path, thread_id, strerror(errno));
}

int
staged_drop(struct workspace *ws, const char *thread_id)
{
	char			ref[REF_SIZE];
	enum history_found	found;
	git_oid			id;

	ref_name(ref, thread_id);
	hook_crash("staging.drop.before");
	if (folder_remove(ws->staging, thread_id) < 0)
		log_warn("staging %s/%s: left behind", ws->staging_path,
		    thread_id);
	found = history_ref(&ws->history, ref, &id);
	if (found == HISTORY_ERROR || (found == HISTORY_FOUND &&
	    history_move_ref(&ws->history, ref, &id, NULL) < 0))
		return workspace_fail_history(ws, ref);
	hook_crash("staging.drop.after");
	return 0;
}

int
staged_folder(const struct workspace *ws, const char *thread_id)
{
	return faccessat(ws->staging, thread_id, F_OK,
	    AT_SYMLINK_NOFOLLOW) == 0 || errno != ENOENT;
}

/* 1 if nobody has a use for it any more. */
static int
is_left_over(const struct workspace *ws, const char *ref,
    const char *thread_id)
{
	const char	*id = ref + strlen(HISTORY_STAGED);

	if (tree_below(ref, HISTORY_REVIEW))
		return 1;
	return tree_below(ref, HISTORY_STAGED) &&
	    strcmp(id, thread_id) != 0 && !staged_folder(ws, id);
}

int
staged_forget_others(struct workspace *ws, const char *thread_id)
{
	struct refs	refs;
	size_t		i;
	int		r = 0;

	if (refs_read(&refs, &ws->history) < 0)
		return workspace_fail_history(ws, HISTORY_STAGED);
	for (i = 0; r == 0 && i < refs.n; i++)
		if (is_left_over(ws, refs.v[i], thread_id))
			r = history_remove_ref(&ws->history, refs.v[i]);
	refs_release(&refs);
	return r < 0 ? workspace_fail_history(ws, HISTORY_STAGED) : 0;
}
