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
#include "common/tree_path.h"
#include "supervisor/mnemoctl/memory_files.h"

/* Can a published file lie below this path? */
static int
leads(const char *path)
{
	char	*probe = xasprintf("%s/x.md", path);
	int	 r = tree_tracked(probe);

	free(probe);
	return r;
}

static int
hidden(const char *path)
{
	return path[0] == '.' || strstr(path, "/.") != NULL;
}

int
memory_files_visible(const char *path)
{
	return *path == '\0' ||
	    (!hidden(path) && (tree_tracked(path) || leads(path)));
}

static void
add(struct memory_files *f, const char *path, int directory)
{
	if (f->n == TREE_FILES_MAX) {
		f->full = 1;
		return;
	}
	f->v = xreallocarray(f->v, f->n + 1, sizeof(*f->v));
	f->v[f->n].path = xstrdup(path);
	f->v[f->n++].directory = directory;
}

/* 0, or -1 with errno; what is gone again is none. */
static int
add_entry(struct memory_files *f, int dirfd, const char *name,
    const char *path)
{
	struct stat	st;

	if (!memory_files_visible(path))
		return 0;
	if (fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) == -1)
		return errno == ENOENT ? 0 : -1;
	if (S_ISDIR(st.st_mode) && leads(path))
		add(f, path, 1);
	else if (S_ISREG(st.st_mode) && tree_tracked(path))
		add(f, path, 0);
	return 0;
}

/* What is in `dir', unsorted, behind what is there. */
static int
read_dir(struct memory_files *f, int root, const char *dir)
{
	struct dirent	*e;
	char		*path;
	DIR		*d;
	int		 fd = folder_open_dir(root, *dir == '\0' ? "." : dir);
	int		 error = 0;

	d = fd == -1 ? NULL : fdopendir(fd);
	if (d == NULL) {
		fd_close(&fd);
		return -1;
	}
	while (error == 0 && (e = folder_next(d)) != NULL) {
		path = *dir == '\0' ? xstrdup(e->d_name) :
		    xasprintf("%s/%s", dir, e->d_name);
		if (add_entry(f, dirfd(d), e->d_name, path) == -1)
			error = errno;
		free(path);
	}
	if (error == 0)
		error = errno;
	closedir(d);
	errno = error;
	return error == 0 ? 0 : -1;
}

static int
by_path(const void *a, const void *b)
{
	const struct memory_file	*x = a, *y = b;

	return strcmp(x->path, y->path);
}

static void
sort(struct memory_files *f)
{
	if (f->n > 0)
		qsort(f->v, f->n, sizeof(*f->v), by_path);
}

int
memory_files_list(struct memory_files *f, int root, const char *dir)
{
	memset(f, 0, sizeof(*f));
	if (read_dir(f, root, dir) == -1)
		return -1;
	sort(f);
	return 0;
}

/*
 * Directories become what is in them, until none is left.  0, or -1 with
 * errno where one could not be read.
 */
static int
descend(struct memory_files *f, int root)
{
	size_t	 i = 0;
	char	*dir;
	int	 error = 0;

	while (i < f->n) {
		if (!f->v[i].directory) {
			i++;
			continue;
		}
		dir = f->v[i].path;
		f->v[i] = f->v[--f->n];
		if (read_dir(f, root, dir) == -1 && errno != ENOENT)
			error = errno;
		free(dir);
	}
	errno = error;
	return error == 0 ? 0 : -1;
}

int
memory_files_walk(struct memory_files *f, int root, const char *path)
{
	struct stat	st;
	int		rc, error;

	memset(f, 0, sizeof(*f));
	if (tree_tracked(path) && !hidden(path) &&
	    folder_look(root, path, &st) == 0 && S_ISREG(st.st_mode)) {
		add(f, path, 0);
		return 0;
	}
	if (read_dir(f, root, path) == -1)
		return -1;
	rc = descend(f, root);
	error = errno;
	sort(f);
	errno = error;
	return rc;
}

void
memory_files_clear(struct memory_files *f)
{
	size_t	i;

	for (i = 0; i < f->n; i++)
		free(f->v[i].path);
	free(f->v);
	memset(f, 0, sizeof(*f));
}
