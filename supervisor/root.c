/* A memory root before anything of ours touches it: what is there? */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>
#include "common/fd.h"
#include "common/folder.h"
#include "common/mem.h"
#include "common/utf8.h"
#include "supervisor/paths.h"
#include "supervisor/root.h"
#include "supervisor/root_text.h"

static const struct {
	const char	*name;
	int		 usable;
} states[ROOT__MAX] = {
	[ROOT_ABSENT] = { "absent", 1 },
	[ROOT_EMPTY] = { "empty", 1 },
	[ROOT_OURS] = { "ours", 1 },
	[ROOT_VANISHED] = { "root_vanished", 0 },
	[ROOT_REPLACED] = { "root_vanished", 0 },
	[ROOT_RELEASED] = { "released", 0 },
	[ROOT_FOREIGN] = { "foreign_root", 0 },
	[ROOT_SYMLINK] = { "symlink", 0 },
	[ROOT_NOT_DIR] = { "not_a_directory", 0 },
	[ROOT_UNWRITABLE] = { "read_only", 0 },
	[ROOT_NETWORK] = { "unsupported_filesystem", 0 },
	[ROOT_ERROR] = { "io_error", 0 },
};

int
root_usable(enum root_state state)
{
	return states[state].usable;
}

int
root_adoptable(enum root_state state, enum root_adopt adopt)
{
	if (state == ROOT_FOREIGN)
		return adopt != ADOPT_NONE;
	return adopt == ADOPT_ANY &&
	    (state == ROOT_RELEASED || state == ROOT_REPLACED);
}

int
root_unknown(enum root_state state)
{
	return state == ROOT_ERROR;
}

const char *
root_state_name(enum root_state state)
{
	return states[state].name;
}

/* File systems where a lock on one machine says little on another. */
static const char *
network_name(long type)
{
	static const struct {
		unsigned long	 type;
		const char	*name;
	} types[] = {
		{ NFS_SUPER_MAGIC, "NFS" },
		{ SMB_SUPER_MAGIC, "SMB" },
		{ CIFS_SUPER_MAGIC, "CIFS" },
		{ SMB2_SUPER_MAGIC, "SMB2" },
		{ AFS_SUPER_MAGIC, "AFS" },
		{ AFS_FS_MAGIC, "AFS" },
		{ CODA_SUPER_MAGIC, "Coda" },
		{ CEPH_SUPER_MAGIC, "Ceph" },
	};
	size_t	i;

	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if ((unsigned long)type == types[i].type)
			return types[i].name;
	}
	return NULL;
}

/* 1 if the record is about this path. */
static int
is_recorded(const struct root_record *rec, const char *real)
{
	return rec->real != NULL && real != NULL &&
	    strcmp(rec->real, real) == 0;
}

/* An errno of opening or writing, as a state. */
static enum root_state
state_of_errno(int err)
{
	switch (err) {
	case EACCES:
	case EPERM:
	case EROFS:
		return ROOT_UNWRITABLE;
	case ELOOP:
	case ENAMETOOLONG:
	case ENOTDIR:
		return ROOT_NOT_DIR;
	default:
		return ROOT_ERROR;
	}
}

/* Nothing is there: could it be created? */
static void
look_absent(struct root *r, const struct root_query *q)
{
	char		*dir, *cut;
	struct stat	 st;

	r->real = paths_real(q->path);
	if (errno != 0 && state_of_errno(errno) == ROOT_ERROR) {
		root_say_errno(r, q, ROOT_ERROR, q->path);
		return;
	}
	if (q->record.released && q->adopt != ADOPT_ANY &&
	    is_recorded(&q->record, r->real)) {
		root_say_released(r, q);
		return;
	}
	if (q->record.published && is_recorded(&q->record, r->real)) {
		root_say_vanished(r, q, "is not there");
		return;
	}
	dir = xstrdup(q->path);
	do {
		cut = strrchr(dir, '/');
		if (cut == dir)
			cut++;
		*cut = '\0';
	} while (stat(dir, &st) == -1 && errno == ENOENT && cut > dir + 1);
	if (stat(dir, &st) == 0 && !S_ISDIR(st.st_mode))
		root_say_not_dir(r, q, dir);
	else if (access(dir, W_OK | X_OK) == -1)
		root_say_errno(r, q, state_of_errno(errno), dir);
	else
		root_say_absent(r, q);
	free(dir);
}

