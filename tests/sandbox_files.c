#include <sys/stat.h>
#include <sys/time.h>
#include <sys/xattr.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "sandbox_acts.h"

static int
try_read(const char *path)
{
	return opened(open(path, O_RDONLY | O_CLOEXEC));
}

static int
try_write(const char *path)
{
	return opened(open(path, O_WRONLY | O_CLOEXEC));
}

static int
try_append(const char *path)
{
	return opened(open(path, O_RDWR | O_CLOEXEC | O_APPEND));
}

static int
try_open_truncate(const char *path)
{
	return opened(open(path, O_WRONLY | O_CLOEXEC | O_TRUNC));
}

/* Landlock does not see truncate(2) before its ABI 3. */
static int
try_truncate(const char *path)
{
	return truncate(path, 3) == 0;
}

/* Nor, to this day, what these five change. */
static int
try_chmod(const char *path)
{
	return chmod(path, 0644) == 0;
}

static int
try_chown(const char *path)
{
	return chown(path, getuid(), getgid()) == 0;
}

static int
try_setxattr(const char *path)
{
	return setxattr(path, "user.mnemod", "1", 1, 0) == 0 ||
	    errno == ENOTSUP;
}

static int
try_utimensat(const char *path)
{
	const struct timespec	ts[2] = { { 1, 0 }, { 1, 0 } };

	return utimensat(AT_FDCWD, path, ts, 0) == 0;
}

static int
try_utimes(const char *path)
{
	const struct timeval	tv[2] = { { 1, 0 }, { 1, 0 } };

	return utimes(path, tv) == 0;
}

/* By way of a descriptor that is open for reading only. */
static int
try_futimens(const char *path)
{
	const struct timespec	ts[2] = { { 1, 0 }, { 1, 0 } };
	int			fd = open(path, O_RDONLY | O_CLOEXEC), r;

	if (fd == -1)
		return 0;
	r = futimens(fd, ts);
	close(fd);
	return r == 0;
}

static int
try_fchmod(const char *path)
{
	int	fd = open(path, O_RDONLY | O_CLOEXEC), r;

	if (fd == -1)
		return 0;
	r = fchmod(fd, 0644);
	close(fd);
	return r == 0;
}

static int
beside(char *out, const char *path, const char *name)
{
	const char	*slash = strrchr(path, '/');

	return snprintf(out, PATH_MAX, "%.*s/%s", (int)(slash - path), path,
	    name) < PATH_MAX;
}

static int
try_create(const char *path)
{
	char	new[PATH_MAX];

	return beside(new, path, "new") &&
	    opened(open(new, O_WRONLY | O_CLOEXEC | O_CREAT | O_EXCL, 0600)) &&
	    unlink(new) == 0;
}

static int
try_mkdir(const char *path)
{
	char	new[PATH_MAX];

	return beside(new, path, "newdir") && mkdir(new, 0700) == 0 &&
	    rmdir(new) == 0;
}

static int
try_rename(const char *path)
{
	char	new[PATH_MAX];

	return beside(new, path, "renamed") && rename(path, new) == 0 &&
	    rename(new, path) == 0;
}

static int
try_unlink(const char *path)
{
	return unlink(path) == 0;
}

const struct file_act file_acts[] = {
	{ "read", try_read, 0 },
	{ "write", try_write, 1 },
	{ "append", try_append, 1 },
	{ "truncate", try_truncate, 1 },
	{ "open to truncate", try_open_truncate, 1 },
	{ "chmod", try_chmod, 1 },
	{ "chown", try_chown, 1 },
	{ "setxattr", try_setxattr, 1 },
	{ "utimensat", try_utimensat, 1 },
	{ "utimes", try_utimes, 1 },
	{ "futimens", try_futimens, 1 },
	{ "fchmod", try_fchmod, 1 },
	{ "create", try_create, 1 },
	{ "mkdir", try_mkdir, 1 },
	{ "rename", try_rename, 1 },
	{ "unlink", try_unlink, 1 },
	{ NULL, NULL, 0 }
};

static int
try_symlink(const char *path)
{
	char	new[PATH_MAX];

	return beside(new, path, "sym") && symlink("/etc", new) == 0;
}

static int
try_hard_link(const char *path)
{
	char	new[PATH_MAX];

	return beside(new, path, "hard") && link(path, new) == 0;
}

static int
try_fifo(const char *path)
{
	char	new[PATH_MAX];

	return beside(new, path, "fifo") && mkfifo(new, 0600) == 0;
}

static int
try_device(const char *path)
{
	char	new[PATH_MAX];

	return beside(new, path, "null") &&
	    mknod(new, S_IFCHR | 0600, 0x103) == 0;
}

/* The file holds no program, but that must not be what stops it. */
static int
try_exec_own(const char *path)
{
	char	*argv[] = { NULL, NULL };

	execve(path, argv, argv + 1);
	return errno == ENOEXEC;
}

const struct file_act special_acts[] = {
	{ "symlink", try_symlink, 1 },
	{ "hard link", try_hard_link, 1 },
	{ "fifo", try_fifo, 1 },
	{ "device", try_device, 1 },
	{ "execute own file", try_exec_own, 1 },
	{ NULL, NULL, 0 }
};
