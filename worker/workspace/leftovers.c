#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "common/folder.h"
#include "common/log.h"
#include "worker/workspace/leftovers.h"
#include "worker/workspace/refs.h"

/* As libgit2 names them. */
#define OBJECT		"tmp_object_"
#define STREAM		"streamed_"	/* a blob that came in pieces */
#define PACK		"pack_"

#define DEPTH_MAX	8	/* of folders below refs/ */

/* One folder and what in it is left over. */
struct sweep {
	const char	*history;
	const char	*folder;
	int		(*is_left)(const char *name);
	int		 depth;		/* folders below that belong to it */
	int		*removed;	/* 0 where something may stay */
};

static int
is_object(const char *name)
{
	return strncmp(name, OBJECT, sizeof(OBJECT) - 1) == 0 ||
	    strncmp(name, STREAM, sizeof(STREAM) - 1) == 0;
}

static int
is_pack(const char *name)
{
	return refs_is_lock(name) || strncmp(name, PACK, sizeof(PACK) - 1) == 0;
}

static void sweep_folder(const struct sweep *, int, const char *);

static void
sweep_entry(const struct sweep *s, int dir, const struct dirent *e)
{
	struct sweep	below = *s;

	if (e->d_name[0] == '.')
		return;
	if (e->d_type == DT_DIR && s->depth > 0) {
		below.depth--;
		sweep_folder(&below, dir, e->d_name);
	} else if (e->d_type != DT_DIR && s->is_left(e->d_name) &&
	    unlinkat(dir, e->d_name, 0) == -1 && errno != ENOENT) {
		log_warn("%s/%s: %s is left over and cannot be removed",
		    s->history, s->folder, e->d_name);
		*s->removed = 0;
	}
}

static void
sweep_folder(const struct sweep *s, int parent, const char *name)
{
	struct dirent	*e;
	DIR		*d;
	int		 fd;

	fd = openat(parent, name,
	    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd == -1) {
		if (errno == ENOENT)
			return;
		log_warn("%s/%s: cannot be looked through", s->history,
		    s->folder);
		*s->removed = 0;
		return;
	}
	d = fdopendir(fd);
	if (d == NULL) {
		log_warn("%s/%s: cannot be looked through", s->history,
		    s->folder);
		*s->removed = 0;
		close(fd);
		return;
	}
	while ((e = folder_next(d)) != NULL)
		sweep_entry(s, fd, e);
	if (errno != 0) {
		log_warn("%s/%s: not all of it can be looked through",
		    s->history, s->folder);
		*s->removed = 0;
	}
	closedir(d);
}

int
leftovers_remove(const char *history)
{
	static const struct sweep	all[] = {
		{ NULL, ".", refs_is_lock, 0, NULL },
		{ NULL, "refs", refs_is_lock, DEPTH_MAX, NULL },
		{ NULL, "objects", is_object, 0, NULL },
		{ NULL, "objects/pack", is_pack, 0, NULL },
	};
	struct sweep	s;
	size_t		i;
	int		fd, removed = 1;

	fd = open(history, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd == -1)
		return errno == ENOENT ? 0 : -1;
	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		s = all[i];
		s.history = history;
		s.removed = &removed;
		sweep_folder(&s, fd, s.folder);
	}
	close(fd);
	return removed ? 0 : -1;
}
