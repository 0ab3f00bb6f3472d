#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/fd.h"
#include "common/folder.h"
#include "common/mem.h"
#include "worker/workspace/folder_scan.h"
#include "worker/workspace/tree.h"

/* One walk. */
struct walk {
	struct folder_scan	*scan;
	struct history		*history;	/* NULL: names only */
	int			(*wanted)(const char *);
};

static void
skip(struct folder_scan *s, const char *path, enum folder_read why)
{
	s->skipped = xreallocarray(s->skipped, s->nskipped + 1,
	    sizeof(*s->skipped));
	s->skipped[s->nskipped].path = xstrdup(path);
	s->skipped[s->nskipped].why = why;
	s->nskipped++;
}

static void
note_temporary(struct folder_scan *s, const char *path)
{
	s->temporary = xreallocarray(s->temporary, s->ntemporary + 1,
	    sizeof(*s->temporary));
	s->temporary[s->ntemporary++] = xstrdup(path);
}

/* The walk ends with what errno says of the path: -1. */
static int
trouble(struct walk *w, const char *path)
{
	buf_addf(&w->scan->why, "%s: %s", *path == '\0' ? "folder" : path,
	    strerror(errno));
	return -1;
}

/* The same with what the history says. */
static int
history_trouble(struct walk *w, const char *path)
{
	buf_addf(&w->scan->why, "%s: %s", path, history_error());
	return -1;
}

static int
put_file(struct walk *w, const char *path, const struct stat *st,
    const git_oid *id)
{
	return tree_put(w->scan->tree, path, st->st_mode & S_IXUSR ?
	    GIT_FILEMODE_BLOB_EXECUTABLE : GIT_FILEMODE_BLOB, id);
}

static int
read_file(struct walk *w, int dirfd, const char *name, const char *path)
{
	struct buf		b = BUF_INIT;
	struct stat		st;
	git_oid			id;
	enum folder_read	r;
	int			ok = 1;

	r = folder_read_file(dirfd, name, &b, &st);
	if (r == FOLDER_OK) {
		ok = history_blob_write(w->history, b.data, b.len, &id) ==
		    0 && put_file(w, path, &st, &id) == 0;
		if (ok)
			lastread_note(&w->history->last, path, &st, &id);
		else
			history_trouble(w, path);
	} else if (r == FOLDER_ERROR && errno != EACCES)
		/* A disk or a shortage: a file that is there is not gone. */
		ok = trouble(w, path) == 0;
	else if (r != FOLDER_ABSENT)
		skip(w->scan, path, r);
	/* Else it is gone since the directory was read: a deletion. */
	buf_release(&b);
	return ok ? 0 : -1;
}

static int
take_file(struct walk *w, int dirfd, const char *path, const struct stat *st)
{
	const char	*name = strrchr(path, '/');
	git_oid		 id;

	name = name == NULL ? path : name + 1;
	if (!lastread_is(&w->history->last, path, st, &id) ||
	    !history_has(w->history, &id))
		return read_file(w, dirfd, name, path);
	return put_file(w, path, st, &id) == 0 ? 0 : history_trouble(w, path);
}

/* Can a wanted file lie below this path? */
static int
leads(const struct walk *w, const char *path)
{
	char	*probe = xasprintf("%s/x.md", path);
	int	 r = w->wanted(probe);

	free(probe);
	return r;
}

static int walk_dir(struct walk *, int, const char *);

static int
walk_entry(struct walk *w, int dirfd, const struct dirent *d,
    const char *path)
{
	const char	*name = d->d_name;
	struct stat	 st;

	if (tree_below(name, TREE_TEMPORARY)) {
		note_temporary(w->scan, path);
		return 0;
	}
	if (w->history == NULL && d->d_type == DT_REG)
		return 0;
	if (!w->wanted(path) && !leads(w, path))
		return 0;
	if (fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : trouble(w, path);
	if (S_ISDIR(st.st_mode) && leads(w, path))
		return walk_dir(w, dirfd, path);
	if (!w->wanted(path) || !S_ISREG(st.st_mode)) {
		skip(w->scan, path, FOLDER_IRREGULAR);
		return 0;
	}
	if (git_index_entrycount(w->scan->tree) >= TREE_FILES_MAX) {
		buf_addf(&w->scan->why, "more than %u files", TREE_FILES_MAX);
		return -1;
	}
	return w->history == NULL ? 0 : take_file(w, dirfd, path, &st);
}

/* Walk the directory `path' ("" for the folder itself), named in `parent'. */
static int
walk_dir(struct walk *w, int parent, const char *path)
{
	const char	*base = strrchr(path, '/');
	struct dirent	*e;
	char		*child;
	DIR		*d = NULL;
	int		 fd, r = 0;

	base = base == NULL ? path : base + 1;
	fd = openat(parent, *base == '\0' ? "." : base,
	    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || (d = fdopendir(fd)) == NULL) {
		r = trouble(w, path);
		fd_close(&fd);
		return r;
	}
	while (r == 0 && (e = folder_next(d)) != NULL) {
		child = *path == '\0' ? xstrdup(e->d_name) :
		    xasprintf("%s/%s", path, e->d_name);
		r = walk_entry(w, fd, e, child);
		free(child);
	}
	if (r == 0 && errno != 0)
		r = trouble(w, path);
	closedir(d);
	return r;
}

int
folder_scan(struct folder_scan *s, struct history *h, int dirfd,
    int (*wanted)(const char *))
{
	struct walk	w = { s, h, wanted };

	memset(s, 0, sizeof(*s));
	if (tree_new(&s->tree) < 0) {
		buf_addstr(&s->why, history_error());
		return -1;
	}
	return walk_dir(&w, dirfd, "");
}

int
folder_scan_names(struct folder_scan *s, int dirfd,
    int (*wanted)(const char *))
{
	return folder_scan(s, NULL, dirfd, wanted);
}

int
folder_scan_root(struct folder_scan *s, struct workspace *ws)
{
	if (ws->root < 0)
		return workspace_fail(ws, REASON_VANISHED,
		    "memory root %s does not exist", ws->root_path);
	if (folder_scan(s, &ws->history, ws->root, tree_tracked) < 0)
		return workspace_fail(ws, REASON_IO, "memory root %s: %s",
		    ws->root_path, buf_str(&s->why));
	return 0;
}

void
folder_scan_release(struct folder_scan *s)
{
	size_t	i;

	for (i = 0; i < s->nskipped; i++)
		free(s->skipped[i].path);
	for (i = 0; i < s->ntemporary; i++)
		free(s->temporary[i]);
	free(s->skipped);
	free(s->temporary);
	buf_release(&s->why);
	git_index_free(s->tree);
	memset(s, 0, sizeof(*s));
}

const struct folder_skipped *
folder_scan_blocks(const struct folder_scan *s, const char *path)
{
	size_t	i, len;

	for (i = 0; i < s->nskipped; i++) {
		len = strlen(s->skipped[i].path);
		if (strncmp(path, s->skipped[i].path, len) == 0 &&
		    (path[len] == '\0' || path[len] == '/'))
			return &s->skipped[i];
	}
	return NULL;
}
