#include <stdlib.h>
#include <string.h>

#include "common/mem.h"
#include "worker/workspace/merge.h"
#include "worker/workspace/tree.h"

/* The three versions of a path in conflict, NULL where there is none. */
struct conflict {
	const git_index_entry	*base, *user, *agent;
};

static int
plain_merge(struct history *h, const struct merge_sides *s, git_index **out)
{
	git_merge_options	 opts;
	git_tree		*base = NULL, *user = NULL, *agent = NULL;
	int			 r = -1;

	if (git_merge_options_init(&opts, GIT_MERGE_OPTIONS_VERSION) < 0)
		return -1;
	/* A rename is a deletion and an addition: no guessing. */
	opts.flags = 0;
	if ((s->base == NULL ||
	    git_tree_lookup(&base, h->repo, s->base) == 0) &&
	    git_tree_lookup(&user, h->repo, s->user) == 0 &&
	    git_tree_lookup(&agent, h->repo, s->agent) == 0)
		r = git_merge_trees(out, h->repo, base, user, agent, &opts);
	git_tree_free(base);
	git_tree_free(user);
	git_tree_free(agent);
	return r < 0 ? -1 : 0;
}

/* Hunk by hunk, the user's where both changed; binary: the user's file. */
static int
merge_text(struct history *h, const struct conflict *c, git_oid *id)
{
	git_merge_file_options	opts;
	git_merge_file_result	out;
	int			r;

	git_oid_cpy(id, &c->user->id);
	if (git_merge_file_options_init(&opts,
	    GIT_MERGE_FILE_OPTIONS_VERSION) < 0)
		return -1;
	opts.favor = GIT_MERGE_FILE_FAVOR_OURS;
	memset(&out, 0, sizeof(out));
	if (git_merge_file_from_index(&out, h->repo, c->base, c->user,
	    c->agent, &opts) < 0)
		return -1;
	r = out.automergeable ?
	    history_blob_write(h, out.ptr, out.len, id) : 0;
	git_merge_file_result_free(&out);
	return r;
}

/* The user's side of one path goes in place of its conflict. */
static int
settle(struct history *h, git_index *index, const char *path)
{
	struct conflict	c;
	git_oid		id;
	uint32_t	mode = 0;

	if (git_index_conflict_get(&c.base, &c.user, &c.agent, index,
	    path) < 0)
		return -1;
	if (c.user != NULL) {
		mode = c.user->mode;
		git_oid_cpy(&id, &c.user->id);
		if (c.agent != NULL && merge_text(h, &c, &id) < 0)
			return -1;
	}
	if (git_index_conflict_remove(index, path) < 0)
		return -1;
	return mode == 0 ? 0 : tree_put(index, path, mode, &id);
}

static void
list_conflicts(struct merge *m)
{
	const git_index_entry	*e;
	size_t			 i;

	for (i = 0; i < git_index_entrycount(m->tree); i++) {
		e = git_index_get_byindex(m->tree, i);
		if (git_index_entry_stage(e) == 0)
			continue;
		if (m->nconflicts > 0 && strcmp(e->path,
		    m->conflicts[m->nconflicts - 1]) == 0)
			continue;
		m->conflicts = xreallocarray(m->conflicts, m->nconflicts + 1,
		    sizeof(*m->conflicts));
		m->conflicts[m->nconflicts++] = xstrdup(e->path);
	}
}

/* The side to which all there is to merge has come already, or NULL. */
static const git_oid *
one_side(const struct merge_sides *s)
{
	if (git_oid_equal(s->user, s->agent))
		return s->user;
	if (s->base == NULL)
		return NULL;
	if (git_oid_equal(s->base, s->user))
		return s->agent;
	return git_oid_equal(s->base, s->agent) ? s->user : NULL;
}

int
merge_trees(struct history *h, const struct merge_sides *s, struct merge *m)
{
	const git_oid	*side = one_side(s);
	size_t		 i;

	memset(m, 0, sizeof(*m));
	if (side != NULL)
		return tree_load(h, side, &m->tree);
	if (plain_merge(h, s, &m->tree) < 0)
		return -1;
	list_conflicts(m);
	for (i = 0; i < m->nconflicts; i++)
		if (settle(h, m->tree, m->conflicts[i]) < 0)
			return -1;
	return 0;
}

void
merge_release(struct merge *m)
{
	size_t	i;

	for (i = 0; i < m->nconflicts; i++)
		free(m->conflicts[i]);
	free(m->conflicts);
	git_index_free(m->tree);
	memset(m, 0, sizeof(*m));
}
