#include <sys/stat.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fd.h"
#include "folder.h"
#include "mem.h"
#include "tree_path.h"
#include "supervisor/staging_size.h"

#define BLOCK	512	/* of st_blocks */

struct measuring {
	const struct staging_size	*most;
	struct staging_size		*found;
};

static enum staging_measured	measure_dir(struct measuring *, int, int);

static enum staging_measured
count(struct measuring *m, const struct stat *st)
{
	int64_t	blocks = (int64_t)st->st_blocks * BLOCK;

	m->found->files++;
	m->found->bytes += st->st_size > blocks ? st->st_size : blocks;
	return m->found->files > m->most->files ||
	    m->found->bytes > m->most->bytes ? STAGING_OVER :
	    STAGING_MEASURED;
}

static enum staging_measured
measure_entry(struct measuring *m, int dirfd, const char *name, int depth)
{
	struct stat		st;
	enum staging_measured	r;
	int			fd;

	if (fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) == -1)
		return errno == ENOENT ? STAGING_MEASURED :
		    errno == EACCES ? STAGING_OVER : STAGING_UNKNOWN;
	r = count(m, &st);
	if (r != STAGING_MEASURED || !S_ISDIR(st.st_mode))
		return r;
	if (depth == 0)
		return STAGING_OVER;
	fd = openat(dirfd, name,
	    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd != -1)
		return measure_dir(m, fd, depth - 1);
	return errno == ENOENT || errno == ENOTDIR ? STAGING_MEASURED :
	    errno == EACCES ? STAGING_OVER : STAGING_UNKNOWN;
}

/* Takes over `fd'. */
static enum staging_measured
measure_dir(struct measuring *m, int fd, int depth)
{
	enum staging_measured	 r = STAGING_MEASURED;
	struct dirent		*e;
	DIR			*d = fdopendir(fd);
	int			 error;

	if (d == NULL) {
		fd_close(&fd);
		return STAGING_UNKNOWN;
	}
	while (r == STAGING_MEASURED && (e = folder_next(d)) != NULL)
		r = measure_entry(m, dirfd(d), e->d_name, depth);
	error = errno;
	if (r == STAGING_MEASURED && error != 0)
		r = STAGING_UNKNOWN;
	closedir(d);
	errno = error;
	return r;
}

enum staging_measured
staging_measure(const struct state_dir *sd, const char *thread_id,
    const struct staging_size *most, struct staging_size *found)
{
	struct measuring	 m = { most, found };
	char			*path = xasprintf("%s/staging/%s", sd->path,
				    thread_id);
	int			 fd;

	memset(found, 0, sizeof(*found));
	fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	free(path);
	if (fd != -1)
		return measure_dir(&m, fd, TREE_DEPTH_MAX);
	if (errno == ENOENT)
		return STAGING_ABSENT;
	return errno == EACCES ? STAGING_OVER : STAGING_UNKNOWN;
}
