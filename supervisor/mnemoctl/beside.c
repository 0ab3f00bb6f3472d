#include <sys/stat.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/fd.h"
#include "common/folder.h"
#include "common/log.h"
#include "common/mem.h"
#include "supervisor/state_dir.h"
#include "supervisor/mnemoctl/beside.h"

#define LETTERS		6
#define NAMES_MAX	60	/* seconds that may be taken */

int
beside_is_state(const char *path)
{
	char		*db = xasprintf("%s/state.db", path);
	char		*memories = xasprintf("%s/memories", path);
	struct dirent	*e;
	DIR		*d;
	/* What cannot be looked at may be one. */
	int		 is = access(db, F_OK) == 0 || errno != ENOENT;

	d = opendir(memories);
	is |= d == NULL && errno != ENOENT;
	while (d != NULL && (e = folder_next(d)) != NULL)
		is |= e->d_name[0] != '.';
	is |= d != NULL && errno != 0;
	if (d != NULL)
		closedir(d);
	free(memories);
	free(db);
	return is;
}

static char *
aside_name(const char *state, int64_t when)
{
	char		 stamp[32];
	time_t		 t = (time_t)when;
	struct tm	 tm;

	if (gmtime_r(&t, &tm) == NULL ||
	    strftime(stamp, sizeof(stamp), "%Y%m%dT%H%M%SZ", &tm) == 0)
		snprintf(stamp, sizeof(stamp), "%lld", (long long)when);
	return xasprintf("%s.before-%s", state, stamp);
}

char *
beside_put_aside(const char *state, const char *path, int64_t when)
{
	char	*aside;
	int	 i, taken = 1;

	for (i = 0; i < NAMES_MAX && taken; i++) {
		aside = aside_name(state, when + i);
		if (renameat2(AT_FDCWD, path, AT_FDCWD, aside,
		    RENAME_NOREPLACE) == 0)
			return aside;
		taken = errno == EEXIST;
		free(aside);
	}
	return NULL;
}

/* The directory that holds `path', and its last component. */
static int
open_parent(const char *path, const char **base)
{
	const char	*slash = strrchr(path, '/');
	char		*parent = xstrndup(path, (size_t)(slash - path));
	int		 fd = open(slash == path ? "/" : parent, O_RDONLY |
	    O_DIRECTORY | O_CLOEXEC);

	*base = slash + 1;
	free(parent);
	return fd;
}

void
beside_remove(const char *path)
{
	const char	*base;
	int		 fd = open_parent(path, &base);

	if (fd == -1 || folder_remove(fd, base) == -1)
		log_warn("%s: it stays", path);
	fd_close(&fd);
}

/* Whose state it was took this lock when it began. */
static void
rescue(const char *state, const char *path, const struct stat *lock)
{
	char	*aside;

	if (!beside_is_state(path)) {
		beside_remove(path);
		return;
	}
	aside = beside_put_aside(state, path, lock->st_mtime);
	if (aside == NULL)
		log_warn("%s: what was there before a restore that was killed "
		    "stays under this name until the next one", path);
	else
		log_warnx("%s: what was there before a restore that was "
		    "killed; remove it when it is of no more use", aside);
	free(aside);
}

static void
sweep_one(const char *state, const char *path)
{
	struct state_holder	 h;
	struct stat		 sb;
	char			*lock;

	if (lstat(path, &sb) == -1 || !S_ISDIR(sb.st_mode) ||
	    sb.st_uid != geteuid())
		return;
	if (state_dir_holder(path, &h)) {
		state_holder_release(&h);
		return;
	}
	lock = xasprintf("%s/lock", path);
	if (lstat(lock, &sb) == 0)
		rescue(state, path, &sb);
	else if (errno == ENOENT)
		beside_remove(path);
	free(lock);
}

void
beside_sweep(const char *state)
{
	const char	*base;
	char		*prefix, *path;
	struct dirent	*e;
	size_t		 n;
	int		 fd = open_parent(state, &base);
	DIR		*d = fd == -1 ? NULL : fdopendir(fd);

	prefix = xasprintf("%s" BESIDE, base);
	n = strlen(prefix);
	while (d != NULL && (e = folder_next(d)) != NULL) {
		if (strncmp(e->d_name, prefix, n) != 0 ||
		    strlen(e->d_name + n) != LETTERS)
			continue;
		path = xasprintf("%s" BESIDE "%s", state, e->d_name + n);
		sweep_one(state, path);
		free(path);
	}
	free(prefix);
	if (d != NULL)
		closedir(d);
	else
		fd_close(&fd);
}
