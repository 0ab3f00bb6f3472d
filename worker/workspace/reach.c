#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "common/mem.h"
#include "worker/workspace/reach.h"

static int
by_id(const void *a, const void *b)
{
	return git_oid_cmp(a, b);
}

void
reach_init(struct reach *w, struct history *h)
{
	memset(w, 0, sizeof(*w));
	w->history = h;
}

void
reach_release(struct reach *w)
{
	tdestroy(w->seen, free);
	free(w->open);
	memset(w, 0, sizeof(*w));
}

/* 1 if it was not met before. */
static int
note(struct reach *w, const git_oid *id)
{
	git_oid	*copy;

	if (tfind(id, &w->seen, by_id) != NULL)
		return 0;
	copy = xcalloc(1, sizeof(*copy));
	git_oid_cpy(copy, id);
	if (tsearch(copy, &w->seen, by_id) == NULL)
		log_fatalx("cannot allocate a commit");
	return 1;
}

void
reach_push(struct reach *w, const git_oid *id)
{
	if (!note(w, id))
		return;
	if (w->n == w->room) {
		w->room = w->room == 0 ? 64 : w->room * 2;
		w->open = xreallocarray(w->open, w->room, sizeof(*w->open));
	}
	git_oid_cpy(&w->open[w->n++], id);
}

int
reach_push_ref(struct reach *w, const char *ref)
{
	git_object	*o = NULL;
	git_oid		 id;

	if (git_reference_name_to_id(&id, w->history->repo, ref) < 0 ||
	    git_object_lookup(&o, w->history->repo, &id, GIT_OBJECT_ANY) < 0)
		return -1;
	if (git_object_type(o) == GIT_OBJECT_COMMIT)
		reach_push(w, &id);
	git_object_free(o);
	return 0;
}

int
reach_pop(struct reach *w, git_oid *out)
{
	if (w->n == 0)
		return 0;
	git_oid_cpy(out, &w->open[--w->n]);
	return 1;
}

int
reach_next(struct reach *w, git_oid *out)
{
	git_commit	*c = NULL;
	unsigned	 i;

	if (!reach_pop(w, out))
		return 0;
	if (git_commit_lookup(&c, w->history->repo, out) < 0)
		return -1;
	for (i = 0; i < history_parents(w->history, c); i++)
		reach_push(w, git_commit_parent_id(c, i));
	git_commit_free(c);
	return 1;
}
