#include <sys/stat.h>
#include <sys/vfs.h>

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/fd.h"
#include "worker/workspace/leftovers.h"
#include "worker/workspace/unread.h"
#include "worker/workspace/workspace.h"

/* File systems known to lack rename flags, by their magic in statfs(2). */
static const struct {
	unsigned long	 magic;
	const char	*name;
} filesystems[] = {
	{ 0x6969, "nfs" },
	{ 0xff534d42, "cifs" },
	{ 0xfe534d42, "smb2" },
	{ 0x4d44, "vfat" },
	{ 0x2011bab0, "exfat" },
	{ 0x01021997, "9p" },
	{ 0x65735546, "fuse" },
	{ 0x794c7630, "overlayfs" },
	{ 0x2fc12fc1, "zfs" },
	{ 0x5346544e, "ntfs" },
};

void
workspace_init(struct workspace *ws)
{
	memset(ws, 0, sizeof(*ws));
	ws->root = -1;
	ws->staging = -1;
	inputs_init(&ws->inputs);
}

void
workspace_release(struct workspace *ws)
{
	fd_close(&ws->root);
	fd_close(&ws->staging);
	history_close(&ws->history);
	inputs_clear(&ws->inputs);
}

int
workspace_fail(struct workspace *ws, const char *reason, const char *fmt,
    ...)
{
	va_list	ap;

	ws->reason = reason;
	va_start(ap, fmt);
	vsnprintf(ws->problem, sizeof(ws->problem), fmt, ap);
	va_end(ap);
	return -1;
}

static int
fail_filesystem(struct workspace *ws)
{
	struct statfs	 fs;
	const char	*name = NULL;
	unsigned long	 magic = 0;
	size_t		 i;

	if (fstatfs(ws->root, &fs) == 0)
		magic = (unsigned long)fs.f_type & 0xffffffff;
	for (i = 0; i < sizeof(filesystems) / sizeof(filesystems[0]); i++)
		if (filesystems[i].magic == magic)
			name = filesystems[i].name;
	return workspace_fail(ws, REASON_FILESYSTEM,
	    "%s: the file system (%s, type 0x%lx) cannot exchange two files "
	    "in one step; choose a root on a local file system", ws->root_path,
	    name == NULL ? "unknown" : name, magic);
}

int
workspace_fail_errno(struct workspace *ws, const char *object)
{
	switch (errno) {
	case EINVAL:
	case ENOSYS:
		return fail_filesystem(ws);
	case EROFS:
	case EACCES:
	case EPERM:
		return workspace_fail(ws, REASON_READ_ONLY,
		    "%s/%s: %s; make the memory root writable for mnemod",
		    ws->root_path, object, strerror(errno));
	default:
		return workspace_fail(ws, REASON_IO, "%s/%s: %s",
		    ws->root_path, object, strerror(errno));
	}
}

int
workspace_fail_state(struct workspace *ws)
{
	return workspace_fail(ws, REASON_IO, "history %s: %s",
	    ws->history_path, strerror(errno));
}

int
workspace_fail_history(struct workspace *ws, const char *doing)
{
	return workspace_fail(ws, REASON_IO, "history %s: %s: %s",
	    ws->history_path, doing, history_error());
}

/* A descriptor of our own for the root; -1 with errno. */
static int
open_root(const struct workspace *ws)
{
	struct stat	given, named;

	if (fstat(FD_ROOT, &given) == 0 && S_ISDIR(given.st_mode) &&
	    lstat(ws->root_path, &named) == 0 &&
	    given.st_dev == named.st_dev && given.st_ino == named.st_ino)
		return fcntl(FD_ROOT, F_DUPFD_CLOEXEC, FD_PEER_LOCK + 1);
	return open(ws->root_path,
	    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* What could not be read once, by libgit2's silence, may be there after all. */
static int
open_history(struct workspace *ws)
{
	return history_open(&ws->history, ws->history_path) < 0 &&
	    (history_failed_outside() ||
	    history_open(&ws->history, ws->history_path) < 0) ? -1 : 0;
}

int
workspace_failed_outside(struct workspace *ws, const char *doing)
{
	if (history_failed_outside()) {
		workspace_fail_history(ws, doing);
		return 1;
	}
	if (!unread_below(ws, ws->history_path))
		return 0;
	workspace_fail(ws, REASON_IO, "history %s: not all of it can be read: "
	    "%s", ws->history_path, strerror(errno));
	return 1;
}

/* Damage has a way out. */
static int
unopened(struct workspace *ws)
{
	if (workspace_failed_outside(ws, "opening"))
		return -1;
	return workspace_fail(ws, REASON_HISTORY,
	    "history %s: %s; move it away to start a new one",
	    ws->history_path, history_error());
}

int
workspace_open(struct workspace *ws)
{
	if (ws->history.repo == NULL && !ws->read_only)
		(void)leftovers_remove(ws->history_path);
	if (ws->history.repo == NULL && open_history(ws) < 0)
		return unopened(ws);
	if (ws->read_only && !ws->is_volatile) {
		if (history_volatile(&ws->history) < 0)
			return workspace_fail_history(ws, "opening");
		ws->is_volatile = 1;
	}
	if (!ws->read_only && ws->staging < 0 &&
	    (ws->staging = open(ws->staging_path,
	    O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0)
		return workspace_fail(ws, REASON_IO, "staging folder %s: %s",
		    ws->staging_path, strerror(errno));
	if (ws->root < 0 && (ws->root = open_root(ws)) < 0 &&
	    errno != ENOENT)
		return workspace_fail(ws, errno == ELOOP || errno == ENOTDIR ?
		    REASON_FOREIGN : REASON_IO, "memory root %s: %s",
		    ws->root_path, strerror(errno));
	return 0;
}

void
workspace_tick(struct workspace *ws)
{
	if (ws->tick != NULL)
		ws->tick(ws->tick_arg);
}
