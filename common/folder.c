#include <sys/stat.h>
#include <sys/syscall.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bsd/string.h>

#include "fd.h"
#include "folder.h"
#include "mem.h"
#include "tree_path.h"

#define OPEN_TRIES	8	/* openat2() gives EAGAIN in a race */
#define READ_TRIES	3	/* a file may change under us */
#define ENTER		(O_RDONLY | O_DIRECTORY | O_NOFOLLOW)

/* openat2(2), which glibc does not wrap. */
static int
open_beneath(int dirfd, const char *path, int flags)
{
	struct open_how	how;
	long		fd = -1;
	int		i;

	memset(&how, 0, sizeof(how));
	how.flags = (unsigned)(flags | O_CLOEXEC);
	how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS |
	    RESOLVE_NO_MAGICLINKS;
	for (i = 0; i < OPEN_TRIES; i++) {
		fd = syscall(SYS_openat2, dirfd, path, &how, sizeof(how));
		if (fd >= 0 || (errno != EAGAIN && errno != EINTR))
			break;
	}
	return (int)fd;
}

int
folder_look(int dirfd, const char *path, struct stat *st)
{
	int	fd = open_beneath(dirfd, path, O_PATH), r, saved;

	if (fd == -1)
		return -1;
	r = fstat(fd, st);
	saved = errno;
	close(fd);
	errno = saved;
	return r;
}

int
folder_open_dir(int dirfd, const char *path)
{
	return open_beneath(dirfd, path, O_RDONLY | O_DIRECTORY);
}

const char *
folder_read_text(enum folder_read r)
{
	switch (r) {
	case FOLDER_OK:
		return "was read";
	case FOLDER_ABSENT:
		return "is not there";
	case FOLDER_IRREGULAR:
		return "is not a regular file";
	case FOLDER_TOO_BIG:
		return "is larger than 4 MiB";
	case FOLDER_ERROR:
		break;
	}
	return "cannot be read";
}

/*
 * Go from the directory `fd', which is closed, to its subdirectory `name';
 * make it if `make' says so.
 */
static int
open_subdir(int fd, const char *name, int make)
{
	int	sub, saved;

	sub = open_beneath(fd, name, O_RDONLY | O_DIRECTORY);
	if (sub < 0 && errno == ENOENT && make &&
	    mkdirat(fd, name, 0777) == 0 && fsync(fd) == 0)
		sub = open_beneath(fd, name, O_RDONLY | O_DIRECTORY);
	saved = errno;
	close(fd);
	errno = saved;
	return sub;
}

int
folder_open_parent(int dirfd, const char *path, int make, const char **base)
{
	char	*dir, *next, *name;
	int	 fd;

	*base = strrchr(path, '/');
	*base = *base == NULL ? path : *base + 1;
	next = dir = xstrndup(path, (size_t)(*base - path));
	fd = open_beneath(dirfd, ".", O_RDONLY | O_DIRECTORY);
	while (fd >= 0 && (name = strsep(&next, "/")) != NULL)
		if (*name != '\0')
			fd = open_subdir(fd, name, make);
	free(dir);
	return fd;
}

/* Read all of `fd', which had `size' bytes. */
static enum folder_read
read_all(int fd, size_t size, struct buf *out)
{
	size_t	start = out->len;
	ssize_t	n;

	for (;;) {
		buf_grow(out, size > 4096 ? size : 4096);
		n = read(fd, out->data + out->len, out->cap - out->len - 1);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		out->len += (size_t)n;
		if (out->len - start > TREE_FILE_MAX)
			return FOLDER_TOO_BIG;
		size = 0;
	}
	buf_truncate(out, out->len);
	return n < 0 ? FOLDER_ERROR : FOLDER_OK;
}

/* An end before the end: what was read is not all. */
static enum folder_read
too_early(void)
{
	errno = EIO;
	return FOLDER_ERROR;
}