/* What the folder's names say; `fd' is taken over. */
static void
look_names(struct root *r, const struct root_query *q, int fd)
{
	struct root_names	 names = { .n = 0 };
	struct dirent		*e;
	DIR			*dir;
	int			 ours;

	dir = fdopendir(fd);
	if (dir == NULL) {
		root_say_errno(r, q, ROOT_ERROR, q->path);
		close(fd);
		return;
	}
	while ((e = folder_next(dir)) != NULL)
		root_names_add(&names, e->d_name);
	if (errno != 0) {
		root_say_errno(r, q, ROOT_ERROR, q->path);
		closedir(dir);
		return;
	}
	closedir(dir);
	ours = is_recorded(&q->record, r->real);
	if (ours && q->record.released && (names.n > 0 ||
	    q->adopt != ADOPT_ANY))
		root_say_released(r, q);
	else if (names.n == 0 && ours && q->record.published)
		root_say_vanished(r, q, "is empty");
	else if (names.n == 0)
		root_say_empty(r, q);
	else if (ours && q->record.dev == r->dev && q->record.ino == r->ino)
		root_say_ours(r, q);
	else if (ours)
		root_say_replaced(r, q);
	else
		root_say_foreign(r, q, &names);
}

/* An open folder; `fd' is taken over. */
static void
look_dir(struct root *r, const struct root_query *q, int fd)
{
	struct statfs	fs;
	struct stat	st;

	if (fstat(fd, &st) == -1 || fstatfs(fd, &fs) == -1) {
		root_say_errno(r, q, ROOT_ERROR, q->path);
		close(fd);
		return;
	}
	r->dev = st.st_dev;
	r->ino = st.st_ino;
	r->real = realpath(q->path, NULL);
	if (r->real == NULL) {
		root_say_errno(r, q, state_of_errno(errno), q->path);
		close(fd);
	} else if (!utf8_is(r->real)) {
		errno = EILSEQ;		/* its worker is told in JSON */
		root_say_errno(r, q, ROOT_NOT_DIR, q->path);
		close(fd);
	} else if (network_name(fs.f_type) != NULL) {
		root_say_network(r, q, network_name(fs.f_type));
		close(fd);
	} else if (faccessat(fd, ".", W_OK | X_OK, AT_EACCESS) == -1) {
		root_say_errno(r, q, state_of_errno(errno), q->path);
		close(fd);
	} else
		look_names(r, q, fd);
}

/* Everything but the locks, which stay as they are. */
static void
look(struct root *r, const struct root_query *q)
{
	struct stat	st;
	int		fd;

	free(r->real);
	r->real = NULL;
	if (lstat(q->path, &st) == -1) {
		if (errno == ENOENT)
			look_absent(r, q);
		else
			root_say_errno(r, q, state_of_errno(errno), q->path);
		return;
	}
	if (S_ISLNK(st.st_mode)) {
		root_say_symlink(r, q);
		return;
	}
	if (!S_ISDIR(st.st_mode)) {
		root_say_not_dir(r, q, q->path);
		return;
	}
	fd = open(q->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd == -1)
		root_say_errno(r, q, state_of_errno(errno), q->path);
	else
		look_dir(r, q, fd);
}

static void
init(struct root *r)
{
	memset(r, 0, sizeof(*r));
	r->fd = r->peer_fd = -1;
	r->locked_by = -1;
}

void
root_look(struct root *r, const struct root_query *q)
{
	init(r);
	look(r, q);
}

/* mkdir -p with mode 0700; 0 or -1 with errno. */
static int
make_dirs(const char *path)
{
	char	*copy, *p;
	int	 rc;

	copy = xstrdup(path);
	for (p = copy + 1; (p = strchr(p, '/')) != NULL; p++) {
		*p = '\0';
		rc = mkdir(copy, 0700);
		*p = '/';
		if (rc == -1 && errno != EEXIST)
			break;
	}
	rc = mkdir(copy, 0700);
	if (rc == -1 && errno == EEXIST)
		rc = 0;
	free(copy);
	return rc;
}

