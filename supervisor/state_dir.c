#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/buf.h"
#include "common/fd.h"
#include "common/hook.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/monotime.h"
#include "supervisor/orphans.h"
#include "supervisor/state_dir.h"

#define LOCK_TEXT_MAX	4352	/* PATH_MAX and the pid */
#define SHORT_MS	15000	/* that one request of mnemoctl may take */

/* File systems of statfs(2) whose locks and mappings are not local. */
static const struct {
	unsigned long	 type;
	const char	*name;
} network_fs[] = {
	{ 0x6969, "nfs" },
	{ 0x517b, "smb" },
	{ 0xff534d42, "cifs" },
	{ 0xfe534d42, "smb2" },
	{ 0x01021997, "9p" },
	{ 0x00c36400, "ceph" },
	{ 0x5346414f, "afs" },
	{ 0x6b414653, "afs" },
	{ 0x73757245, "coda" },
	{ 0x0bd00bd0, "lustre" },
	{ 0x47504653, "gpfs" },
	{ 0x01161970, "gfs2" },
	{ 0x7461636f, "ocfs2" },
	{ 0x564c, "ncp" }
};

const char *
state_dir_network_fs(const char *path)
{
	struct statfs	 fs;
	unsigned long	 type;
	size_t		 i;

	if (statfs(path, &fs) == -1)
		return NULL;
	type = hook_fs_type(path, (uint32_t)fs.f_type);
	for (i = 0; i < sizeof(network_fs) / sizeof(*network_fs); i++)
		if (type == network_fs[i].type)
			return network_fs[i].name;
	return NULL;
}

char *
state_dir_file(const struct state_dir *sd, const char *name)
{
	return xasprintf("%s/%s", sd->path, name);
}

static int
make_one(const char *path)
{
	if (mkdir(path, 0700) == 0 || errno == EEXIST)
		return 0;
	log_warn("%s: the directory cannot be made, choose another state "
	    "directory with -s", path);
	return -1;
}

/* mkdir -p; what is there already keeps its mode. */
static int
make_path(const char *path)
{
	char	*copy = xstrdup(path), *p = copy;
	int	 rc = 0;

	while (rc == 0 && (p = strchr(p + 1, '/')) != NULL) {
		*p = '\0';
		rc = make_one(copy);
		*p = '/';
	}
	if (rc == 0)
		rc = make_one(copy);
	free(copy);
	return rc;
}

/* Ours alone: what it holds was private to begin with. */
static int
make_private(const char *path)
{
	struct stat	 st;

	if (stat(path, &st) == -1) {
		log_warn("%s: cannot be examined", path);
		return -1;
	}
	if (!S_ISDIR(st.st_mode) || st.st_uid != geteuid()) {
		log_warnx("%s: is no directory of uid %u, choose another "
		    "state directory with -s", path, (unsigned)geteuid());
		return -1;
	}
	if ((st.st_mode & 077) == 0)
		return 0;
	log_info("%s: mode %03o, changed to 700: what it holds is private",
	    path, (unsigned)(st.st_mode & 0777));
	if (chmod(path, 0700) == 0)
		return 0;
	log_warn("%s: cannot be made private", path);
	return -1;
}

static int
make_directories(const struct state_dir *sd)
{
	static const char *const below[] = { "staging", "agents",
	    "memories" };
	const char	*net;
	char		*path;
	size_t		 i;
	int		 rc;

	if (make_path(sd->path) == -1 || make_private(sd->path) == -1)
		return -1;
	net = state_dir_network_fs(sd->path);
	if (net != NULL) {
		log_warnx("%s: is on a network file system (%s), where locks "
		    "and the database are not safe: choose a local "
		    "directory with -s", sd->path, net);
		return -1;
	}
	for (i = 0, rc = 0; i < 3 && rc == 0; i++) {
		path = state_dir_file(sd, below[i]);
		rc = make_one(path);
		free(path);
	}
	return rc;
}

static int
open_lock(const struct state_dir *sd, const char *name)
{
	char	*path = state_dir_file(sd, name);
	int	 fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW,
	    0600);

	if (fd == -1)
		log_warn("%s: the lock cannot be opened", path);
	free(path);
	return fd;
}

static void
read_holder(int fd, struct state_holder *h)
{
	char	 text[LOCK_TEXT_MAX], *end;
	ssize_t	 n = fd_read_start(fd, text, sizeof(text) - 1);

	text[n > 0 ? n : 0] = '\0';
	h->pid = (int)strtol(text, &end, 10);
	h->how = NULL;
	/* A line that does not end is being written. */
	if (*end == '\n' && strchr(end + 1, '\n') != NULL)
		h->how = xstrndup(end + 1, strcspn(end + 1, "\n"));
}

void
state_holder_release(struct state_holder *h)
{
	free(h->how);
	h->how = NULL;
}

