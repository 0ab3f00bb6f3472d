#include <sys/stat.h>
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bsd/stdlib.h>

#include "common/fd.h"
#include "common/folder.h"
#include "supervisor/orphans.h"

/*
 * Who holds a lock?  /proc/locks names the process that took it, which for
 * an inherited lock is the dead supervisor; so descriptors are looked at.
 */

enum holds { HOLDS_NO, HOLDS_YES, HOLDS_PERHAPS };

static int
is_same_file(int dirfd, const char *name, const struct stat *file)
{
	struct stat	 st;

	return fstatat(dirfd, name, &st, 0) == 0 &&
	    st.st_dev == file->st_dev && st.st_ino == file->st_ino;
}

static enum holds
examine_fds(int proc, int pid, const struct stat *file)
{
	struct dirent	*e;
	enum holds	 holds = HOLDS_NO;
	char		 path[64];
	DIR		*dir;
	int		 fd;

	snprintf(path, sizeof(path), "%d/fd", pid);
	fd = openat(proc, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd == -1)
		return HOLDS_PERHAPS;
	dir = fdopendir(fd);
	if (dir == NULL) {
		close(fd);
		return HOLDS_PERHAPS;
	}
	while (holds == HOLDS_NO && (e = folder_next(dir)) != NULL)
		if (e->d_name[0] != '.' &&
		    is_same_file(fd, e->d_name, file))
			holds = HOLDS_YES;
	closedir(dir);
	return holds;
}

static void
read_comm(int proc, int pid, char comm[32])
{
	char	 path[64];
	ssize_t	 n = -1;
	int	 fd;

	snprintf(path, sizeof(path), "%d/comm", pid);
	fd = openat(proc, path, O_RDONLY | O_CLOEXEC);
	if (fd != -1) {
		n = fd_read_start(fd, comm, 31);
		close(fd);
	}
	comm[n > 0 ? n : 0] = '\0';
	comm[strcspn(comm, "\n")] = '\0';
}

static void
examine(int proc, int pid, const struct stat *file, struct buf *names)
{
	enum holds	 holds = examine_fds(proc, pid, file);
	char		 comm[32];

	if (holds == HOLDS_NO)
		return;
	read_comm(proc, pid, comm);
	if (holds == HOLDS_PERHAPS && strncmp(comm, "mnemod-", 7) != 0)
		return;
	buf_addf(names, "%s%spid %d (%s)", names->len > 0 ? ", " : "",
	    holds == HOLDS_PERHAPS ? "perhaps " : "", pid, comm);
}

/* The pid that an entry of /proc stands for, 0 if none or our own. */
static int
other_pid(const char *name)
{
	const char	*err;
	int		 pid = (int)strtonum(name, 1, INT_MAX, &err);

	return err == NULL && pid != getpid() ? pid : 0;
}

void
orphans_name(int fd, struct buf *names)
{
	struct stat	 file;
	struct dirent	*e;
	DIR		*dir;
	int		 pid;

	if (fstat(fd, &file) == -1 || (dir = opendir("/proc")) == NULL)
		return;
	while ((e = folder_next(dir)) != NULL)
		if ((pid = other_pid(e->d_name)) != 0)
			examine(dirfd(dir), pid, &file, names);
	closedir(dir);
}
