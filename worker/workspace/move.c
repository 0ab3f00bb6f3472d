#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/hook.h"
#include "common/log.h"
#include "common/mem.h"
#include "worker/workspace/folder_scan.h"
#include "worker/workspace/live.h"
#include "worker/workspace/move.h"
#include "worker/workspace/tree.h"

#define PREFIX_NEW	TREE_TEMPORARY "new-"
#define PREFIX_OUT	TREE_TEMPORARY "out-"

/* Undoing an exchange meets a newer save at most this often. */
#define UNDO_MAX	100

/* One target and its names inside its directory. */
struct place {
	const char	*path;
	int		 dir;
	const char	*base;
	char		*fresh;		/* .mnemod-tmp-new-NAME */
	char		*out;		/* .mnemod-tmp-out-NAME */
};

/* What a name holds, comparable with an entry of a tree. */
struct sight {
	enum folder_read	 status;
	git_index_entry		 entry;
	mode_t			 perm;
};

void
move_init(struct move *m, struct workspace *ws, git_index *from,
    git_index *to)
{
	memset(m, 0, sizeof(*m));
	m->ws = ws;
	m->from = from;
	m->to = to;
}

void
move_release(struct move *m)
{
	size_t	i;

	for (i = 0; i < m->nout; i++)
		free(m->out[i]);
	free(m->out);
	m->out = NULL;
	m->nout = 0;
}

/* Returns 0, or -1 with errno. */
static int
place_open(struct place *p, int root, const char *path, int make)
{
	p->path = path;
	p->dir = folder_open_parent(root, path, make, &p->base);
	if (p->dir < 0)
		return -1;
	p->fresh = xasprintf("%s%s", PREFIX_NEW, p->base);
	p->out = xasprintf("%s%s", PREFIX_OUT, p->base);
	return 0;
}

static void
place_close(struct place *p)
{
	close(p->dir);
	free(p->fresh);
	free(p->out);
}

/*
 * What the name holds.  0, or -1 if that cannot be known now: then it is not
 * for us to say whose it is.  What its owner has closed to us is theirs.
 */
static int
look(const struct move *m, const struct place *p, const char *name,
    struct sight *s)
{
	struct buf	b = BUF_INIT;
	struct stat	st;
	int		r = 0;

	memset(s, 0, sizeof(*s));
	s->status = folder_read_file(p->dir, name, &b, &st);
	if (s->status == FOLDER_ERROR && errno != EACCES)
		r = workspace_fail_errno(m->ws, p->path);
	if (s->status == FOLDER_OK) {
		s->perm = st.st_mode & 0777;
		s->entry.mode = st.st_mode & S_IXUSR ?
		    GIT_FILEMODE_BLOB_EXECUTABLE : GIT_FILEMODE_BLOB;
		if (git_odb_hash(&s->entry.id, buf_str(&b), b.len,
		    GIT_OBJECT_BLOB) < 0)
			r = workspace_fail_history(m->ws, p->path);
	}
	buf_release(&b);
	return r;
}

static int
sees(const struct sight *s, const git_index_entry *e)
{
	if (s->status == FOLDER_ABSENT)
		return e == NULL;
	return s->status == FOLDER_OK && e != NULL &&
	    tree_same_entry(&s->entry, e);
}

static int
same_sight(const struct sight *a, const struct sight *b)
{
	if (a->status != FOLDER_OK || b->status != FOLDER_OK)
		return a->status == b->status;
	return tree_same_entry(&a->entry, &b->entry);
}

/* Tests: the moments in which a path has changed and nobody has looked. */
static void
window_after(const struct move *m, const struct place *p)
{
	if (m->ws->window_after != NULL)
		m->ws->window_after(m->ws->window_arg, p->path);
}

static int
exchange(const struct place *p)
{
	return renameat2(p->dir, p->out, p->dir, p->base, RENAME_EXCHANGE);
}

/*
 * The "out" file is a version of a user's: the history gets it before it is
 * moved again.  A newer save may replace it as soon as it is back, made by an
 * editor that had read ours meanwhile.  1; 0: it is nothing that a history can
 * hold; -1.
 */
