#include <sys/stat.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/fd.h"
#include "common/folder.h"
#include "common/mem.h"
#include "worker/workspace/refs.h"

#define DEPTH_MAX	32	/* of folders below refs/; each is open */
#define PACKED		"packed-refs"	/* as of git-pack-refs(1) */
#define LOCK		".lock"	/* what git(1) and libgit2 write beside one */

struct reading {
	struct refs	*refs;
	char		 name[4096];	/* of the folder, then of what is in it */
};

static int	read_folder(struct reading *, int, size_t, int);

static void
add(struct refs *r, const char *name)
{
	r->v = xreallocarray(r->v, r->n + 1, sizeof(*r->v));
	r->v[r->n++] = xstrdup(name);
}

static int
is_valid(const char *name)
{
	int	valid = 0;

	return git_reference_name_is_valid(&valid, name) == 0 && valid;
}

int
refs_is_lock(const char *name)
{
	size_t	len = strlen(name), end = sizeof(LOCK) - 1;

	return len > end && strcmp(name + len - end, LOCK) == 0;
}

/* r->name is its path, `len' bytes of which are that of the folder. */
static int
read_entry(struct reading *r, int dir, size_t len, int depth)
{
	const char	*base = r->name + len + 1;
	struct stat	 st;
	int		 fd;

	if (fstatat(dir, base, &st, AT_SYMLINK_NOFOLLOW) == -1)
		return errno == ENOENT ? 0 : -1;
	if (S_ISREG(st.st_mode) && !refs_is_lock(base) && is_valid(r->name))
		add(r->refs, r->name);
	if (!S_ISDIR(st.st_mode))
		return 0;
	if (depth == 0) {
		errno = ENAMETOOLONG;
		return -1;
	}
	fd = openat(dir, base,
	    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd == -1)
		return errno == ENOENT ? 0 : -1;
	return read_folder(r, fd, strlen(r->name), depth - 1);
}

/* r->name is the folder's, of `len' bytes; takes over `fd'. */
static int
read_folder(struct reading *r, int fd, size_t len, int depth)
{
	struct dirent	*e;
	DIR		*d = fdopendir(fd);
	int		 n, rc = 0, error;

	if (d == NULL) {
		fd_close(&fd);
		return -1;
	}
	while (rc == 0 && (e = folder_next(d)) != NULL) {
		n = snprintf(r->name + len, sizeof(r->name) - len, "/%s",
		    e->d_name);
		if (n < (int)(sizeof(r->name) - len))
			rc = read_entry(r, dirfd(d), len, depth);
		else {
			errno = ENAMETOOLONG;
			rc = -1;
		}
	}
	if (rc == 0 && errno != 0)
		rc = -1;
	r->name[len] = '\0';
	error = errno;
	closedir(d);
	errno = error;
	return rc;
}

/* Those that are files of their own. */
static int
read_loose(struct refs *refs, struct history *h)
{
	static const char	 top[] = "refs";
	struct reading		 r = { .refs = refs };
	char			*path = xasprintf("%s/%s",
				    git_repository_path(h->repo), top);
	int			 fd = open(path, O_RDONLY | O_DIRECTORY |
				    O_CLOEXEC), rc = -1;

	memcpy(r.name, top, sizeof(top));
	if (fd != -1)
		rc = read_folder(&r, fd, sizeof(top) - 1, DEPTH_MAX);
	if (rc == -1)
		git_error_set_str(GIT_ERROR_OS, strerror(errno));
	free(path);
	return rc;
}

/* "ID NAME" in each line, but comments and what a tag in the last leads to. */
static int
parse_packed(struct refs *refs, const char *p)
{
	const char	*end;
	char		*name;
	int		 valid = 1;

	for (; valid && *p != '\0'; p = *end == '\0' ? end : end + 1) {
		end = p + strcspn(p, "\n");
		if (*p == '#' || *p == '^')
			continue;
		name = end - p > GIT_OID_HEXSZ ? xstrndup(p +
		    GIT_OID_HEXSZ + 1, (size_t)(end - p) - GIT_OID_HEXSZ - 1) :
		    xstrdup("");
		valid = is_valid(name);
		if (valid)
			add(refs, name);
		free(name);
	}
	if (!valid)
		git_error_set_str(GIT_ERROR_REFERENCE,
		    PACKED " cannot be understood");
	return valid ? 0 : -1;
}

/* Those that are in one file. */
static int
read_packed(struct refs *refs, struct history *h)
{
	struct buf		 b = BUF_INIT;
	int			 dir = open(git_repository_path(h->repo),
				    O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	enum folder_read	 r = FOLDER_ERROR;
	int			 rc = -1;

	if (dir != -1)
		r = folder_read_file(dir, PACKED, &b, NULL);
	if (r == FOLDER_OK)
		rc = parse_packed(refs, buf_str(&b));
	else if (r == FOLDER_ABSENT)
		rc = 0;
	else
		git_error_set_str(GIT_ERROR_OS, r == FOLDER_ERROR ?
		    strerror(errno) : folder_read_text(r));
	fd_close(&dir);
	buf_release(&b);
	return rc;
}

static int
by_name(const void *a, const void *b)
{
	const char *const	*x = a, *const *y = b;

	return strcmp(*x, *y);
}

static void
sort(struct refs *r)
{
	size_t	i, n = 0;

	if (r->n > 0)
		qsort(r->v, r->n, sizeof(*r->v), by_name);
	for (i = 0; i < r->n; i++)
		if (n > 0 && strcmp(r->v[i], r->v[n - 1]) == 0)
			free(r->v[i]);
		else
			r->v[n++] = r->v[i];
	r->n = n;
}

int
refs_read(struct refs *r, struct history *h)
{
	memset(r, 0, sizeof(*r));
	if (read_packed(r, h) == -1 || read_loose(r, h) == -1) {
		refs_release(r);
		return -1;
	}
	sort(r);
	return 0;
}

void
refs_release(struct refs *r)
{
	size_t	i;

	for (i = 0; i < r->n; i++)
		free(r->v[i]);
	free(r->v);
	memset(r, 0, sizeof(*r));
}
