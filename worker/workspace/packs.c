#include <sys/stat.h>
#include <git2/odb_backend.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/fd.h"
#include "common/folder.h"
#include "common/mem.h"
#include "worker/workspace/packs.h"

/* pack-NAME.pack and pack-NAME.idx, as of gitformat-pack(5). */
#define PREFIX	"pack-"
#define INDEX	".idx"
#define DATA	".pack"

static int
is_index(const char *file)
{
	size_t	prefix = sizeof(PREFIX) - 1;

	return strncmp(file, PREFIX, prefix) == 0 &&
	    strlen(file + prefix) == GIT_OID_HEXSZ + sizeof(INDEX) - 1 &&
	    strcmp(file + prefix + GIT_OID_HEXSZ, INDEX) == 0;
}

static char *
file_of(const char *name, const char *suffix)
{
	return xasprintf("%s%s%s", PREFIX, name, suffix);
}

static int
by_size(const void *a, const void *b)
{
	const struct packs_entry	*x = a, *y = b;

	return x->size < y->size ? -1 : x->size > y->size;
}

static int
add(struct packs *p, int dir, const char *index)
{
	struct packs_entry	 e;
	struct stat		 st;
	char			*data;
	int			 r;

	e.name = xasprintf("%.*s", GIT_OID_HEXSZ, index + sizeof(PREFIX) - 1);
	data = file_of(e.name, DATA);
	r = fstatat(dir, data, &st, AT_SYMLINK_NOFOLLOW);
	free(data);
	if (r == -1) {
		free(e.name);
		/* A removal that was cut off; it is no pack any more. */
		return errno == ENOENT ? 0 : -1;
	}
	e.size = st.st_size;
	p->list = xreallocarray(p->list, p->n + 1, sizeof(*p->list));
	p->list[p->n++] = e;
	return 0;
}

int
packs_list(struct packs *p, int dir)
{
	struct dirent	*e;
	DIR		*d = NULL;
	int		 fd, r = 0, error;

	memset(p, 0, sizeof(*p));
	fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd == -1 || (d = fdopendir(fd)) == NULL) {
		fd_close(&fd);
		return -1;
	}
	while (r == 0 && (e = folder_next(d)) != NULL)
		if (is_index(e->d_name))
			r = add(p, dir, e->d_name);
	if (r == 0 && errno != 0)
		r = -1;
	error = errno;
	closedir(d);
	errno = error;
	if (p->n > 1)
		qsort(p->list, p->n, sizeof(*p->list), by_size);
	return r;
}

void
packs_release(struct packs *p)
{
	size_t	i;

	for (i = 0; i < p->n; i++)
		free(p->list[i].name);
	free(p->list);
	memset(p, 0, sizeof(*p));
}

size_t
packs_to_merge(const struct packs *p)
{
	off_t	below = 0;
	size_t	i, n = 0;

	for (i = 0; i < p->n; i++) {
		if (i > 0 && p->list[i].size / 2 < below)
			n = i + 1;
		below += p->list[i].size;
	}
	return n;
}

static int
insert_one(const git_oid *id, void *pb)
{
	return git_packbuilder_insert(pb, id, NULL);
}

int
packs_insert(git_packbuilder *pb, const char *history, const char *name)
{
	char		*index = xasprintf("%s/objects/pack/%s%s%s", history,
			    PREFIX, name, INDEX);
	git_odb_backend	*backend = NULL;
	git_odb		*odb = NULL;
	int		 r;

	r = git_odb_new(&odb);
	if (r == 0)
		r = git_odb_backend_one_pack(&backend, index);
	if (r == 0)
		r = git_odb_add_backend(odb, backend, 1);
	if (r == 0)
		r = git_odb_foreach(odb, insert_one, pb);
	git_odb_free(odb);
	free(index);
	return r;
}

static int
remove_file(int dir, const char *name, const char *suffix)
{
	char	*file = file_of(name, suffix);
	int	 r = unlinkat(dir, file, 0);

	free(file);
	return r == 0 || errno == ENOENT ? 0 : -1;
}

int
packs_remove(const struct packs *p, size_t n, int dir, const char *but)
{
	size_t	i;

	for (i = 0; i < n; i++) {
		if (strcmp(p->list[i].name, but) == 0)
			continue;
		/* Without its index a pack is none. */
		if (remove_file(dir, p->list[i].name, INDEX) == -1 ||
		    remove_file(dir, p->list[i].name, DATA) == -1)
			return -1;
	}
	return 0;
}
