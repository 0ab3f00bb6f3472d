#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/fd.h"
#include "common/folder.h"
#include "common/hook.h"
#include "worker/workspace/pack.h"
#include "worker/workspace/packs.h"
#include "worker/workspace/reach.h"
#include "worker/workspace/refs.h"

/* objects/xx/, as of gitrepository-layout(5). */
#define FANOUT		256
#define SAMPLED		16	/* one folder in so many is counted */
#define PACK_NAME	"pack-"	/* and 40 digits, and .pack or .idx */

/* Calls `each' for every name in a folder; absent: none.  0 or -1 (errno). */
static int
for_names(int dir, const char *name, int (*each)(int, const char *, void *),
    void *arg)
{
	int		 fd, r = 0, error;
	struct dirent	*e;
	DIR		*d;

	fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd == -1)
		return errno == ENOENT ? 0 : -1;
	d = fdopendir(fd);
	if (d == NULL) {
		close(fd);
		return -1;
	}
	while (r == 0 && (e = folder_next(d)) != NULL)
		if (e->d_name[0] != '.')
			r = each(dirfd(d), e->d_name, arg);
	if (r == 0 && errno != 0)
		r = -1;
	error = errno;
	closedir(d);
	errno = error;
	return r;
}

static int
count_one(int dir, const char *name, void *arg)
{
	(void)dir;
	(void)name;
	++*(size_t *)arg;
	return 0;
}

static int
remove_one(int dir, const char *name, void *arg)
{
	(void)arg;
	return unlinkat(dir, name, 0);
}

/* In every `step'th folder. */
static int
for_loose(int objects, unsigned step, int (*each)(int, const char *, void *),
    void *arg)
{
	char		name[3];
	unsigned	i;

	for (i = 0; i < FANOUT; i += step) {
		snprintf(name, sizeof(name), "%02x", i);
		if (for_names(objects, name, each, arg) == -1)
			return -1;
	}
	return 0;
}

/*
 * About how many loose objects there are: their names are hashes, so that
 * some folders tell for all.
 */
static int
count_loose(int objects, size_t *n)
{
	int	r = for_loose(objects, SAMPLED, count_one, n);

	*n *= SAMPLED;
	return r;
}

/* A pack that is not the new one, whose name is the argument. */
static int
remove_old_pack(int dir, const char *name, void *arg)
{
	const char	*kept = arg;

	if (strncmp(name, PACK_NAME, sizeof(PACK_NAME) - 1) != 0 ||
	    strncmp(name + sizeof(PACK_NAME) - 1, kept, strlen(kept)) == 0)
		return 0;
	return unlinkat(dir, name, 0);
}

/* Everything that one reference reaches. */
static int
insert_ref(git_packbuilder *pb, struct reach *reach, const git_oid *id,
    git_repository *repo)
{
	git_object	*o = NULL;
	int		 r = 0;

	if (git_object_lookup(&o, repo, id, GIT_OBJECT_ANY) < 0)
		return -1;
	if (git_object_type(o) == GIT_OBJECT_COMMIT)
		reach_push(reach, id);
	else
		r = git_packbuilder_insert_recur(pb, id, NULL);
	git_object_free(o);
	return r;
}

static int
insert_refs(git_packbuilder *pb, struct reach *reach, struct history *h)
{
	struct refs	refs;
	git_oid		id;
	size_t		i;
	int		r;

	r = refs_read(&refs, h);
	for (i = 0; r == 0 && i < refs.n; i++) {
		r = git_reference_name_to_id(&id, h->repo, refs.v[i]);
		if (r == 0)
			r = insert_ref(pb, reach, &id, h->repo);
	}
	refs_release(&refs);
	return r;
}

/* A commit and its tree, for each that the references reach. */
static int
insert_commits(struct workspace *ws, git_packbuilder *pb, struct reach *reach)
{
	git_oid	id;
	int	r;

	while ((r = reach_next(reach, &id)) == 1) {
		workspace_tick(ws);
		if (git_packbuilder_insert_commit(pb, &id) < 0)
			return -1;
	}
	return r;
}

static int
progress(int stage, uint32_t current, uint32_t total, void *arg)
{
	(void)stage;
	(void)current;
	(void)total;
	workspace_tick(arg);
	return 0;
}

/* What goes into a new pack. */
struct content {
	const struct packs	*packs;	/* of these the first `n', as they */
	size_t			 n;	/* are; 0: what is reachable */
};

