#include <sys/stat.h>
#include <sys/syscall.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "fd.h"
#include "staging.h"

#define TEMPORARY	".builtin.tmp"
#define CHUNK		65536

int
staging_open_below(int dir, const char *name, uint64_t flags, uint64_t mode)
{
	struct open_how how = {
		.flags = flags | O_CLOEXEC,
		.mode = mode,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS |
		    RESOLVE_NO_MAGICLINKS
	};

	return (int)syscall(SYS_openat2, dir, name, &how, sizeof(how));
}

int
staging_open(struct staging *st, const char *path)
{
	st->dir = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return st->dir < 0 ? -1 : 0;
}

void
staging_close(struct staging *st)
{
	fd_close(&st->dir);
}

enum staging_status
staging_status_of(int error)
{
	switch (error) {
	case ENOENT:
		return STAGING_ABSENT;
	case ELOOP:
	case EXDEV:
	case EISDIR:
	case ENAMETOOLONG:
	case ENOTDIR:
		return STAGING_REFUSED;
	default:
		return STAGING_ERROR;
	}
}

static enum staging_status
read_all(int fd, size_t max, struct buf *out)
{
	size_t before = out->len;
	ssize_t n;

	for (;;) {
		buf_grow(out, CHUNK);
		n = read(fd, out->data + out->len, CHUNK);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return STAGING_ERROR;
		if (n == 0)
			break;
		out->len += (size_t)n;
		if (out->len - before > max)
			return STAGING_LARGE;
	}
	out->data[out->len] = '\0';
	return STAGING_OK;
}

enum staging_status
staging_read(const struct staging *st, const char *name, size_t max,
    struct buf *out)
{
	enum staging_status status;
	size_t before = out->len;
	struct stat sb;
	int fd, error;

	/* Without blocking: a FIFO in its place must not hold the agent. */
	fd = staging_open_below(st->dir, name, O_RDONLY | O_NONBLOCK, 0);
	if (fd < 0)
		return staging_status_of(errno);
	if (fstat(fd, &sb) == -1)
		status = STAGING_ERROR;
	else
		status = S_ISREG(sb.st_mode) ? read_all(fd, max, out) :
		    STAGING_REFUSED;
	/* An end before the end: half a text must not be written back. */
	if (status == STAGING_OK && (off_t)(out->len - before) < sb.st_size) {
		status = STAGING_ERROR;
		errno = EIO;
	}
	error = errno;
	close(fd);
	errno = error;
	return status;
}

static int
holds(const struct staging *st, const char *name, const struct buf *text)
{
	struct buf now = BUF_INIT;
	int same;

	same = staging_read(st, name, text->len, &now) == STAGING_OK &&
	    now.len == text->len && (text->len == 0 ||
	    memcmp(now.data, text->data, text->len) == 0);
	buf_release(&now);
	return same;
}

/* One folder down: `dir' is closed.  A descriptor, or -1 with errno. */
static int
step_down(int dir, const char *name, int make)
{
	int next = -1, error;

	if (!make || mkdirat(dir, name, 0700) == 0 || errno == EEXIST)
		next = staging_open_below(dir, name, O_RDONLY | O_DIRECTORY,
		    0);
	error = errno;
	close(dir);
	errno = error;
	return next;
}

/*
 * The folder that holds `name', made where it is absent.  *base is the last
 * component.  A descriptor, or -1 with errno.
 */
static int
open_parent(const struct staging *st, const char *name, int make,
    const char **base)
{
	char part[NAME_MAX + 1];
	const char *slash;
	int dir = staging_open_below(st->dir, ".", O_RDONLY | O_DIRECTORY, 0);

	*base = name;
	while (dir >= 0 && (slash = strchr(*base, '/')) != NULL) {
		if ((size_t)(slash - *base) >= sizeof(part)) {
			close(dir);
			errno = ENAMETOOLONG;
			return -1;
		}
		memcpy(part, *base, (size_t)(slash - *base));
		part[slash - *base] = '\0';
		dir = step_down(dir, part, make);
		*base = slash + 1;
	}
	return dir;
}

/*
 * STAGING_OK for a regular file; a folder, a link or what else an agent did
 * not make is refused.
 */
static enum staging_status
look_at(int dir, const char *base)
{
	struct stat sb;

	if (fstatat(dir, base, &sb, AT_SYMLINK_NOFOLLOW) == -1)
		return staging_status_of(errno);
	return S_ISREG(sb.st_mode) ? STAGING_OK : STAGING_REFUSED;
}

static enum staging_status
replace_in(int dir, const char *base, const struct buf *text)
{
	int fd, error;

	(void)unlinkat(dir, TEMPORARY, 0);
	fd = staging_open_below(dir, TEMPORARY, O_WRONLY | O_CREAT | O_EXCL,
	    0600);
	if (fd < 0)
		return staging_status_of(errno);
	if (fd_write_all(fd, buf_str(text), text->len) == -1 ||
	    fsync(fd) == -1) {
		error = errno;
		close(fd);
		(void)unlinkat(dir, TEMPORARY, 0);
		errno = error;
		return STAGING_ERROR;
	}
	close(fd);
	if (renameat(dir, TEMPORARY, dir, base) == -1) {
		error = errno;
		(void)unlinkat(dir, TEMPORARY, 0);
		errno = error;
		return staging_status_of(error);
	}
	return STAGING_OK;
}

static enum staging_status
replace(const struct staging *st, const char *name, const struct buf *text)
{
	enum staging_status status;
	const char *base;
	int dir = open_parent(st, name, 1, &base);

	if (dir < 0)
		return staging_status_of(errno);
	status = look_at(dir, base);
	if (status == STAGING_OK || status == STAGING_ABSENT)
		status = replace_in(dir, base, text);
	fd_close(&dir);
	return status;
}

enum staging_status
staging_write(const struct staging *st, const char *name,
    const struct buf *text, int *changed)
{
	if (changed != NULL)
		*changed = 0;
	if (holds(st, name, text))
		return STAGING_OK;
	if (changed != NULL)
		*changed = 1;
	return replace(st, name, text);
}

enum staging_status
staging_remove(const struct staging *st, const char *name)
{
	enum staging_status status;
	const char *base;
	int dir = open_parent(st, name, 0, &base);

	if (dir < 0)
		return staging_status_of(errno);
	status = look_at(dir, base);
	if (status == STAGING_OK && unlinkat(dir, base, 0) == -1)
		status = staging_status_of(errno);
	fd_close(&dir);
	return status;
}

enum staging_status
staging_move(const struct staging *st, const char *from, const char *to)
{
	enum staging_status status;
	const char *from_base, *to_base;
	int dir, target = -1;

	dir = open_parent(st, from, 0, &from_base);
	if (dir < 0)
		return staging_status_of(errno);
	status = look_at(dir, from_base);
	if (status == STAGING_OK &&
	    ((target = open_parent(st, to, 1, &to_base)) < 0 ||
	    renameat2(dir, from_base, target, to_base,
	    RENAME_NOREPLACE) == -1))
		status = errno == EEXIST ? STAGING_THERE : staging_status_of(errno);
	fd_close(&dir);
	fd_close(&target);
	return status;
}

const char *
staging_text(enum staging_status status)
{
	switch (status) {
	case STAGING_OK:
		return "is there";
	case STAGING_ABSENT:
		return "is not there";
	case STAGING_REFUSED:
		return "is a symbolic link or no regular file";
	case STAGING_LARGE:
		return "is too large";
	case STAGING_THERE:
		return "is there already";
	case STAGING_ERROR:
		break;
	}
	return "cannot be read or written";
}
