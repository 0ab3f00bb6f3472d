#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/json.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/uuid.h"
#include "worker/stem.h"
#include "worker/workspace/merge.h"
#include "worker/workspace/raw_memories.h"
#include "worker/workspace/summaries.h"
#include "worker/workspace/tree.h"

static int
is_summary(const char *path)
{
	return tree_below(path, TREE_SUMMARIES);
}

/* rollout_summaries/<stem>.md of a row. */
static char *
path_of(json_object *row)
{
	char	stem[STEM_SIZE];

	inputs_stem(row, stem);
	return xasprintf("%s%s.md", TREE_SUMMARIES, stem);
}

/*
 * Texts of rows are redacted already.  Once more costs little, and what the
 * validator would refuse must not come from here.
 */
static void
write_summary(struct workspace *ws, json_object *row, struct buf *out)
{
	struct buf	b = BUF_INIT;

	raw_memories_summary(row, &b);
	if (ws->redact == NULL)
		buf_add(out, b.data, b.len);
	else
		redact_text(ws->redact, b.data, b.len, out);
	buf_wipe(&b);
}

static int
generate(struct workspace *ws, git_index *out)
{
	struct buf	 b = BUF_INIT;
	char		*path;
	size_t		 i;
	int		 r = 0;

	for (i = 0; r == 0 && i < ws->inputs.nrows; i++) {
		if (json_flag(ws->inputs.rows[i], "kept", 0))
			continue;	/* the adopted one stays */
		path = path_of(ws->inputs.rows[i]);
		if (tree_get(out, path) != NULL)
			log_warnx("thread %s: its summary would be named %s "
			    "like another's, left out",
			    json_str(ws->inputs.rows[i], "thread_id"), path);
		else {
			buf_reset(&b);
			write_summary(ws, ws->inputs.rows[i], &b);
			r = tree_put_text(out, &ws->history, path, &b);
		}
		free(path);
	}
	buf_release(&b);
	return r;
}

int
summaries_generated(struct workspace *ws, git_oid *out)
{
	git_index	*empty = NULL;
	int		 r = -1;

	switch (history_ref(&ws->history, HISTORY_GENERATED, out)) {
	case HISTORY_FOUND:
		return 0;
	case HISTORY_ABSENT:
		if (tree_new(&empty) == 0)
			r = tree_store(&ws->history, empty, out);
		git_index_free(empty);
		break;
	case HISTORY_ERROR:
		break;
	}
	return r;
}

/*
 * What the folder has, with what the user deleted though its row lasts put
 * back: others cite it.
 */
static int
users_side(struct history *h, git_index *tree, git_index *fresh,
    git_oid *out)
{
	const git_index_entry	*e;
	git_index		*user = NULL;
	size_t			 i;
	int			 r = -1;

	if (tree_new(&user) == 0)
		r = tree_copy(user, tree, is_summary);
	for (i = 0; r == 0 && i < git_index_entrycount(fresh); i++) {
		e = git_index_get_byindex(fresh, i);
		if (tree_get(user, e->path) == NULL)
			r = tree_put(user, e->path, e->mode, &e->id);
	}
	if (r == 0)
		r = tree_store(h, user, out);
	git_index_free(user);
	return r;
}

/* Remove the summaries of threads with a tombstone. */
static int
bury(struct workspace *ws, git_index *tree)
{
	const git_index_entry	*e;
	struct buf		 b = BUF_INIT;
	char			 id[UUID_SIZE];
	size_t			 i = 0;
	int			 r = 0;

	while (r == 0 && ws->inputs.ntombstones > 0 &&
	    i < git_index_entrycount(tree)) {
		e = git_index_get_byindex(tree, i++);
		if (!is_summary(e->path))
			continue;
		buf_reset(&b);
		r = history_blob_read(&ws->history, &e->id, &b);
		if (r == 0 && (inputs_buried_name(&ws->inputs, e->path +
		    strlen(TREE_SUMMARIES)) || (raw_memories_thread(&b, id) &&
		    inputs_buried(&ws->inputs, id)))) {
			r = tree_drop(tree, e->path);
			i--;
		}
	}
	buf_release(&b);
	return r;
}

static int
sync_into(struct workspace *ws, git_index *tree, git_index *fresh,
    git_oid *generated)
{
	struct history		*h = &ws->history;
	struct merge_sides	 sides;
	struct merge		 m;
	git_oid			 last, user;
	int			 r;

	if (generate(ws, fresh) < 0 || tree_store(h, fresh, generated) < 0 ||
	    summaries_generated(ws, &last) < 0 ||
	    users_side(h, tree, fresh, &user) < 0)
		return -1;
	sides.base = &last;
	sides.user = &user;
	sides.agent = generated;
	r = merge_trees(h, &sides, &m);
	if (r == 0)
		r = tree_drop_all(tree, is_summary);
	if (r == 0)
		r = tree_copy(tree, m.tree, is_summary);
	merge_release(&m);
	return r < 0 ? -1 : bury(ws, tree);
}

int
summaries_sync(struct workspace *ws, git_index *tree, git_oid *generated)
{
	git_index	*fresh = NULL;
	int		 r = -1;

	if (tree_new(&fresh) == 0)
		r = sync_into(ws, tree, fresh, generated);
	git_index_free(fresh);
	return r < 0 ? workspace_fail_history(ws, "rollout summaries") : 0;
}
