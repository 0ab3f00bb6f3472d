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
