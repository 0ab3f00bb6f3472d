#include <sys/stat.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "common/fd.h"
#include "common/folder.h"
#include "worker/workspace/unread.h"

#define DEPTH_MAX	8	/* of folders in a history */

static int	read_folder(struct workspace *, int, int);

/* 0, or -1 with errno. */
static int
read_file(int fd)
{
	static char	bytes[65536];
	ssize_t		n;

	do
		n = fd_read(fd, bytes, sizeof(bytes));
	while (n > 0);
	return n == -1 ? -1 : 0;
}

/* What is gone, a link or no file is not for us to judge. */
static int
read_entry(struct workspace *ws, int dir, const char *name, int depth)
{
	struct stat	st;
	int		fd, r, error;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == -1)
		return errno == ENOENT ? 0 : -1;
	if (!S_ISREG(st.st_mode) && !(S_ISDIR(st.st_mode) && depth > 0))
		return 0;
	fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd == -1)
		return errno == ENOENT ? 0 : -1;
	workspace_tick(ws);
	if (S_ISDIR(st.st_mode))
		return read_folder(ws, fd, depth - 1);
	r = read_file(fd);
	error = errno;
	close(fd);
	errno = error;
	return r;
}

/* Takes over `fd'. */
static int
read_folder(struct workspace *ws, int fd, int depth)
{
	struct dirent	*e;
	DIR		*d = fdopendir(fd);
	int		 r = 0, error;

	if (d == NULL) {
		fd_close(&fd);
		return -1;
	}
	while (r == 0 && (e = folder_next(d)) != NULL)
		r = read_entry(ws, dirfd(d), e->d_name, depth);
	if (r == 0 && errno != 0)
		r = -1;
	error = errno;
	closedir(d);
	errno = error;
	return r;
}

int
unread_below(struct workspace *ws, const char *path)
{
	int	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd == -1 || read_folder(ws, fd, DEPTH_MAX) == -1;
}
