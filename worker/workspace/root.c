#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/buf.h"
#include "common/fd.h"
#include "common/folder.h"
#include "common/log.h"
#include "common/mem.h"
#include "worker/workspace/root.h"
#include "worker/workspace/tree.h"

const char *
root_state_name(enum root_state s)
{
	switch (s) {
	case ROOT_OURS:
		return "ours";
	case ROOT_EMPTY:
		return "empty";
	case ROOT_VANISHED:
		return "vanished";
	case ROOT_FOREIGN:
		return "foreign";
	case ROOT__ERROR:
		break;
	}
	BUG("root state %d has no name", (int)s);
}

/* Keep the first names in their order. */
static void
note_name(struct root_look *l, const char *name)
{
	char	 printable[NAME_MAX + 1], *s, *other;
	size_t	 i;

	log_printable(printable, sizeof(printable), name, strlen(name));
	s = xstrdup(printable);
	for (i = 0; i < ROOT_FOUND_MAX && s != NULL; i++) {
		other = l->found[i];
		if (other == NULL || strcmp(s, other) < 0) {
			l->found[i] = s;
			s = other;
		}
	}
	free(s);
}

static int
list_root(struct workspace *ws, struct root_look *l)
{
	struct dirent	*e;
	DIR		*d;
	int		 fd, rc;

	if (ws->root < 0)
		return 0;
	fd = openat(ws->root, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || (d = fdopendir(fd)) == NULL) {
		rc = workspace_fail_errno(ws, "");
		fd_close(&fd);
		return rc;
	}
	while ((e = folder_next(d)) != NULL) {
		if (tree_below(e->d_name, TREE_TEMPORARY))
			continue;
		l->entries++;
		note_name(l, e->d_name);
	}
	rc = errno == 0 ? 0 : workspace_fail_errno(ws, "");
	closedir(d);
	return rc;
}

/* 1 if `live' holds no file, 0 if it does, -1 on failure. */
static int
live_is_empty(struct workspace *ws, const git_oid *live)
{
	git_tree	*tree = NULL;
	git_oid		 id;
	int		 r;

	if (history_tree_of(&ws->history, live, &id) < 0 ||
	    git_tree_lookup(&tree, ws->history.repo, &id) < 0)
		return workspace_fail_history(ws, "live");
	/* No tree of ours holds an empty one. */
	r = git_tree_entrycount(tree) == 0;
	git_tree_free(tree);
	return r;
}

enum root_state
root_look(struct workspace *ws, int claimed, struct root_look *l)
{
	enum history_found	found;
	int			empty;

	memset(l, 0, sizeof(*l));
	if (list_root(ws, l) < 0)
		return ROOT__ERROR;
	found = history_ref(&ws->history, HISTORY_LIVE, &l->live);
	if (found == HISTORY_ERROR) {
		workspace_fail_history(ws, HISTORY_LIVE);
		return ROOT__ERROR;
	}
	l->has_live = found == HISTORY_FOUND;
	if (!l->has_live)
		return l->entries == 0 ? ROOT_EMPTY : ROOT_FOREIGN;
	empty = live_is_empty(ws, &l->live);
	if (empty < 0)
		return ROOT__ERROR;
	if (l->entries == 0)
		return empty ? ROOT_EMPTY : ROOT_VANISHED;
	return claimed ? ROOT_OURS : ROOT_FOREIGN;
}

void
root_look_release(struct root_look *l)
{
	size_t	i;

	for (i = 0; i < ROOT_FOUND_MAX; i++)
		free(l->found[i]);
	memset(l, 0, sizeof(*l));
}

static int
fail_foreign(struct workspace *ws, const struct root_look *l)
{
	struct buf	b = BUF_INIT;
	size_t		i;

	for (i = 0; i < ROOT_FOUND_MAX && l->found[i] != NULL; i++)
		buf_addf(&b, "%s%s", i == 0 ? "" : ", ", l->found[i]);
	if (l->entries > i)
		buf_addstr(&b, ", ...");
	workspace_fail(ws, REASON_FOREIGN, "memory root %s is not empty and "
	    "not ours (%s): adopt it, or choose another root", ws->root_path,
	    buf_str(&b));
	buf_release(&b);
	return -1;
}

int
root_require(struct workspace *ws)
{
	struct root_look	l;
	int			r = -1;

	switch (root_look(ws, 1, &l)) {
	case ROOT_OURS:
	case ROOT_EMPTY:
		r = ws->root >= 0 ? 0 : workspace_fail(ws, REASON_VANISHED,
		    "memory root %s does not exist", ws->root_path);
		break;
	case ROOT_VANISHED:
		workspace_fail(ws, REASON_VANISHED, "memory root %s is empty "
		    "or absent though it was published into: is its file "
		    "system mounted?", ws->root_path);
		break;
	case ROOT_FOREIGN:
		fail_foreign(ws, &l);
		break;
	case ROOT__ERROR:
		break;
	}
	root_look_release(&l);
	return r;
}
