#include <stdlib.h>
#include <string.h>

#include "common/json.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/monotime.h"
#include "worker/stem.h"
#include "worker/workspace/handbook.h"
#include "worker/workspace/left.h"
#include "worker/workspace/tree.h"

#define VERSION		"updated_at="
#define STAMP_MAX	63

/* What the citation says of the version, in seconds; -1: nothing. */
static int64_t
version_of(const struct handbook_citation *c)
{
	const char	*at = memmem(c->at.s, c->at.len, VERSION,
			    strlen(VERSION));
	char		 stamp[STAMP_MAX + 1];
	size_t		 n;
	int64_t		 ms;

	if (at == NULL)
		return -1;
	at += strlen(VERSION);
	for (n = 0; n < STAMP_MAX && at + n < c->at.s + c->at.len &&
	    strchr(",) ", at[n]) == NULL; n++)
		stamp[n] = at[n];
	stamp[n] = '\0';
	return rfc3339_parse(stamp, &ms) == 0 ? ms / 1000 : -1;
}

static int
is_cited(const struct handbook *hb, json_object *row)
{
	const char	*id = json_str(row, "thread_id");
	int64_t		 updated_at = json_int(row, "source_updated_at", 0);
	int64_t		 told;
	size_t		 i;

	for (i = 0; i < hb->ncitations; i++) {
		if (strcmp(hb->citation[i].id, id) != 0)
			continue;
		told = version_of(&hb->citation[i]);
		if (told == -1 || told == updated_at)
			return 1;
	}
	return 0;
}

/* NULL: nothing is known to be cited. */
static json_object *
uncited(const struct workspace *ws, const struct buf *text)
{
	static const struct buf	 nothing = BUF_INIT;
	json_object		*list = json_object_new_array();
	struct handbook		 hb;
	size_t			 i;

	handbook_parse(&hb, text == NULL ? &nothing : text);
	for (i = 0; i < ws->inputs.nrows; i++)
		if (!is_cited(&hb, ws->inputs.rows[i]))
			json_push_str(list, json_str(ws->inputs.rows[i],
			    "thread_id"));
	handbook_release(&hb);
	return list;
}

json_object *
left_list(struct workspace *ws, const git_oid *commit)
{
	struct history	*h = &ws->history;
	json_object	*list;
	git_index	*tree = NULL;
	struct buf	 text = BUF_INIT;
	git_oid		 id;

	if (history_tree_of(h, commit, &id) == 0 &&
	    tree_load(h, &id, &tree) == 0 &&
	    tree_text(tree, h, TREE_HANDBOOK, &text) >= 0)
		list = uncited(ws, &text);
	else {
		log_warnx("%s: what the agent did not come to is not known: "
		    "%s; the next one gets all of it again",
		    ws->history_path, history_error());
		list = uncited(ws, NULL);
	}
	buf_wipe(&text);
	git_index_free(tree);
	return list;
}

int
left_bring_back(struct workspace *ws, git_index *before, git_index *after,
    size_t *n)
{
	char	 stem[STEM_SIZE], *path;
	size_t	 i;
	int	 r = 0;

	*n = 0;
	for (i = 0; r == 0 && i < ws->inputs.nrows; i++) {
		if (!json_flag(ws->inputs.rows[i], "fresh", 0))
			continue;
		inputs_stem(ws->inputs.rows[i], stem);
		path = xasprintf("%s%s.md", TREE_SUMMARIES, stem);
		if (tree_get(before, path) != NULL && tree_same_entry(
		    tree_get(before, path), tree_get(after, path))) {
			r = tree_drop(before, path);
			++*n;
		}
		free(path);
	}
	return r < 0 ? workspace_fail_history(ws, TREE_SUMMARIES) : 0;
}
