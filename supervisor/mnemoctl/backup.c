/* mnemoctl backup FILE: copy, archive, and the file's place. */

#include <sys/stat.h>
#include <sys/wait.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/buf.h"
#include "common/fd.h"
#include "common/folder.h"
#include "common/hook.h"
#include "common/json.h"
#include "common/log.h"
#include "common/mem.h"
#include "supervisor/store_copy.h"
#include "supervisor/mnemoctl/backup_content.h"
#include "supervisor/mnemoctl/ctl.h"
#include "supervisor/mnemoctl/remote.h"

#define BESIDE "backup."	/* and six letters, in the state directory */

struct backup {
	struct ctl	*ctl;
	json_object	*doc;
	const char	*file;
	char		*beside;	/* copy and manifest */
	char		*part;		/* the archive, not yet in its place */
	int		 fd;		/* of it */
};

/* Always CTL_STATE. */
static enum ctl_exit
fail(const char *path, const char *what)
{
	log_warn("%s: %s, no backup was made", path, what);
	return CTL_STATE;
}

/* What a backup that was killed left in the state directory. */
static void
sweep(const char *state)
{
	DIR		*d = opendir(state);
	struct dirent	*e;

	while (d != NULL && (e = folder_next(d)) != NULL)
		if (strncmp(e->d_name, BESIDE, sizeof(BESIDE) - 1) == 0 &&
		    folder_remove(dirfd(d), e->d_name) == -1)
			log_warn("%s/%s: it stays", state, e->d_name);
	if (d != NULL)
		closedir(d);
}

/* The database as it is now, beside the state. */
static enum ctl_exit
copy_database(struct backup *b)
{
	char			*target = xasprintf("%s/state.db", b->beside);
	struct store		*s;
	enum store_status	 st;

	st = store_open(b->ctl->config->state, STORE_READER, &s);
	if (st == STORE_OK) {
		hook_crash("backup.copy.before");
		st = store_copy(s, target);
		hook_crash("backup.copy.after");
		store_close(s);
	}
	free(target);
	return st == STORE_OK ? CTL_OK : CTL_STATE;
}

static json_object *
manifest(const struct backup *b)
{
	const struct config	*c = b->ctl->config;
	json_object		*o = json_object_new_object(), *list, *m;
	size_t			 i;

	json_set_int(o, "format", BACKUP_FORMAT);
	json_set_str(o, "version", MNEMOD_VERSION);
	json_set_int(o, "made_at", b->ctl->now);
	json_set_str(o, "state", c->state);
	list = ctl_set_array(o, "memories");
	for (i = 0; i < c->nmemories; i++) {
		m = ctl_push(list);
		json_set_str(m, "name", c->memories[i].name);
		json_set_str(m, "root", c->memories[i].root);
	}
	return o;
}

static enum ctl_exit
write_manifest(struct backup *b)
{
	char		*path = xasprintf("%s/" BACKUP_MANIFEST, b->beside);
	json_object	*o = manifest(b);
	struct buf	 text = BUF_INIT;
	int		 fd = open(path, O_WRONLY | O_CREAT | O_EXCL |
	    O_CLOEXEC, 0600);
	enum ctl_exit	 e = CTL_OK;

	json_write(&text, o);
	buf_addch(&text, '\n');
	if (fd == -1 || fd_write_all(fd, text.data, text.len) == -1)
		e = fail(path, "cannot be written");
	fd_close(&fd);
	json_set(b->doc, "made_at",
	    json_object_get(json_object_object_get(o, "made_at")));
	json_set(b->doc, "memories",
	    json_object_get(json_arr(o, "memories")));
	json_object_put(o);
	buf_release(&text);
	free(path);
	return e;
}

