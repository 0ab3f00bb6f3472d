#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fd.h"
#include "folder.h"
#include "mem.h"
#include "staging.h"

/* Files found, sorted before anybody is told of them. */
struct found {
	char	*path;
	size_t	 size;
};

struct walk {
	const struct staging	*st;
	struct found		*list;
	size_t			 n;
	enum staging_status	 status;
	int			 error;	/* errno of it */
};

#define DEPTH_MAX	16	/* folders within folders */

static void	walk_folder(struct walk *, const char *, int);

static void
add_file(struct walk *w, const char *path, off_t size)
{
	if (w->n == STAGING_WALK_MAX) {
		w->status = STAGING_LARGE;
		return;
	}
	w->list = xreallocarray(w->list, w->n + 1, sizeof(*w->list));
	w->list[w->n].path = xstrdup(path);
	w->list[w->n++].size = (size_t)size;
}

/* The first trouble is told. */
static void
trouble(struct walk *w, int error)
{
	if (w->status != STAGING_OK)
		return;
	w->status = staging_status_of(error);
	w->error = error;
}

static void
walk_entry(struct walk *w, int dir, const char *path, int depth)
{
	const char	*base = strrchr(path, '/');
	struct stat	 sb;

	base = base == NULL ? path : base + 1;
	if (fstatat(dir, base, &sb, AT_SYMLINK_NOFOLLOW) == -1) {
		if (errno != ENOENT)
			trouble(w, errno);
		return;
	}
	if (S_ISREG(sb.st_mode))
		add_file(w, path, sb.st_size);
	else if (S_ISDIR(sb.st_mode) && depth < DEPTH_MAX)
		walk_folder(w, path, depth + 1);
}

static void
walk_folder(struct walk *w, const char *path, int depth)
{
	struct dirent	*e;
	char		*below;
	DIR		*d;
	int		 fd;

	fd = staging_open_below(w->st->dir, path, O_RDONLY | O_DIRECTORY, 0);
	d = fd == -1 ? NULL : fdopendir(fd);
	if (d == NULL) {
		trouble(w, errno);
		fd_close(&fd);
		return;
	}
	while (w->status == STAGING_OK && (e = folder_next(d)) != NULL) {
		if (e->d_name[0] == '.')
			continue;
		below = strcmp(path, ".") == 0 ? xstrdup(e->d_name) :
		    xasprintf("%s/%s", path, e->d_name);
		walk_entry(w, dirfd(d), below, depth);
		free(below);
	}
	if (w->status == STAGING_OK && errno != 0)
		trouble(w, errno);
	closedir(d);
}

static int
by_path(const void *a, const void *b)
{
	const struct found	*x = a, *y = b;

	return strcmp(x->path, y->path);
}

/* `name' itself may be a file. */
static int
is_file(struct walk *w, const char *name)
{
	struct stat	sb;
	int		fd, yes;

	fd = staging_open_below(w->st->dir, name, O_RDONLY | O_NONBLOCK, 0);
	if (fd == -1)
		return 0;
	yes = fstat(fd, &sb) == 0 && S_ISREG(sb.st_mode);
	if (yes)
		add_file(w, name, sb.st_size);
	close(fd);
	return yes;
}

enum staging_status
staging_walk(const struct staging *st, const char *name, staging_file_cb *cb,
    void *arg)
{
	struct walk		w = { .st = st };
	struct staging_file	f;
	size_t			i;
	int			stop = 0;

	if (!is_file(&w, name))
		walk_folder(&w, name, 0);
	if (w.n > 0)
		qsort(w.list, w.n, sizeof(*w.list), by_path);
	for (i = 0; i < w.n; i++) {
		f = (struct staging_file){ w.list[i].path, w.list[i].size };
		stop = stop || cb(&f, arg) != 0;
		free(w.list[i].path);
	}
	free(w.list);
	errno = w.error;
	return w.status;
}
