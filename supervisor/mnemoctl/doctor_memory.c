/* mnemoctl doctor: the memory folders and their histories. */

#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/json.h"
#include "common/mem.h"
#include "supervisor/memory.h"
#include "supervisor/mnemoctl/doctor.h"
#include "supervisor/state_dir.h"

#define ID_SIZE		41	/* of a commit, with its NUL */
#define REF_LINE	512

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

/* Publishing moves files by renameat2(2) with its flags. */
static void
check_rename(struct doctor *d, const struct config_memory *m, int published)
{
	const char	*fs;

	if (access(m->root, F_OK) == -1)
		return;
	fs = known_filesystem(m->root);
	if (published || fs != NULL)
		doctor_say(d, DOCTOR_OK, NULL, "%s: files can be exchanged "
		    "there in one step (%s)", m->name, published ?
		    "that was done before" : fs);
	else
		doctor_say(d, DOCTOR_WARN, "the first publication tells; it "
		    "changes nothing if not", "%s: whether files can be "
		    "exchanged in one step on this file system is not known",
		    m->name);
}

/* The id in a line "ID NAME" of packed-refs. */
static int
packed_ref(const char *history, const char *name, char id[ID_SIZE])
{
	char	*path = xasprintf("%s/packed-refs", history);
	char	 line[REF_LINE];
	FILE	*fp = fopen(path, "re");
	int	 found = 0;

	free(path);
	while (fp != NULL && !found && fgets(line, sizeof(line), fp) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		found = strlen(line) > ID_SIZE && line[ID_SIZE - 1] == ' ' &&
		    strcmp(line + ID_SIZE, name) == 0;
	}
	if (fp != NULL)
		fclose(fp);
	if (found)
		snprintf(id, ID_SIZE, "%.*s", ID_SIZE - 1, line);
	return found;
}

/* 1 with the commit that a reference of a history names. */
static int
read_ref(const char *history, const char *name, char id[ID_SIZE])
{
	char	*path = xasprintf("%s/%s", history, name);
	int	 fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	ssize_t	 n = fd == -1 ? -1 : read(fd, id, ID_SIZE - 1);

	free(path);
	if (fd == -1)
		return packed_ref(history, name, id);
	close(fd);
	id[n > 0 ? n : 0] = '\0';
	return n == ID_SIZE - 1 &&
	    strspn(id, "0123456789abcdef") == ID_SIZE - 1;
}

static void
check_refs(struct doctor *d, const struct config_memory *m,
    const char *history, const char *live)
{
	char	id[ID_SIZE];

	if (!read_ref(history, "refs/mnemod/live", id))
		doctor_say(d, DOCTOR_FAIL, "restore a backup; or move it "
		    "away and start mnemod --adopt: the folder stays as it "
		    "is, its history is lost", "%s: the history %s has lost "
		    "what is live", m->name, history);
	else if (strcmp(id, live) != 0)
		doctor_say(d, DOCTOR_WARN, "the next start of mnemod settles "
		    "it", "%s: the history is at %.12s, the state at %.12s",
		    m->name, id, live);
	else
		doctor_say(d, DOCTOR_OK, NULL, "%s: history and state agree "
		    "on what is live, %.12s", m->name, id);
	if (read_ref(history, "refs/mnemod/next", id))
		doctor_say(d, DOCTOR_WARN, "a supervisor that runs is at it, "
		    "or the next start finishes it", "%s: a publication is "
		    "under way or was interrupted", m->name);
}

static void
check_history(struct doctor *d, const struct config_memory *m,
    const struct store_memory *row)
{
	char		*path;
	struct stat	 st;

	if (row == NULL || row->live_commit == NULL)
		return;
	path = xasprintf("%s/memories/%s.git", d->ctl->config->state,
	    m->name);
	if (stat(path, &st) == -1)
		doctor_say(d, DOCTOR_FAIL, "restore a backup; or start mnemod "
		    "--adopt: the folder stays as it is", "%s: the history "
		    "%s: %s", m->name, path, strerror(errno));
	else
		check_refs(d, m, path, row->live_commit);
	free(path);
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
	doctor_say(d, level, level == DOCTOR_OK ? NULL : root.text,
	    "%s: %s: %s", m->name, m->root, root_state_name(root.state));
	if (level != DOCTOR_FAIL && !d->ctl->owner.running &&
	    !d->ctl->owner.orphans && doctor_is_locked(m->root, NULL))
		doctor_say(d, DOCTOR_WARN, "mnemod waits until it lets go",
		    "%s: another program holds %s", m->name, m->root);
	root_release(&root);
}

void
doctor_memories(struct doctor *d)
{
	const struct config	*c = d->ctl->config;
	struct store_memory	*row;
	size_t			 i;

	for (i = 0; i < c->nmemories; i++) {
		row = NULL;
		if (d->ctl->store != NULL)
			(void)store_memory_get(d->ctl->store,
			    c->memories[i].name, &row);
		check_root(d, &c->memories[i], row);
		check_rename(d, &c->memories[i], row != NULL &&
		    row->live_commit != NULL);
		check_history(d, &c->memories[i], row);
		store_memory_free(row);
	}
}
