#include <stdlib.h>
#include <string.h>

#include "common/json.h"
#include "common/mem.h"
#include "worker/workspace/commits.h"
#include "worker/workspace/losses.h"
#include "worker/workspace/textset.h"
#include "worker/workspace/tree.h"

#define DAY		86400
#define LOST_MAX	20	/* texts that are named, of each kind */

/* The last state of a week. */
struct week {
	int64_t	 start;
	git_oid	 commit;
	int64_t	 commits;
};

struct weeks {
	struct week	*v;
	size_t		 n;
};

/* What MEMORY.md holds. */
struct holdings {
	struct textset	entries;
	struct textset	specifics;
};

/* The Monday before; 1970 began on a Thursday. */
static int64_t
week_of(int64_t time)
{
	int64_t	day = time / DAY;

	return (day - (day + 3) % 7) * DAY;
}

/* Newest first; one week more than is asked for, to compare with. */
static int
collect(struct workspace *ws, git_oid *id, int64_t max, struct weeks *w)
{
	git_commit	*commit = NULL;
	int64_t		 start;
	int		 more = 1;

	while (more) {
		workspace_tick(ws);
		if (git_commit_lookup(&commit, ws->history.repo, id) < 0)
			return -1;
		start = week_of(git_commit_time(commit));
		if (w->n == 0 || w->v[w->n - 1].start > start) {
			w->v = xreallocarray(w->v, w->n + 1, sizeof(*w->v));
			w->v[w->n++] = (struct week){ .start = start };
			git_oid_cpy(&w->v[w->n - 1].commit, id);
		}
		w->v[w->n - 1].commits++;
		more = history_parents(&ws->history, commit) > 0 &&
		    (int64_t)w->n <= max;
		if (more)
			git_oid_cpy(id, git_commit_parent_id(commit, 0));
		git_commit_free(commit);
	}
	return 0;
}

static int
hold(struct workspace *ws, const git_oid *commit, struct holdings *h)
{
	git_index	*tree = NULL;
	struct buf	 b = BUF_INIT;
	int		 r = commits_load(ws, commit, &tree);

	if (r == 0 && tree_text(tree, &ws->history, TREE_HANDBOOK, &b) < 0)
		r = workspace_fail_history(ws, TREE_HANDBOOK);
	textset_entries(&h->entries, &b);
	textset_specifics(&h->specifics, &b);
	buf_release(&b);
	git_index_free(tree);
	return r;
}

static void
holdings_release(struct holdings *h)
{
	textset_release(&h->entries);
	textset_release(&h->specifics);
}

struct lost {
	json_object	*list;
	size_t		 n;
};

static void
name_lost(const char *text, void *arg)
{
	struct lost	*l = arg;

	if (l->n++ < LOST_MAX)
		json_push_str(l->list, text);
}

static json_object *
describe(const struct week *w, const struct holdings *now,
    const struct holdings *before)
{
	json_object	*o = json_object_new_object();
	struct lost	 lost = { json_object_new_array(), 0 };

	json_set_int(o, "week", w->start);
	json_set_int(o, "commits", w->commits);
	json_set_int(o, "entries", (int64_t)now->entries.n);
	json_set_int(o, "specifics", (int64_t)now->specifics.n);
	json_set_int(o, "entries_added", (int64_t)textset_missing(
	    &now->entries, &before->entries, NULL, NULL));
	json_set_int(o, "entries_lost", (int64_t)textset_missing(
	    &before->entries, &now->entries, name_lost, &lost));
	lost.n = 0;
	json_set_int(o, "specifics_added", (int64_t)textset_missing(
	    &now->specifics, &before->specifics, NULL, NULL));
	json_set_int(o, "specifics_lost", (int64_t)textset_missing(
	    &before->specifics, &now->specifics, name_lost, &lost));
	json_set(o, "lost", lost.list);
	return o;
}

/* Each week against the next older one, the oldest against nothing. */
static int
compare(struct workspace *ws, const struct weeks *w, int64_t max,
    json_object *list)
{
	struct holdings	now, before;
	size_t		i;
	int		r = 0;

	memset(&now, 0, sizeof(now));
	if (w->n > 0)
		r = hold(ws, &w->v[0].commit, &now);
	for (i = 0; r == 0 && i < w->n && (int64_t)i < max; i++) {
		memset(&before, 0, sizeof(before));
		if (i + 1 < w->n)
			r = hold(ws, &w->v[i + 1].commit, &before);
		json_push(list, describe(&w->v[i], &now,
		    &before));
		holdings_release(&now);
		now = before;
	}
	holdings_release(&now);
	return r;
}

int
losses_weekly(struct workspace *ws, int64_t max, json_object *out)
{
	json_object	*list = json_object_new_array();
	struct weeks	 w = { NULL, 0 };
	git_oid		 id;
	int		 r;

	json_set(out, "weeks", list);
	if (commits_find(ws, "live", &id) < 0)
		return -1;
	r = collect(ws, &id, max, &w);
	r = r < 0 ? workspace_fail_history(ws, "auditing") :
	    compare(ws, &w, max, list);
	free(w.v);
	return r;
}
