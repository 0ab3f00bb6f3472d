#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "common/buf.h"
#include "common/json.h"
#include "common/nearest.h"
#include "worker/workspace/commits.h"
#include "worker/workspace/live.h"
#include "worker/workspace/reach.h"
#include "worker/workspace/refs.h"
#include "worker/workspace/round.h"
#include "worker/workspace/tree.h"

#define NAMED_MAX	4	/* commits that a refusal lists */
#define NAMED_LENGTH	12	/* of their ids */

/* Files that differ between a commit and its first parent; -1 on failure. */
static int64_t
count_files(struct history *h, git_commit *commit)
{
	git_commit	*parent = NULL;
	git_tree	*from = NULL, *to = NULL;
	git_diff	*diff = NULL;
	int64_t		 n = -1;

	if (git_commit_tree(&to, commit) == 0 &&
	    (history_parents(h, commit) == 0 ||
	    (git_commit_parent(&parent, commit, 0) == 0 &&
	    git_commit_tree(&from, parent) == 0)) &&
	    git_diff_tree_to_tree(&diff, h->repo, from, to, NULL) == 0)
		n = (int64_t)git_diff_num_deltas(diff);
	git_diff_free(diff);
	git_tree_free(from);
	git_tree_free(to);
	git_commit_free(parent);
	return n;
}

static json_object *
describe(struct history *h, git_commit *commit)
{
	json_object	*o = json_object_new_object();
	const char	*subject = git_commit_summary(commit);
	char		 hex[GIT_OID_HEXSZ + 1], thread[HISTORY_TRAILER_MAX];
	int		 agents;

	json_set_str(o, "id", git_oid_tostr(hex, sizeof(hex),
	    git_commit_id(commit)));
	json_set_int(o, "time", git_commit_time(commit));
	json_set_str(o, "subject", subject == NULL ? "" : subject);
	json_set_int(o, "files", count_files(h, commit));
	agents = subject != NULL && strcmp(subject, ROUND_SUBJECT) == 0 &&
	    history_trailer(h, git_commit_id(commit), "Thread", thread) ==
	    HISTORY_FOUND;
	json_set_str(o, "thread_id", agents ? thread : NULL);
	json_set_bool(o, "edited", subject != NULL &&
	    strcmp(subject, LIVE_EDITED) == 0);
	return o;
}

static int
walk(struct workspace *ws, git_oid *id, int64_t limit, json_object *out)
{
	json_object	*list = json_object_new_array();
	git_commit	*commit = NULL;
	int64_t		 n;
	int		 more = 1;

	json_set(out, "commits", list);
	for (n = 0; more && n < limit; n++) {
		workspace_tick(ws);
		if (git_commit_lookup(&commit, ws->history.repo, id) < 0)
			return -1;
		json_push(list, describe(&ws->history, commit));
		more = history_parents(&ws->history, commit) > 0;
		if (more)
			git_oid_cpy(id, git_commit_parent_id(commit, 0));
		git_commit_free(commit);
	}
	json_set_bool(out, "more", more);
	return 0;
}

int
commits_list(struct workspace *ws, int64_t limit, json_object *out)
{
	git_oid	id;

	switch (history_ref(&ws->history, HISTORY_LIVE, &id)) {
	case HISTORY_FOUND:
		if (walk(ws, &id, limit, out) == 0)
			return 0;
		break;
	case HISTORY_ABSENT:
		return workspace_fail(ws, REASON_HISTORY,
		    "nothing was published yet");
	case HISTORY_ERROR:
		break;
	}
	return workspace_fail_history(ws, "listing");
}

/* A reference that has a name for people. */
static enum history_found
find_named(struct workspace *ws, const char *word, git_oid *out)
{
	if (strcmp(word, "live") == 0)
		return history_ref(&ws->history, HISTORY_LIVE, out);
	if (strcmp(word, "adopted") == 0)
		return history_ref(&ws->history, HISTORY_ADOPTED, out);
	return HISTORY_ABSENT;
}

