#include <git2/sys/commit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/monotime.h"
#include "worker/workspace/history.h"

/* Commits looked at on the line of first parents. */
#define WALK_MAX	100000

static char *
commit_message(const struct history_commit *c)
{
	struct buf	b = BUF_INIT;

	buf_addf(&b, "%s\n", c->subject);
	if (c->thread_id != NULL || c->inputs != NULL || c->despite != NULL)
		buf_addch(&b, '\n');
	if (c->thread_id != NULL)
		buf_addf(&b, "Thread: %s\n", c->thread_id);
	if (c->inputs != NULL)
		buf_addf(&b, "Inputs: %s\n", c->inputs);
	if (c->despite != NULL)
		buf_addf(&b, "Despite: %s\n", c->despite);
	return buf_detach(&b);
}

int
history_commit(struct history *h, const struct history_commit *c,
    git_oid *out)
{
	const git_oid	*parents[2] = { &c->parents[0], &c->parents[1] };
	git_signature	*who = NULL;
	char		*message;
	int		 r;

	if (git_signature_new(&who, HISTORY_AUTHOR, HISTORY_EMAIL, wall_s(),
	    0) < 0)
		return -1;
	message = commit_message(c);
	git_error_clear();
	r = git_commit_create_from_ids(out, h->repo, NULL, who, who, NULL,
	    message, &c->tree, c->nparents, parents);
	free(message);
	git_signature_free(who);
	return r < 0 ? -1 : history_is_written(h, out);
}

int
history_tree_of(struct history *h, const git_oid *id, git_oid *tree)
{
	git_commit	*commit = NULL;

	if (git_commit_lookup(&commit, h->repo, id) < 0)
		return -1;
	git_oid_cpy(tree, git_commit_tree_id(commit));
	git_commit_free(commit);
	return 0;
}

unsigned
history_parents(const struct history *h, const git_commit *commit)
{
	return cut_has(&h->cut, git_commit_id(commit)) ? 0 :
	    git_commit_parentcount(commit);
}

enum history_found
history_parent(struct history *h, const git_oid *id, unsigned n,
    git_oid *parent)
{
	git_commit	*commit = NULL;
	int		 has;

	if (git_commit_lookup(&commit, h->repo, id) < 0)
		return HISTORY_ERROR;
	has = n < history_parents(h, commit);
	if (has)
		git_oid_cpy(parent, git_commit_parent_id(commit, n));
	git_commit_free(commit);
	return has ? HISTORY_FOUND : HISTORY_ABSENT;
}

int
history_parent_of(struct history *h, const git_oid *id, unsigned n,
    git_oid *parent)
{
	enum history_found	found = history_parent(h, id, n, parent);

	if (found == HISTORY_ABSENT)
		git_error_set_str(GIT_ERROR_INVALID, "no such parent");
	return found == HISTORY_FOUND ? 0 : -1;
}

/* The value of "Key: value" on a line of its own, after the subject. */
static enum history_found
message_trailer(const char *message, const char *key,
    char out[HISTORY_TRAILER_MAX])
{
	const char	*line = strchr(message, '\n');
	size_t		 keylen = strlen(key), len;

	for (; line != NULL; line = strchr(line, '\n')) {
		line++;
		if (strncmp(line, key, keylen) != 0 ||
		    strncmp(line + keylen, ": ", 2) != 0)
			continue;
		line += keylen + 2;
		len = strcspn(line, "\n");
		if (len >= HISTORY_TRAILER_MAX)
			continue;
		memcpy(out, line, len);
		out[len] = '\0';
		return HISTORY_FOUND;
	}
	return HISTORY_ABSENT;
}

enum history_found
history_trailer(struct history *h, const git_oid *id, const char *key,
    char out[HISTORY_TRAILER_MAX])
{
	git_commit		*commit = NULL;
	enum history_found	 r;

	if (git_commit_lookup(&commit, h->repo, id) < 0)
		return HISTORY_ERROR;
	r = message_trailer(git_commit_message_raw(commit), key, out);
	git_commit_free(commit);
	return r;
}

int
history_subject(struct history *h, const git_oid *id,
    char out[HISTORY_TRAILER_MAX])
{
	git_commit	*commit = NULL;
	const char	*text;

	if (git_commit_lookup(&commit, h->repo, id) < 0)
		return -1;
	text = git_commit_summary(commit);
	/* Ours are short; of another's the beginning will do. */
	snprintf(out, HISTORY_TRAILER_MAX, "%s", text == NULL ? "" : text);
	git_commit_free(commit);
	return 0;
}

/* What is looked for. */
struct trailer {
	const char	*key;
	const char	*value;		/* NULL: any */
};

static int
has_trailer(const git_commit *c, const struct trailer *t)
{
	char	found[HISTORY_TRAILER_MAX];

	return message_trailer(git_commit_message_raw(c), t->key, found) ==
	    HISTORY_FOUND &&
	    (t->value == NULL || strcmp(found, t->value) == 0);
}

static enum history_found
last_with(struct history *h, const git_oid *from, const struct trailer *t,
    git_oid *out)
{
	git_commit	*commit = NULL;
	unsigned	 n;
	int		 last, match;

	git_oid_cpy(out, from);
	for (n = 0; n < WALK_MAX; n++) {
		if (git_commit_lookup(&commit, h->repo, out) < 0)
			return HISTORY_ERROR;
		match = has_trailer(commit, t);
		last = match || history_parents(h, commit) == 0;
		if (!last)
			git_oid_cpy(out, git_commit_parent_id(commit, 0));
		git_commit_free(commit);
		if (match)
			return HISTORY_FOUND;
		if (last)
			break;
	}
	return HISTORY_ABSENT;
}

enum history_found
history_last_given(struct history *h, const git_oid *from, git_oid *out)
{
	const struct trailer	inputs = { "Inputs", NULL };

	return last_with(h, from, &inputs, out);
}

enum history_found
history_last_of(struct history *h, const git_oid *from, const char *thread_id,
    git_oid *out)
{
	const struct trailer	thread = { "Thread", thread_id };

	return last_with(h, from, &thread, out);
}