static int
same_version(const struct stat *a, const struct stat *b)
{
	return a->st_size == b->st_size &&
	    a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
	    a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

static enum folder_read
read_fd(int fd, struct buf *out, struct stat *st)
{
	struct stat		after;
	enum folder_read	r = FOLDER_ERROR;
	size_t			start = out->len;
	int			i;

	for (i = 0; i < READ_TRIES; i++) {
		buf_truncate(out, start);
		if (fstat(fd, st) < 0 || lseek(fd, 0, SEEK_SET) < 0)
			return FOLDER_ERROR;
		if (!S_ISREG(st->st_mode))
			return FOLDER_IRREGULAR;
		if (st->st_size > (off_t)TREE_FILE_MAX)
			return FOLDER_TOO_BIG;
		r = read_all(fd, (size_t)st->st_size + 1, out);
		if (r == FOLDER_OK && fstat(fd, &after) < 0)
			r = FOLDER_ERROR;
		if (r != FOLDER_OK)
			break;
		if (same_version(st, &after))
			return (off_t)(out->len - start) < st->st_size ?
			    too_early() : r;
	}
	return r;
}

/* Tell what open(2) found in the way apart from real trouble. */
static enum folder_read
open_failure(void)
{
	switch (errno) {
	case ENOENT:
		return FOLDER_ABSENT;
	case ELOOP:
	case ENOTDIR:
	case EISDIR:
	case ENXIO:
		return FOLDER_IRREGULAR;
	default:
		return FOLDER_ERROR;
	}
}

enum folder_read
folder_read_file(int dirfd, const char *path, struct buf *out,
    struct stat *st)
{
	struct stat		 own;
	enum folder_read	 r;
	const char		*base;
	int			 dir, fd;

	if (st == NULL)
		st = &own;
	dir = folder_open_parent(dirfd, path, 0, &base);
	if (dir < 0)
		return open_failure();
	/* Look before opening: to open a FIFO or a device has effects. */
	if (fstatat(dir, base, st, AT_SYMLINK_NOFOLLOW) < 0)
		r = open_failure();
	else if (!S_ISREG(st->st_mode))
		r = FOLDER_IRREGULAR;
	else if ((fd = open_beneath(dir, base, O_RDONLY | O_NONBLOCK)) < 0)
		r = open_failure();
	else {
		r = read_fd(fd, out, st);
		close(fd);
	}
	close(dir);
	return r;
}

/* Half a file is none; errno stays. */
static void
drop_file(int dirfd, const char *name, int fd)
{
	int	saved = errno;

	close(fd);
	unlinkat(dirfd, name, 0);
	errno = saved;
}

/* The descriptor of the written file, or -1 with errno. */
static int
make_file(int dirfd, const char *name, const struct buf *data, mode_t perm)
{
	int	fd = openat(dirfd, name, O_WRONLY | O_CREAT | O_EXCL |
		    O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd == -1)
		return -1;
	if (fd_write_all(fd, buf_str(data), data->len) == 0 &&
	    fchmod(fd, perm) == 0)
		return fd;
	drop_file(dirfd, name, fd);
	return -1;
}

int
folder_write_new(int dirfd, const char *name, const struct buf *data,
    mode_t perm)
{
	int	fd = make_file(dirfd, name, data, perm);

	if (fd == -1)
		return -1;
	if (fsync(fd) == -1) {
		drop_file(dirfd, name, fd);
		return -1;
	}
	close(fd);
	return 0;
}

int
folder_write_scratch(int dirfd, const char *name, const struct buf *data,
    mode_t perm)
{
	int	fd = make_file(dirfd, name, data, perm);

	if (fd == -1)
		return -1;
	close(fd);
	return 0;
}

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

struct dirent *
folder_next(DIR *dir)
{
	struct dirent	*e;

	do {
		errno = 0;
		/* cppcheck-suppress readdirCalled; one thread */
		e = readdir(dir);
	} while (e != NULL && (strcmp(e->d_name, ".") == 0 ||
	    strcmp(e->d_name, "..") == 0));
	return e;
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
