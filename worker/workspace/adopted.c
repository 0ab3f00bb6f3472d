#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/json.h"
#include "common/mem.h"
#include "common/uuid.h"
#include "worker/stem.h"
#include "worker/workspace/adopted.h"
#include "worker/workspace/raw_memories.h"
#include "worker/workspace/tree.h"

/* A later version's summary, beside one with the name that it would have. */
#define NEWER	"-newer"

#define SUFFIX	".md"

/* Summaries that we wrote ourselves before the folder was adopted again. */
static int
drop_generated(struct history *h, git_index *tree)
{
	const git_index_entry	*e;
	git_index		*ours = NULL;
	git_oid			 id;
	size_t			 i;
	int			 r = 0;

	switch (history_ref(h, HISTORY_GENERATED, &id)) {
	case HISTORY_ABSENT:
		return 0;
	case HISTORY_ERROR:
		return -1;
	case HISTORY_FOUND:
		break;
	}
	if (tree_load(h, &id, &ours) < 0)
		return -1;
	for (i = 0; r == 0 && i < git_index_entrycount(ours); i++) {
		e = git_index_get_byindex(ours, i);
		if (tree_get(tree, e->path) != NULL)
			r = tree_drop(tree, e->path);
	}
	git_index_free(ours);
	return r;
}

int
adopted_load(struct workspace *ws, git_index **out)
{
	struct history	*h = &ws->history;
	git_oid		 commit, tree;

	*out = NULL;
	switch (history_ref(h, HISTORY_ADOPTED, &commit)) {
	case HISTORY_ABSENT:
		return 0;
	case HISTORY_FOUND:
		if (history_tree_of(h, &commit, &tree) == 0 &&
		    tree_load(h, &tree, out) == 0 &&
		    drop_generated(h, *out) == 0)
			return 0;
		break;
	case HISTORY_ERROR:
		break;
	}
	git_index_free(*out);
	*out = NULL;
	return workspace_fail_history(ws, HISTORY_ADOPTED);
}

/* The names of adopted summaries, without folder and suffix, by thread. */
static json_object *
names_by_thread(struct workspace *ws, git_index *tree)
{
	json_object		*names = json_object_new_object();
	const git_index_entry	*e;
	struct buf		 b = BUF_INIT;
	char			 id[UUID_SIZE], *name;
	size_t			 i;

	for (i = 0; i < git_index_entrycount(tree); i++) {
		e = git_index_get_byindex(tree, i);
		if (!tree_below(e->path, TREE_SUMMARIES))
			continue;
		buf_reset(&b);
		if (history_blob_read(&ws->history, &e->id, &b) < 0)
			break;
		if (!raw_memories_thread(&b, id))
			continue;
		name = xstrdup(e->path + strlen(TREE_SUMMARIES));
		name[strlen(name) - strlen(SUFFIX)] = '\0';
		json_set_str(names, id, name);
		free(name);
	}
	buf_wipe(&b);
	if (i == git_index_entrycount(tree))
		return names;
	json_object_put(names);
	return NULL;
}

/* 1 if an adopted file has the name that the row's own would have. */
static int
is_taken(git_index *tree, json_object *row)
{
	char	 stem[STEM_SIZE], *path;
	int	 taken;

	inputs_stem(row, stem);
	path = xasprintf("%s%s%s", TREE_SUMMARIES, stem, SUFFIX);
	taken = tree_get(tree, path) != NULL;
	free(path);
	return taken;
}

static void
name_row(git_index *tree, json_object *names, json_object *row)
{
	const char	*name = json_str(names, json_str(row, "thread_id"));
	const char	*generator = json_str(row, "generator");
	char		 stem[STEM_SIZE], newer[STEM_SIZE + sizeof(NEWER)];

	if (name != NULL && generator != NULL &&
	    strcmp(generator, "adopted") == 0) {
		/* A name that could not be one of ours is not told. */
		if (stem_valid(name))
			json_set_str(row, "stem", name);
		json_set_bool(row, "kept", 1);
	} else if (is_taken(tree, row)) {
		inputs_stem(row, stem);
		snprintf(newer, sizeof(newer), "%s" NEWER, stem);
		json_set_str(row, "stem", newer);
	}
}

int
adopted_name_rows(struct workspace *ws)
{
	json_object	*names;
	git_index	*tree;
	size_t		 i;

	if (adopted_load(ws, &tree) < 0)
		return -1;
	if (tree == NULL)
		return 0;
	names = names_by_thread(ws, tree);
	for (i = 0; names != NULL && i < ws->inputs.nrows; i++)
		name_row(tree, names, ws->inputs.rows[i]);
	git_index_free(tree);
	if (names == NULL)
		return workspace_fail_history(ws, HISTORY_ADOPTED);
	json_object_put(names);
	return 0;
}
