#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/folder.h"
#include "fd.h"
#include "log.h"
#include "mem.h"
#include "source.h"
#include "utf8.h"

#define DIR_FLAGS (O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
#define NAMES_MAX 4096		/* of a directory that are held at once */

/* Digits in the names of directories, level by level; 0: files. */
static const size_t year_month_day[] = { 4, 2, 2, 0 };
static const size_t flat[] = { 0 };

struct walk {
	source_fn		*fn;
	void			*arg;
	enum source_part	 part;
	int			 partly;
};

struct names {
	char	**list;
	size_t	  len;
	size_t	  cap;
};

const char *
source_part_name(enum source_part part)
{
	switch (part) {
	case SOURCE_SESSIONS:
		return "sessions";
	case SOURCE_ARCHIVED:
		return "archived_sessions";
	case SOURCE_PART__MAX:
		break;
	}
	BUG("source part %d", (int)part);
}

static int
has_suffix(const char *s, size_t len, const char *suffix)
{
	size_t	n = strlen(suffix);

	return len >= n && memcmp(s + len - n, suffix, n) == 0;
}

int
source_is_rollout(const char *name, int *compressed)
{
	size_t	len = strlen(name);
	int	zst = has_suffix(name, len, ".zst");

	if (compressed != NULL)
		*compressed = zst;
	if (zst)
		len -= 4;
	return strncmp(name, "rollout-", 8) == 0 &&
	    has_suffix(name, len, ".jsonl");
}

static int
is_level(const char *name, size_t digits)
{
	return strlen(name) == digits &&
	    strspn(name, "0123456789") == digits;
}

static int
by_name(const void *a, const void *b)
{
	const char *const	*x = a;
	const char *const	*y = b;

	return strcmp(*x, *y);
}

static void
names_add(struct names *n, const char *name)
{
	if (n->len == n->cap) {
		n->cap = n->cap == 0 ? 32 : n->cap * 2;
		n->list = xreallocarray(n->list, n->cap, sizeof(*n->list));
	}
	n->list[n->len++] = xstrdup(name);
}

static void
names_clear(struct names *n)
{
	while (n->len > 0)
		free(n->list[--n->len]);
}

/*
 * The next wanted names in a directory, sorted: of `digits' digits, or
 * rollouts if 0.  At most NAMES_MAX, for an archive may hold any number; no
 * names: that was all.  Returns 0, or -1 if it cannot be read any further.
 */
static int
read_names(DIR *dir, size_t digits, struct names *names)
{
	struct dirent	*de;
	int		 error;

	names_clear(names);
	while (errno = 0, names->len < NAMES_MAX &&
	    (de = folder_next(dir)) != NULL)
		if (digits > 0 ? is_level(de->d_name, digits) :
		    source_is_rollout(de->d_name, NULL))
			names_add(names, de->d_name);
	error = errno;
	if (names->len > 0)
		qsort(names->list, names->len, sizeof(*names->list), by_name);
	errno = error;
	return error == 0 ? 0 : -1;
}

