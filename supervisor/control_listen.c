#include <sys/socket.h>
#include <sys/stat.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/fd.h"
#include "common/log.h"
#include "common/mem.h"
#include "supervisor/control_address.h"
#include "supervisor/control_listen.h"

#define BACKLOG 256	/* what comes while we are busy */

int
control_listen_directory(const char *dir)
{
	struct stat	st;

	if (mkdir(dir, 0700) == -1 && errno != EEXIST) {
		log_warn("%s: cannot be made", dir);
		return -1;
	}
	if (lstat(dir, &st) == -1) {
		log_warn("%s: cannot be looked at", dir);
		return -1;
	}
	if (S_ISDIR(st.st_mode) && st.st_uid == geteuid() &&
	    (st.st_mode & 022) == 0)
		return 0;
	log_warnx("%s: is no directory that only uid %u may write", dir,
	    (unsigned)geteuid());
	return -1;
}

/* 1 if somebody answers at the socket, or nobody can tell. */
static int
is_alive(const char *path)
{
	int	fd = control_connect(path, SOCK_NONBLOCK);
	int	refused = fd == -1 && errno == ECONNREFUSED;

	fd_close(&fd);
	return !refused;
}

/* Make room at `path': 0, or -1 if what is there must stay. */
static int
make_room(const char *path)
{
	struct stat	st;

	if (lstat(path, &st) == -1) {
		if (errno == ENOENT)
			return 0;
		log_warn("%s: cannot be examined", path);
		return -1;
	}
	if (!S_ISSOCK(st.st_mode) || st.st_uid != geteuid()) {
		log_warnx("%s: is there and no socket of ours; it is left "
		    "alone", path);
		return -1;
	}
	if (is_alive(path)) {
		log_warnx("%s: another supervisor listens there", path);
		return -1;
	}
	if (unlink(path) == 0 || errno == ENOENT)
		return 0;
	log_warn("%s: the socket of an earlier supervisor cannot be removed",
	    path);
	return -1;
}

/* Bind and listen; the mode is set before anybody can see the file. */
static int
bind_at(struct control_listen *l, const char *path)
{
	struct control_address	a;
	struct stat		st;
	int			ok;

	if (control_address_init(&a, path) == -1)
		return -1;
	l->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
	    0);
	ok = l->fd != -1 && fchmod(l->fd, 0600) == 0 &&
	    bind(l->fd, (struct sockaddr *)&a.sun, a.len) == 0 &&
	    listen(l->fd, BACKLOG) == 0 && lstat(path, &st) == 0;
	control_address_release(&a);
	if (!ok)
		return -1;
	l->dev = st.st_dev;
	l->ino = st.st_ino;
	return 0;
}

int
control_listen_open(struct control_listen *l, const char *path)
{
	l->fd = -1;
	l->path = NULL;
	if (make_room(path) == -1)
		return -1;
	if (bind_at(l, path) == -1) {
		log_warn("%s: no socket can be made there", path);
		fd_close(&l->fd);
		return -1;
	}
	l->path = xstrdup(path);
	return 0;
}

void
control_listen_close(struct control_listen *l)
{
	struct stat	st;

	if (l->path != NULL && lstat(l->path, &st) == 0 &&
	    st.st_dev == l->dev && st.st_ino == l->ino &&
	    unlink(l->path) == -1)
		log_warn("%s: left behind", l->path);
	fd_close(&l->fd);
	free(l->path);
	l->path = NULL;
}
