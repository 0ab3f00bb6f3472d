#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "fd.h"
#include "folder.h"
#include "mem.h"

/* folder_remove(): a tree of whatever depth and modes. */

#define ENTER	(O_RDONLY | O_DIRECTORY | O_NOFOLLOW)

/* Let us in: the directory itself, not what a link in its place names. */
static int
permit(int dirfd, const char *name)
{
	char	path[32];
	int	fd, r;

	fd = openat(dirfd, name, O_PATH | ENTER | O_CLOEXEC);
	if (fd == -1)
		return -1;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	r = chmod(path, S_IRWXU);
	close(fd);
	return r;
}

/*
 * Open the directory `name' of a tree that is removed: its modes are no
 * reason to keep it.
 */
static int
enter(int dirfd, const char *name)
{
	int		fd = openat(dirfd, name, ENTER | O_CLOEXEC);
	struct stat	st;

	if (fd == -1 && errno == EACCES && permit(dirfd, name) == 0)
		fd = openat(dirfd, name, ENTER | O_CLOEXEC);
	if (fd != -1 && fstat(fd, &st) == 0 &&
	    (st.st_mode & S_IRWXU) != S_IRWXU)
		(void)fchmod(fd, S_IRWXU);	/* what needs it will fail */
	return fd;
}

/* The way down to a directory that is emptied; one descriptor is open. */
struct descent {
	int	 fd;
	struct level {
		dev_t	dev;
		ino_t	ino;
	}	*levels;	/* above it */
	size_t	 depth;
};

/* Go one down; takes over `fd'. */
static int
descend(struct descent *d, int fd)
{
	struct stat	st;

	if (fd == -1 || fstat(d->fd, &st) == -1) {
		fd_close(&fd);
		return -1;
	}
	d->levels = xreallocarray(d->levels, d->depth + 1,
	    sizeof(*d->levels));
	d->levels[d->depth++] = (struct level){ st.st_dev, st.st_ino };
	close(d->fd);
	d->fd = fd;
	return 0;
}

/* And up, to where it came from and nowhere else. */
static int
ascend(struct descent *d)
{
	const struct level	*l = &d->levels[--d->depth];
	struct stat		 st;
	int			 fd = openat(d->fd, "..", ENTER | O_CLOEXEC);

	close(d->fd);
	d->fd = fd;
	if (fd == -1 || fstat(fd, &st) == -1)
		return -1;
	if (st.st_dev == l->dev && st.st_ino == l->ino)
		return 0;
	errno = ESTALE;		/* somebody moved it meanwhile */
	return -1;
}

/* 0; 1 and *below open where something is in the way; or -1. */
static int
remove_name(int dirfd, const char *name, int *below)
{
	if (unlinkat(dirfd, name, 0) == 0 || errno == ENOENT)
		return 0;
	if (errno != EISDIR && errno != EPERM)
		return -1;
	if (unlinkat(dirfd, name, AT_REMOVEDIR) == 0)
		return 0;
	if (errno != ENOTEMPTY && errno != EEXIST)
		return -1;
	*below = enter(dirfd, name);
	return *below == -1 ? -1 : 1;
}

/* The same for all that is in the directory. */
static int
remove_names(int fd, int *below)
{
	struct dirent	*e;
	DIR		*dir;
	int		 copy = openat(fd, ".", ENTER | O_CLOEXEC), r = 0;
	int		 error;

	if (copy == -1 || (dir = fdopendir(copy)) == NULL) {
		fd_close(&copy);
		return -1;
	}
	while (r == 0 && (e = folder_next(dir)) != NULL)
		r = remove_name(fd, e->d_name, below);
	if (r == 0 && errno != 0)
		r = -1;
	error = errno;
	closedir(dir);
	errno = error;
	return r;
}

/*
 * Without recursion, and with one descriptor: who made the tree may have
 * made it as deep as the disk allows.  Takes over `fd'.
 */
static int
empty(int fd)
{
	struct descent	d = { .fd = fd };
	int		r, below;

	while ((r = remove_names(d.fd, &below)) != -1) {
		if (r == 1)
			r = descend(&d, below);
		else if (d.depth == 0)
			break;
		else
			r = ascend(&d);
		if (r == -1)
			break;
	}
	fd_close(&d.fd);
	free(d.levels);
	return r;
}

int
folder_remove(int dirfd, const char *name)
{
	int	below, r = remove_name(dirfd, name, &below);

	if (r != 1)
		return r;
	return empty(below) == -1 ? -1 :
	    unlinkat(dirfd, name, AT_REMOVEDIR);
}