int
state_dir_holder(const char *path, struct state_holder *h)
{
	char	*name = xasprintf("%s/lock", path);
	int	 fd = open(name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	int	 held;

	free(name);
	memset(h, 0, sizeof(*h));
	if (fd == -1)
		return 0;
	held = flock(fd, LOCK_SH | LOCK_NB) == -1 && errno == EWOULDBLOCK;
	if (held)
		read_holder(fd, h);
	close(fd);
	return held;
}

static void
name_holder(const struct state_dir *sd)
{
	struct state_holder	h;
	char			pid[16] = "unknown";

	read_holder(sd->lock_fd, &h);
	if (h.pid > 0)
		snprintf(pid, sizeof(pid), "%d", h.pid);
	log_warnx("%s: another supervisor (pid %s) works on this state; stop "
	    "it first, or choose another state directory with -s", sd->path,
	    pid);
	state_holder_release(&h);
}

/* The pid is for the message of the next one; nobody signals it. */
static int
write_pid(const struct state_dir *sd, const char *how)
{
	char	*text = xasprintf("%d\n%s%s", (int)getpid(), how,
	    how[0] == '\0' ? "" : "\n");
	int	 rc = 0;

	if (ftruncate(sd->lock_fd, 0) == -1 ||
	    lseek(sd->lock_fd, 0, SEEK_SET) == -1 ||
	    fd_write_all(sd->lock_fd, text, strlen(text)) == -1) {
		log_warn("%s/lock: cannot be written", sd->path);
		rc = -1;
	}
	free(text);
	return rc;
}

void
state_dir_say(struct state_dir *sd, const char *how)
{
	write_pid(sd, how);
}

/*
 * Is somebody there to stay?  Who has only just got the lock has said nothing
 * yet: what stands there is of one that is gone.  Nobody is signalled.
 */
static int
held_firmly(int fd)
{
	struct state_holder	h;
	int			firmly;

	read_holder(fd, &h);
	firmly = h.pid > 0 && (kill(h.pid, 0) == 0 || errno == EPERM) &&
	    (h.how == NULL || strcmp(h.how, STATE_SHORT) != 0);
	state_holder_release(&h);
	return firmly;
}

/*
 * mnemoctl(1) may look at the lock for a moment, by taking it shared: it is
 * held by a supervisor only if it still is a little later.  One that serves a
 * request itself says so and has more time.
 */
static int
flock_patiently(int fd)
{
	int64_t	deadline = mono_ms() + SHORT_MS;
	int	firmly = 0;	/* looks in a row */

	while (flock(fd, LOCK_EX | LOCK_NB) == -1) {
		if (errno != EWOULDBLOCK)
			return -1;
		firmly = held_firmly(fd) ? firmly + 1 : 0;
		if (firmly > 1 || mono_ms() >= deadline) {
			errno = EWOULDBLOCK;
			return -1;
		}
		usleep(20000);
	}
	return 0;
}

/* A restore may have put another directory in its place meanwhile. */
static enum mnemod_exit
check_place(const struct state_dir *sd)
{
	struct stat	 here, there = { .st_ino = 0 };
	char		*path = state_dir_file(sd, "lock");
	int		 r = fstat(sd->lock_fd, &here);

	if (r == 0 && stat(path, &there) == -1 && errno != ENOENT)
		r = -1;
	if (r == -1)
		log_warn("%s: cannot be looked at", path);
	free(path);
	if (r == -1)
		return EXIT_STATE;
	if (here.st_dev == there.st_dev && here.st_ino == there.st_ino)
		return EXIT_OK;
	log_warnx("%s: was replaced just now; start again", sd->path);
	return EXIT_LOCKED;
}

static enum mnemod_exit
take_lock(struct state_dir *sd, const char *how)
{
	enum mnemod_exit	e;

	sd->lock_fd = open_lock(sd, "lock");
	if (sd->lock_fd == -1)
		return EXIT_STATE;
	if (flock_patiently(sd->lock_fd) == -1) {
		if (errno == EWOULDBLOCK) {
			name_holder(sd);
			return EXIT_LOCKED;
		}
		log_warn("%s/lock: cannot be locked", sd->path);
		return EXIT_STATE;
	}
	e = check_place(sd);
	if (e == EXIT_OK && write_pid(sd, how) == -1)
		e = EXIT_STATE;
	return e;
}

static void
name_orphans(const struct state_dir *sd)
{
	struct buf	 names = BUF_INIT;

	orphans_name(sd->workers_fd, &names);
	log_warnx("%s: workers of a supervisor that died are still running "
	    "(%s); end them first", sd->path, names.len == 0 ?
	    "found by none of /proc" : buf_str(&names));
	buf_release(&names);
}

/*
 * Alone for a moment proves that no worker of an earlier supervisor lives.
 * The downgrade is not atomic, but `lock' keeps every other one away.
 */
static enum mnemod_exit
wait_for_orphans(struct state_dir *sd, int64_t orphans_ms)
{
	int64_t	 deadline = mono_ms() + orphans_ms;
	int	 told = 0;

	sd->workers_fd = open_lock(sd, "workers.lock");
	if (sd->workers_fd == -1)
		return EXIT_STATE;
	while (flock(sd->workers_fd, LOCK_EX | LOCK_NB) == -1) {
		if (errno != EWOULDBLOCK && errno != EINTR) {
			log_warn("%s/workers.lock: cannot be locked",
			    sd->path);
			return EXIT_STATE;
		}
		if (mono_ms() >= deadline) {
			name_orphans(sd);
			return EXIT_UNKILLABLE;
		}
		if (!told++)
			log_info("%s: waiting for workers of a supervisor "
			    "that died", sd->path);
		poll(NULL, 0, 50);
	}
	if (flock(sd->workers_fd, LOCK_SH) == 0)
		return EXIT_OK;
	log_warn("%s/workers.lock: cannot be shared", sd->path);
	return EXIT_STATE;
}

enum mnemod_exit
state_dir_open(struct state_dir *sd, const char *path, int64_t orphans_ms,
    const char *how)
{
	enum mnemod_exit	 rc = EXIT_STATE;

	sd->path = xstrdup(path);
	sd->lock_fd = sd->workers_fd = -1;
	if (make_directories(sd) == 0)
		rc = take_lock(sd, how);
	if (rc == EXIT_OK)
		rc = wait_for_orphans(sd, orphans_ms);
	if (rc != EXIT_OK)
		state_dir_close(sd);
	return rc;
}

void
state_dir_close(struct state_dir *sd)
{
	fd_close(&sd->workers_fd);
	fd_close(&sd->lock_fd);
	free(sd->path);
	sd->path = NULL;
}