static int
keep(struct move *m, const struct place *p)
{
	struct buf		b = BUF_INIT;
	struct stat		st;
	git_oid			oid;
	enum folder_read	status;
	int			r = 0;

	status = folder_read_file(p->dir, p->out, &b, &st);
	if (status == FOLDER_ERROR && errno != EACCES)
		r = workspace_fail_errno(m->ws, p->path);
	if (status == FOLDER_OK) {
		r = history_blob_write(&m->ws->history, b.data, b.len, &oid);
		if (r < 0)
			workspace_fail_history(m->ws, p->path);
		else
			r = live_keep(m->ws, p->path,
			    st.st_mode & S_IXUSR ?
			    GIT_FILEMODE_BLOB_EXECUTABLE : GIT_FILEMODE_BLOB,
			    &oid);
	}
	buf_release(&b);
	return r < 0 ? -1 : status == FOLDER_OK;
}

/*
 * Put back what came out.  A save that comes between is newer and wins; then
 * what we took away for it comes out, and so on.
 */
static int
undo_exchange(struct move *m, const struct place *p, struct sight *expected)
{
	struct sight	put, came;
	int		i;

	for (i = 0; i < UNDO_MAX; i++) {
		if (look(m, p, p->out, &put) < 0)
			return -1;
		if (exchange(p) < 0)
			return errno == ENOENT ? 0 :
			    workspace_fail_errno(m->ws, p->path);
		window_after(m, p);
		if (look(m, p, p->out, &came) < 0)
			return -1;
		if (same_sight(&came, expected))
			return 0;
		if (keep(m, p) < 0)
			return -1;
		*expected = put;
	}
	return workspace_fail(m->ws, REASON_EDITED,
	    "%s/%s is written all the time", m->ws->root_path, p->path);
}

/* A user's version lies in the "out" file: back with it. */
static int
give_back(struct move *m, const struct place *p)
{
	struct sight	now;

	if (look(m, p, p->base, &now) < 0)
		return -1;
	if (now.status == FOLDER_ABSENT) {
		if (renameat2(p->dir, p->out, p->dir, p->base,
		    RENAME_NOREPLACE) == 0)
			return 0;
		if (errno != EEXIST)
			return workspace_fail_errno(m->ws, p->path);
	} else if (sees(&now, tree_get(m->to, p->path)) &&
	    undo_exchange(m, p, &now) < 0)
		return -1;
	return 0;
}

/* The rule at the top of move.h, for one target. */
static int
settle(struct move *m, const struct place *p)
{
	struct sight	s;
	int		i, kept = 1;

	/* It may hold what is to be forgotten. */
	if (unlinkat(p->dir, p->fresh, 0) < 0 && errno != ENOENT &&
	    errno != EISDIR)
		return workspace_fail_errno(m->ws, p->fresh);
	for (i = 0; i < 2; i++) {
		if (look(m, p, p->out, &s) < 0)
			return -1;
		if (s.status == FOLDER_ABSENT)
			return 0;
		if (sees(&s, tree_get(m->from, p->path)) ||
		    sees(&s, tree_get(m->to, p->path)))
			break;
		kept = keep(m, p);
		if (kept < 0 || (i == 0 && give_back(m, p) < 0))
			return -1;
	}
	if (i == 2 && !kept)
		return workspace_fail(m->ws, REASON_IO, "%s/%s: there is a "
		    "newer one; %s beside it %s, so that it cannot be kept: "
		    "move it away", m->ws->root_path, p->path, p->out,
		    folder_read_text(s.status));
	if (unlinkat(p->dir, p->out, 0) < 0 && errno != ENOENT)
		return workspace_fail_errno(m->ws, p->path);
	return fsync(p->dir) < 0 ? workspace_fail_errno(m->ws, p->path) : 0;
}

/* Write the new content as the "out" file. */
static int
bring(struct move *m, const struct place *p, const struct sight *now)
{
	const git_index_entry	*e = tree_get(m->to, p->path);
	struct buf		 b = BUF_INIT;
	mode_t			 perm;
	int			 r;

	perm = now->status == FOLDER_OK ? now->perm : 0600;
	perm &= (mode_t)~0111;
	if (e->mode == GIT_FILEMODE_BLOB_EXECUTABLE)
		perm |= (mode_t)((perm & 0444) >> 2);
	if (history_blob_read(&m->ws->history, &e->id, &b) < 0)
		return workspace_fail_history(m->ws, p->path);
	unlinkat(p->dir, p->fresh, 0);
	r = folder_write_new(p->dir, p->fresh, &b, perm);
	buf_release(&b);
	if (r == 0)
		r = renameat(p->dir, p->fresh, p->dir, p->out);
	return r < 0 ? workspace_fail_errno(m->ws, p->path) : 0;
}