static int
push_all(struct reach *w)
{
	struct refs	refs;
	const char	*ref;
	size_t		i;
	int		r;

	r = refs_read(&refs, w->history);
	for (i = 0; r == 0 && i < refs.n; i++) {
		ref = refs.v[i];
		if (strcmp(ref, HISTORY_LIVE) == 0 ||
		    strcmp(ref, HISTORY_ADOPTED) == 0 ||
		    tree_below(ref, HISTORY_REVIEW))
			r = reach_push_ref(w, ref);
	}
	refs_release(&refs);
	return r < 0 ? -1 : 0;
}

/* What a word may mean. */
struct search {
	const char	*word;
	git_oid		*out;		/* the last that begins like it */
	int		 found;
	struct buf	 names;		/* the first of them */
	char		 nearest[GIT_OID_HEXSZ + 1];
	size_t		 distance;
};

static void
try_commit(struct search *s, const git_oid *id)
{
	char		 hex[GIT_OID_HEXSZ + 1];
	char		 head[GIT_OID_HEXSZ + 1];
	size_t		 len = strlen(s->word);
	const char	*best = NULL;

	git_oid_tostr(hex, sizeof(hex), id);
	if (strncmp(hex, s->word, len) == 0) {
		git_oid_cpy(s->out, id);
		if (s->found++ < NAMED_MAX)
			buf_addf(&s->names, "%s%.*s", s->found == 1 ? "" :
			    ", ", NAMED_LENGTH, hex);
		return;
	}
	snprintf(head, sizeof(head), "%.*s", (int)len, hex);
	nearest_try(s->word, head, &best, &s->distance);
	if (best != NULL)
		snprintf(s->nearest, sizeof(s->nearest), "%.*s",
		    NAMED_LENGTH, hex);
}

/* Every reachable commit; 0, or -1. */
static int
try_all(struct workspace *ws, struct search *s)
{
	struct reach	reach;
	git_oid		id;
	int		r;

	reach_init(&reach, &ws->history);
	r = push_all(&reach);
	while (r == 0 && (r = reach_next(&reach, &id)) == 1) {
		r = 0;
		workspace_tick(ws);
		try_commit(s, &id);
	}
	reach_release(&reach);
	return r;
}

static int
looks_like_id(const char *word)
{
	size_t	len = strspn(word, "0123456789abcdef");

	return word[len] == '\0' && len >= COMMITS_ID_MIN &&
	    len <= GIT_OID_HEXSZ;
}

/* Not one commit; always -1. */
static int
refuse_word(struct workspace *ws, const struct search *s)
{
	if (s->found > 1)
		return workspace_fail(ws, REASON_NO_COMMIT, "%s: %d commits "
		    "begin like this: %s%s", s->word, s->found,
		    buf_str(&s->names), s->found > NAMED_MAX ? ", ..." : "");
	return workspace_fail(ws, REASON_NO_COMMIT, "%s: no such commit%s%s; "
	    "see mnemoctl history", s->word, s->nearest[0] == '\0' ? "" :
	    "; the nearest is ", s->nearest);
}

int
commits_find(struct workspace *ws, const char *word, git_oid *out)
{
	struct search	s = { .word = word, .out = out, .names = BUF_INIT,
			    .distance = SIZE_MAX };
	int		r = 0;

	switch (find_named(ws, word, out)) {
	case HISTORY_FOUND:
		return 0;
	case HISTORY_ABSENT:
		break;
	case HISTORY_ERROR:
		return workspace_fail_history(ws, word);
	}
	if (looks_like_id(word))
		r = try_all(ws, &s);
	if (r < 0)
		r = workspace_fail_history(ws, "searching");
	else if (s.found != 1)
		r = refuse_word(ws, &s);
	buf_release(&s.names);
	return r;
}

int
commits_load(struct workspace *ws, const git_oid *id, git_index **out)
{
	git_oid	tree;

	if (history_tree_of(&ws->history, id, &tree) == 0 &&
	    tree_load(&ws->history, &tree, out) == 0)
		return 0;
	return workspace_fail_history(ws, "reading a commit");
}
