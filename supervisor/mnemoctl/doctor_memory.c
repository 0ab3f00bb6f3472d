/* mnemoctl doctor: the memory folders. */

#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/mem.h"
#include "supervisor/memory.h"
#include "supervisor/mnemoctl/doctor.h"
#include "supervisor/state_dir.h"

int
doctor_is_locked(const char *dir, const char *name)
{
	char	*path = xasprintf("%s/%s", dir, name == NULL ? "" : name);
	int	 fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW), held;

	free(path);
	if (fd == -1)
		return 0;
	held = flock(fd, LOCK_SH | LOCK_NB) == -1 && errno == EWOULDBLOCK;
	close(fd);
	return held;
}

/* Those of which it is known that they can exchange two files, statfs(2). */
static const char *
known_filesystem(const char *path)
{
	static const struct {
		uint32_t	 type;
		const char	*name;
	} known[] = {
		{ 0xef53, "ext4" }, { 0x58465342, "xfs" },
		{ 0x9123683e, "btrfs" }, { 0x01021994, "tmpfs" },
		{ 0xf2f52010, "f2fs" }, { 0x794c7630, "overlayfs" },
		{ 0xca451a4e, "bcachefs" }, { 0x2fc12fc1, "zfs" }
	};
	struct statfs	 fs;
	size_t		 i;

	if (statfs(path, &fs) == -1)
		return NULL;
	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if ((uint32_t)fs.f_type == known[i].type)
			return known[i].name;
	return NULL;
}

/* How it is known that the root's file system can, or NULL. */
static const char *
known_by(const struct doctor *d, const struct config_memory *m,
    int published)
{
	struct stat	st;

	if (d->renames && stat(m->root, &st) == 0 &&
	    st.st_dev == d->renames_dev)
		return "tried in the state directory, on the same one";
	return published ? "that was done before" : known_filesystem(m->root);
}

/*
 * Publishing moves files by renameat2(2) with its flags.  In a memory folder
 * nothing is tried.
 */
static void
check_rename(struct doctor *d, const struct config_memory *m, int published)
{
	const char	*how;

	if (access(m->root, F_OK) == -1)
		return;
	how = known_by(d, m, published);
	if (how != NULL)
		doctor_say(d, DOCTOR_OK, "%s: files can be exchanged there in "
		    "one step (%s)", m->name, how);
	else {
		doctor_say(d, DOCTOR_WARN, "%s: whether files can be exchanged "
		    "in one step on this file system is not known", m->name);
		doctor_advise(d, "the first publication tells; it changes "
		    "nothing if not");
	}
}

static enum doctor_level
level_of(const struct root *r, const struct config_memory *m)
{
	if (root_usable(r->state) || root_adoptable(r->state, m->adopt ?
	    ADOPT_FOREIGN : ADOPT_NONE))
		return DOCTOR_OK;
	return r->state == ROOT_RELEASED ? DOCTOR_WARN : DOCTOR_FAIL;
}

static void
check_root(struct doctor *d, const struct config_memory *m,
    const struct store_memory *row)
{
	struct root_query	 q = { .name = m->name, .path = m->root };
	struct root		 root;
	enum doctor_level	 level;

	q.adopt = m->adopt ? ADOPT_FOREIGN : ADOPT_NONE;
	if (row != NULL)
		memory_record(row, &q.record);
	root_look(&root, &q);
	level = level_of(&root, m);
	doctor_say(d, level, "%s: %s: %s", m->name, m->root,
	    root_state_name(root.state));
	if (level != DOCTOR_OK)
		doctor_advise(d, root.text);
	if (level != DOCTOR_FAIL && !d->ctl->owner.running &&
	    !d->ctl->owner.orphans && doctor_is_locked(m->root, NULL)) {
		doctor_say(d, DOCTOR_WARN, "%s: another program holds %s",
		    m->name, m->root);
		doctor_advise(d, "mnemod waits until it lets go");
	}
	root_release(&root);
}

void
doctor_memories(struct doctor *d)
{
	const struct config	*c = d->ctl->config;
	struct store_memory	*row;
	enum store_status	 st;
	size_t			 i;

	for (i = 0; i < c->nmemories; i++) {
		row = NULL;
		st = d->opened;
		if (st == STORE_OK)
			st = store_memory_get(d->ctl->store,
			    c->memories[i].name, &row);
		if (st != STORE_OK && st != STORE_NONE) {
			doctor_say(d, DOCTOR_WARN, "%s: %s: whether it is ours "
			    "is not known, the state cannot be read",
			    c->memories[i].name, c->memories[i].root);
			doctor_advise(d, "see to the database above first, and "
			    "adopt nothing until then");
			continue;
		}
		check_root(d, &c->memories[i], row);
		check_rename(d, &c->memories[i], row != NULL &&
		    row->live_commit != NULL);
		doctor_history(d, &c->memories[i], row);
		store_memory_free(row);
	}
}