/* The pid in /proc/locks that holds a lock on this file; 0: unknown. */
static int
lock_holder(int fd)
{
	unsigned long long	 ino;
	struct stat		 st;
	char			 line[256];
	FILE			*fp;
	int			 pid, found;

	found = 0;
	fp = fstat(fd, &st) == -1 ? NULL : fopen("/proc/locks", "re");
	if (fp == NULL)
		return 0;
	while (found == 0 && fgets(line, sizeof(line), fp) != NULL) {
		/*
		 * The device is not compared: some file systems show
		 * another one here than stat(2) does.
		 */
		/* NOLINTNEXTLINE(cert-err34-c): the kernel writes it */
		if (sscanf(line, "%*d: FLOCK %*s WRITE %d %*x:%*x:%llu",
		    &pid, &ino) == 2 &&
		    ino == (unsigned long long)st.st_ino)
			found = pid;
	}
	fclose(fp);
	return found;
}

/* 1: the lock is ours; 0: a system call failed; -1: somebody else's. */
static int
take_lock(struct root *r, const struct root_query *q, int fd,
    const char *what)
{
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return 1;
	if (errno == EWOULDBLOCK) {
		r->locked_by = lock_holder(fd);
		root_say_locked(r, q, what);
		return -1;
	}
	root_say_errno(r, q, ROOT_ERROR, what);
	return 0;
}

/* The lock that makes Codex step aside, where the root is its own. */
static int
take_peer_lock(struct root *r, const struct root_query *q)
{
	char	*home, *path;
	int	 rc;

	if (q->codex_home == NULL || r->real == NULL)
		return 1;
	home = paths_real(q->codex_home);
	if (errno != 0) {
		/* Is it the folder that Codex would write?  Who knows. */
		root_say_errno(r, q, state_of_errno(errno), q->codex_home);
		free(home);
		return 0;
	}
	path = xasprintf("%s/memories", home);
	if (strcmp(path, r->real) != 0) {
		free(home);
		free(path);
		return 1;
	}
	free(path);
	path = xasprintf("%s/memories.lock", home);
	r->peer_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW,
	    0600);
	if (r->peer_fd == -1) {
		root_say_errno(r, q, state_of_errno(errno), path);
		rc = 0;
	} else
		rc = take_lock(r, q, r->peer_fd, path);
	free(home);
	free(path);
	return rc;
}

/* Open and lock what was found; nothing may have changed meanwhile. */
static int
take_found(struct root *r, const struct root_query *q)
{
	struct stat	st;
	int		rc;

	r->fd = open(q->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW |
	    O_CLOEXEC);
	if (r->fd == -1) {
		root_say_errno(r, q, state_of_errno(errno), q->path);
		return 0;
	}
	rc = take_lock(r, q, r->fd, q->path);
	if (rc != 1)
		return rc;
	look(r, q);
	if (!root_usable(r->state) && !root_adoptable(r->state, q->adopt))
		return 0;
	rc = fstat(r->fd, &st);
	if (rc == -1 || st.st_dev != r->dev || st.st_ino != r->ino) {
		if (rc == 0)
			errno = ESTALE;
		root_say_errno(r, q, ROOT_ERROR, q->path);
		return 0;
	}
	return take_peer_lock(r, q);
}

int
root_take(struct root *r, const struct root_query *q)
{
	int	rc;

	init(r);
	look(r, q);
	if (!root_usable(r->state) && !root_adoptable(r->state, q->adopt))
		return 0;
	if (r->state == ROOT_ABSENT && make_dirs(q->path) == -1) {
		root_say_errno(r, q, state_of_errno(errno), q->path);
		return 0;
	}
	rc = take_found(r, q);
	if (rc != 1) {
		fd_close(&r->peer_fd);
		fd_close(&r->fd);
	}
	return rc;
}

void
root_release(struct root *r)
{
	fd_close(&r->peer_fd);
	fd_close(&r->fd);
	free(r->real);
	r->real = NULL;
}