/* The one step in which the target changes.  Returns 0, or -1 with errno. */
static int
swap(struct move *m, const struct place *p)
{
	int	r;

	if (tree_get(m->to, p->path) == NULL)
		r = renameat2(p->dir, p->base, p->dir, p->out,
		    RENAME_NOREPLACE);
	else if (tree_get(m->from, p->path) == NULL)
		r = renameat2(p->dir, p->out, p->dir, p->base,
		    RENAME_NOREPLACE);
	else
		r = exchange(p);
	hook_crash("publish.exchange.after");
	if (r == 0)
		window_after(m, p);
	return r;
}

static void
note_out(struct move *m, const char *path)
{
	m->out = xreallocarray(m->out, m->nout + 1, sizeof(*m->out));
	m->out[m->nout++] = xstrdup(path);
}

static enum move_result
move_place(struct move *m, const struct place *p)
{
	struct sight	s;

	if (look(m, p, p->base, &s) < 0)
		return MOVE_FAILED;
	if (sees(&s, tree_get(m->to, p->path)))
		return MOVE_DONE;
	if (!sees(&s, tree_get(m->from, p->path)))
		return MOVE_EDITED;
	hook_crash("publish.move.before");
	if (tree_get(m->to, p->path) != NULL && bring(m, p, &s) < 0)
		return MOVE_FAILED;
	if (m->ws->window != NULL)
		m->ws->window(m->ws->window_arg, p->path);
	if (swap(m, p) < 0) {
		if (errno == EEXIST || errno == ENOENT)
			return settle(m, p) < 0 ? MOVE_FAILED : MOVE_EDITED;
		workspace_fail_errno(m->ws, p->path);
		return MOVE_FAILED;
	}
	if (fsync(p->dir) < 0) {
		workspace_fail_errno(m->ws, p->path);
		return MOVE_FAILED;
	}
	hook_crash("publish.move.after");
	if (look(m, p, p->out, &s) < 0)
		return MOVE_FAILED;
	if (!sees(&s, tree_get(m->from, p->path)))
		return settle(m, p) < 0 ? MOVE_FAILED : MOVE_EDITED;
	note_out(m, p->path);
	return MOVE_DONE;
}

enum move_result
move_path(struct move *m, const char *path)
{
	struct place		p;
	enum move_result	r;
	int			gone;

	if (place_open(&p, m->ws->root, path,
	    tree_get(m->to, path) != NULL) < 0) {
		/* A directory went away, or became something else. */
		gone = errno == ENOENT && tree_get(m->to, path) == NULL;
		if (gone)
			return MOVE_DONE;
		if (errno == ENOTDIR || errno == ELOOP)
			return MOVE_EDITED;
		workspace_fail_errno(m->ws, path);
		return MOVE_FAILED;
	}
	r = move_place(m, &p);
	place_close(&p);
	return r;
}

static int
settle_path(struct move *m, const char *path)
{
	struct place	p;
	int		r;

	if (place_open(&p, m->ws->root, path, 0) < 0)
		return errno == ENOENT || errno == ENOTDIR ||
		    errno == ELOOP ? 0 : workspace_fail_errno(m->ws, path);
	r = settle(m, &p);
	place_close(&p);
	return r;
}

int
move_settle(struct move *m)
{
	size_t	i;

	for (i = 0; i < m->nout; i++)
		if (settle_path(m, m->out[i]) < 0)
			return -1;
	return 0;
}

/* The target of a temporary file: a/.mnemod-tmp-out-B is of a/B. */
static char *
target_of(const char *temporary)
{
	const char	*base = strrchr(temporary, '/');
	size_t		 dir;

	base = base == NULL ? temporary : base + 1;
	dir = (size_t)(base - temporary);
	if (!tree_below(base, PREFIX_NEW) && !tree_below(base, PREFIX_OUT))
		return NULL;
	return xasprintf("%.*s%s", (int)dir, temporary,
	    base + strlen(PREFIX_OUT));
}

int
move_sweep(struct move *m, char **temporary, size_t n)
{
	char	*target;
	size_t	 i;
	int	 r = 0;

	for (i = 0; r == 0 && i < n; i++) {
		target = target_of(temporary[i]);
		if (target != NULL && *target != '\0')
			r = settle_path(m, target);
		free(target);
	}
	return r;
}