/* 1 if this is a compressed rollout whose plain form is there too. */
static int
plain_beside(int dirfd, const char *name)
{
	char		 plain[NAME_MAX + 1];
	struct stat	 st;
	int		 compressed;

	if (!source_is_rollout(name, &compressed) || !compressed)
		return 0;
	return snprintf(plain, sizeof(plain), "%.*s",
	    (int)(strlen(name) - strlen(".zst")), name) < (int)sizeof(plain) &&
	    fstatat(dirfd, plain, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

/* A directory on the way. */
struct folder {
	int		 fd;
	const char	*path;
	const size_t	*digits;	/* of the names in it, then below */
};

static int
visit_file(struct walk *w, const struct folder *in, const char *name)
{
	struct found	 f = { .dirfd = in->fd, .name = name,
			    .part = w->part };
	char		*path;
	int		 stop = 0;

	path = xasprintf("%s/%s", in->path, name);
	f.path = path;
	(void)source_is_rollout(name, &f.compressed);
	/* Whoever is told of it is told in JSON. */
	if (!utf8_is(name))
		log_warnx("rollout %s: its name is not UTF-8, passed over; "
		    "rename it", path);
	else if (fstatat(in->fd, name, &f.st, AT_SYMLINK_NOFOLLOW) == -1) {
		if (errno != ENOENT) {
			log_warn("rollout %s: passed over", path);
			w->partly = 1;
		}
	} else if (S_ISREG(f.st.st_mode))
		stop = w->fn(&f, w->arg);
	else
		log_warnx("rollout %s: no regular file, passed over", path);
	free(path);
	return stop;
}

static int	visit_dir(struct walk *, const struct folder *);

/* A directory, or a file if no digits are left. */
static int
visit_name(struct walk *w, const struct folder *in, const char *name)
{
	struct folder	 below = { .digits = in->digits + 1 };
	char		*path;
	int		 stop = 0;

	if (*in->digits == 0)
		return plain_beside(in->fd, name) ? 0 :
		    visit_file(w, in, name);
	below.path = path = xasprintf("%s/%s", in->path, name);
	below.fd = openat(in->fd, name, DIR_FLAGS | O_CLOEXEC);
	if (below.fd == -1) {
		log_warn("directory %s: passed over", path);
		w->partly = 1;
	} else
		stop = visit_dir(w, &below);
	fd_close(&below.fd);
	free(path);
	return stop;
}

static int
visit_dir(struct walk *w, const struct folder *dir)
{
	struct names	 names = { NULL, 0, 0 };
	DIR		*stream = NULL;
	size_t		 i;
	int		 fd, failed, stop = 0;

	fd = openat(dir->fd, ".", DIR_FLAGS | O_CLOEXEC);
	if (fd != -1 && (stream = fdopendir(fd)) == NULL)
		fd_close(&fd);
	do {
		failed = stream == NULL ||
		    read_names(stream, *dir->digits, &names) == -1;
		if (failed) {
			log_warn("directory %s: passed over", dir->path);
			w->partly = 1;
		}
		for (i = 0; i < names.len && !stop; i++)
			stop = visit_name(w, dir, names.list[i]);
	} while (!failed && !stop && names.len == NAMES_MAX);
	names_clear(&names);
	free(names.list);
	if (stream != NULL)
		closedir(stream);
	return stop;
}

enum source_walk
source_walk(const char *root, enum source_part part, source_fn *fn, void *arg)
{
	struct walk	 w = { .fn = fn, .arg = arg, .part = part };
	struct folder	 top = { .digits = part == SOURCE_SESSIONS ?
			    year_month_day : flat };
	char		*path;
	int		 stop = 0, error;

	top.path = path = xasprintf("%s/%s", root, source_part_name(part));
	top.fd = open(path, DIR_FLAGS | O_CLOEXEC);
	error = errno;
	if (top.fd != -1)
		stop = visit_dir(&w, &top);
	else if (error != ENOENT)
		log_warn("directory %s: passed over", path);
	free(path);
	if (top.fd == -1)
		return error == ENOENT ? SOURCE_ABSENT : SOURCE_PARTLY;
	fd_close(&top.fd);
	if (stop)
		return SOURCE_STOPPED;
	return w.partly ? SOURCE_PARTLY : SOURCE_WHOLE;
}

int
source_open_at(int dirfd, const char *name, struct stat *st)
{
	int	fd, error;

	/* A FIFO must not block us before we see that it is one. */
	fd = openat(dirfd, name,
	    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd == -1)
		return -1;
	error = fstat(fd, st) == -1 ? errno :
	    S_ISREG(st->st_mode) ? 0 : EINVAL;
	if (error != 0)
		fd_close(&fd);
	errno = error;
	return fd;
}

/* The path relative to the part of `root' that holds it, or NULL. */
static const char *
inside(const char *root, const char *path, enum source_part *part)
{
	const char	*rest, *name;
	size_t		 n = strlen(root);
	unsigned	 i;

	while (n > 1 && root[n - 1] == '/')
		n--;
	if (strncmp(path, root, n) != 0 || path[n] != '/')
		return NULL;
	rest = path + n + 1;
	for (i = 0; i < SOURCE_PART__MAX; i++) {
		name = source_part_name((enum source_part)i);
		n = strlen(name);
		if (strncmp(rest, name, n) == 0 && rest[n] == '/') {
			*part = (enum source_part)i;
			return rest + n + 1;
		}
	}
	return NULL;
}

/* Go down directory by directory, so that no link is followed. */
static int
open_below(int dirfd, const char *rest, struct stat *st)
{
	char		 name[NAME_MAX + 1];
	const char	*slash;
	int		 fd = dirfd, next;

	while ((slash = strchr(rest, '/')) != NULL) {
		if (snprintf(name, sizeof(name), "%.*s", (int)(slash - rest),
		    rest) >= (int)sizeof(name) || name[0] == '\0' ||
		    name[0] == '.') {
			fd_close(&fd);
			errno = ENOENT;
			return -1;
		}
		next = openat(fd, name, DIR_FLAGS | O_CLOEXEC);
		fd_close(&fd);
		if (next == -1)
			return -1;
		fd = next;
		rest = slash + 1;
	}
	next = source_open_at(fd, rest, st);
	fd_close(&fd);
	return next;
}

enum source_part
source_part(const char *root, const char *path)
{
	enum source_part	part;

	return inside(root, path, &part) == NULL ? SOURCE_PART__MAX : part;
}

int
source_open(const char *root, const char *path, struct stat *st)
{
	enum source_part	 part;
	const char		*rest = inside(root, path, &part);
	char			*dir;
	int			 fd;

	if (rest == NULL) {
		errno = ENOENT;
		return -1;
	}
	dir = xasprintf("%s/%s", root, source_part_name(part));
	fd = open(dir, DIR_FLAGS | O_CLOEXEC);
	free(dir);
	return fd == -1 ? -1 : open_below(fd, rest, st);
}

int64_t
source_mtime_ms(const struct stat *st)
{
	return st->st_mtim.tv_sec * 1000 + st->st_mtim.tv_nsec / 1000000;
}