static int
insert_packs(struct workspace *ws, git_packbuilder *pb,
    const struct content *c)
{
	size_t	i;
	int	r = 0;

	for (i = 0; r == 0 && i < c->n; i++) {
		workspace_tick(ws);
		r = packs_insert(pb, ws->history_path, c->packs->list[i].name);
	}
	return r;
}

static int
insert_reachable(struct workspace *ws, git_packbuilder *pb)
{
	struct reach	reach;
	int		r;

	reach_init(&reach, &ws->history);
	r = insert_refs(pb, &reach, &ws->history);
	if (r == 0)
		r = insert_commits(ws, pb, &reach);
	reach_release(&reach);
	return r;
}

/* Write the pack; its name, without pack- and .pack, goes to `name'. */
static int
write_pack(struct workspace *ws, const struct content *c,
    char name[GIT_OID_HEXSZ + 1])
{
	git_repository	*repo = ws->history.repo;
	git_packbuilder	*pb = NULL;
	git_odb		*odb = NULL;
	int		 r;

	r = git_packbuilder_new(&pb, repo);
	if (r == 0) {
		/* The sandbox lets nobody make a thread. */
		git_packbuilder_set_threads(pb, 1);
		git_packbuilder_set_callbacks(pb, progress, ws);
		r = c->n > 0 ? insert_packs(ws, pb, c) :
		    insert_reachable(ws, pb);
	}
	hook_crash("pack.write.before");
	if (r == 0)
		r = git_packbuilder_write(pb, NULL, 0, NULL, NULL);
	hook_crash("pack.write.after");
	if (r == 0)
		git_oid_tostr(name, GIT_OID_HEXSZ + 1,
		    git_packbuilder_hash(pb));
	if (r == 0 && (r = git_repository_odb(&odb, repo)) == 0)
		r = git_odb_refresh(odb);
	git_odb_free(odb);
	git_packbuilder_free(pb);
	return r < 0 ? -1 : 0;
}

/* Everything but the new pack goes. */
static int
sweep_all(struct workspace *ws, int objects, char *name)
{
	/* It may name what has gone. */
	return lastread_forget(&ws->history.last) == -1 ||
	    for_loose(objects, 1, remove_one, NULL) == -1 ||
	    for_names(objects, "pack", remove_old_pack, name) == -1 ? -1 : 0;
}

/* One pack of what is reachable, or of the packs that `c' names. */
static int
make_one(struct workspace *ws, const struct content *c, int objects, int dir)
{
	char	name[GIT_OID_HEXSZ + 1];
	int	r;

	if (write_pack(ws, c, name) == -1)
		return workspace_fail_history(ws, "packing");
	hook_crash("pack.sweep.before");
	r = c->n > 0 ? packs_remove(c->packs, c->n, dir, name) :
	    sweep_all(ws, objects, name);
	if (r == -1)
		return workspace_fail_state(ws);
	hook_crash("pack.sweep.after");
	return 1;
}

static int
pack_some(struct workspace *ws, size_t max, int objects, int dir)
{
	struct content	c = { NULL, 0 };
	struct packs	packs;
	size_t		loose = 0;
	int		r = 0;

	if (packs_list(&packs, dir) == -1 || (max != PACK_ALWAYS &&
	    count_loose(objects, &loose) == -1))
		r = workspace_fail_state(ws);
	else if (max == PACK_ALWAYS || loose > PACK_LOOSE_MAX)
		r = make_one(ws, &c, objects, dir);
	else if (packs.n > max && (c.n = packs_to_merge(&packs)) > 0) {
		c.packs = &packs;
		/* Where all become one, what nothing reaches need not. */
		if (c.n == packs.n)
			c.n = 0;
		r = make_one(ws, &c, objects, dir);
	}
	packs_release(&packs);
	return r;
}

int
pack_history(struct workspace *ws, size_t max)
{
	int	root, objects = -1, dir = -1, r = -1;

	root = open(ws->history_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (root != -1)
		objects = openat(root, "objects", O_RDONLY | O_DIRECTORY |
		    O_CLOEXEC);
	if (objects != -1)
		dir = openat(objects, "pack", O_RDONLY | O_DIRECTORY |
		    O_CLOEXEC);
	if (dir == -1)
		workspace_fail_state(ws);
	else
		r = pack_some(ws, max, objects, dir);
	fd_close(&dir);
	fd_close(&objects);
	fd_close(&root);
	return r;
}