/* Start tar(1), its output going to the part; 0 or an errno. */
static int
start_tar(const struct backup *b, pid_t *pid)
{
	const char		*state = b->ctl->config->state;
	char			*id = xasprintf("%s/installation_id", state);
	char			*path = xasprintf("PATH=%s",
	    getenv("PATH") == NULL ? "/usr/bin:/bin" : getenv("PATH"));
	const char		*argv[] = { "tar", "--create",
	    "--format=ustar", "--sort=name", "--owner=0", "--group=0",
	    "--numeric-owner", "--hard-dereference",
	    "--warning=no-file-changed", "--exclude=*.lock", "--file=-",
	    "-C", b->beside, BACKUP_MANIFEST, "state.db", "-C", state,
	    "agents", "memories",
	    access(id, F_OK) == 0 || errno != ENOENT ? "installation_id" :
	    NULL, NULL };
	char			*envp[] = { path, NULL };
	posix_spawn_file_actions_t files;
	posix_spawnattr_t	 attr;
	sigset_t		 none;
	int			 r;

	sigemptyset(&none);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setsigmask(&attr, &none);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK);
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_adddup2(&files, b->fd, STDOUT_FILENO);
	r = posix_spawnp(pid, "tar", &files, &attr, (char **)(uintptr_t)argv,
	    envp);
	posix_spawn_file_actions_destroy(&files);
	posix_spawnattr_destroy(&attr);
	free(path);
	free(id);
	return r;
}

/* 1 is its "some files differ": audits grow meanwhile. */
static enum ctl_exit
run_tar(struct backup *b)
{
	pid_t	 pid;
	int	 status, r = start_tar(b, &pid);

	if (r != 0) {
		errno = r;
		return fail("tar", "cannot be run");
	}
	while (waitpid(pid, &status, 0) == -1)
		if (errno != EINTR)
			return fail("tar", "is lost");
	if (WIFEXITED(status) && WEXITSTATUS(status) <= 1)
		return CTL_OK;
	log_warnx("tar: %s %d, no backup was made", WIFSIGNALED(status) ?
	    "killed by signal" : "exit status", WIFSIGNALED(status) ?
	    WTERMSIG(status) : WEXITSTATUS(status));
	return CTL_STATE;
}

/* While nothing is published: the archive, complete but not in its place. */
static enum ctl_exit
make(void *arg)
{
	struct backup	*b = arg;
	const char	*state = b->ctl->config->state;
	enum ctl_exit	 e;

	sweep(state);
	b->beside = xasprintf("%s/" BESIDE "XXXXXX", state);
	if (mkdtemp(b->beside) == NULL)
		e = fail(b->beside, "cannot be made");
	else {
		e = copy_database(b);
		if (e == CTL_OK)
			e = write_manifest(b);
		if (e == CTL_OK)
			e = run_tar(b);
		hook_crash("backup.archive.after");
		sweep(state);
	}
	free(b->beside);
	return e;
}

/* Into its place: never over another file unless that was asked for. */
static enum ctl_exit
put(struct backup *b)
{
	struct stat	 sb;
	int		 r;

	if (fsync(b->fd) == -1 || fstat(b->fd, &sb) == -1)
		return fail(b->file, "cannot be written");
	hook_crash("backup.put.before");
	r = b->ctl->opt->force ? rename(b->part, b->file) : renameat2(AT_FDCWD,
	    b->part, AT_FDCWD, b->file, RENAME_NOREPLACE);
	if (r == -1 && errno == EINVAL)	/* not on this file system */
		r = link(b->part, b->file);
	if (r == -1)
		return fail(b->file, "cannot be put there");
	hook_crash("backup.put.after");
	json_set_str(b->doc, "file", b->file);
	json_set_int(b->doc, "bytes", sb.st_size);
	return CTL_OK;
}

/* ^C ends tar(1); what is half done is then removed here. */
static void
hold_signals(sigset_t *old)
{
	sigset_t	set;

	sigemptyset(&set);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, old);
}

enum ctl_exit
backup_collect(struct ctl *ctl, json_object *doc)
{
	struct backup	 b = { .ctl = ctl, .doc = doc,
			    .file = ctl->opt->argument };
	enum ctl_exit	 e;
	sigset_t	 old;

	if (!ctl->opt->force && access(b.file, F_OK) == 0) {
		log_warnx("%s: exists; name another file, or replace it with "
		    "--force", b.file);
		return CTL_NOT_FOUND;
	}
	hold_signals(&old);
	b.part = xasprintf("%s.XXXXXX", b.file);
	b.fd = mkostemp(b.part, O_CLOEXEC);
	if (b.fd == -1)
		e = fail(b.part, "cannot be made");
	else {
		e = remote_hold(ctl, doc, make, &b);
		if (e == CTL_OK)
			e = put(&b);
		close(b.fd);
		if (unlink(b.part) == -1 && errno != ENOENT)
			log_warn("%s: it stays", b.part);
	}
	free(b.part);
	sigprocmask(SIG_SETMASK, &old, NULL);
	return e;
}
