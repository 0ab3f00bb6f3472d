#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "common/mem.h"
#include "worker/workspace/purge.h"
#include "worker/workspace/tree.h"

/* A blob that was looked at once; most stand in many trees. */
struct seen {
	git_oid	id;
	int	traced;
};

static int
by_id(const void *a, const void *b)
{
	const struct seen	*x = a, *y = b;

	return git_oid_cmp(&x->id, &y->id);
}

static int
text_traced(const struct purge *p, const struct buf *text)
{
	const char	*id;
	size_t		 i;

	for (i = 0; i < json_object_array_length(p->threads); i++) {
		id = json_object_get_string(
		    json_object_array_get_idx(p->threads, i));
		if (memmem(buf_str(text), text->len, id, strlen(id)) != NULL)
			return 1;
	}
	return 0;
}

static int
blob_traced(struct purge *p, const git_oid *id)
{
	struct seen	 key, *s, **found;
	struct buf	 text = BUF_INIT;
	int		 r;

	git_oid_cpy(&key.id, id);
	found = tfind(&key, &p->seen, by_id);
	if (found != NULL)
		return (*found)->traced;
	r = history_blob_read(&p->ws->history, id, &text);
	if (r == 0) {
		s = xcalloc(1, sizeof(*s));
		git_oid_cpy(&s->id, id);
		r = s->traced = text_traced(p, &text);
		if (tsearch(s, &p->seen, by_id) == NULL)
			free(s);	/* then it is read again */
	}
	buf_wipe(&text);
	return r;
}

int
purge_tree_traced(struct purge *p, const git_oid *tree)
{
	git_index	*index = NULL;
	size_t		 i;
	int		 r = 0;

	if (tree_load(&p->ws->history, tree, &index) < 0)
		return -1;
	for (i = 0; r == 0 && i < git_index_entrycount(index); i++)
		r = blob_traced(p, &git_index_get_byindex(index, i)->id);
	git_index_free(index);
	workspace_tick(p->ws);
	return r;
}

int
purge_commit_traced(struct purge *p, const git_oid *commit)
{
	git_oid	tree;

	return history_tree_of(&p->ws->history, commit, &tree) < 0 ? -1 :
	    purge_tree_traced(p, &tree);
}

void
purge_release(struct purge *p)
{
	tdestroy(p->seen, free);
	p->seen = NULL;
}
