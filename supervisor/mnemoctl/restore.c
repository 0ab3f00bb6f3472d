/* mnemoctl restore FILE: extract beside the state, check, exchange. */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
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
#include "supervisor/state_dir.h"
#include "supervisor/store_copy.h"
#include "supervisor/mnemoctl/backup_content.h"
#include "supervisor/mnemoctl/beside.h"
#include "supervisor/mnemoctl/ctl.h"

#define GIT_SUFFIX ".git"

struct restore {
	struct ctl	*ctl;
	json_object	*doc;
	char		*state;		/* the directory, no link */
	char		*beside;	/* the new one, then the old one */
	int		 dir;		/* of it */
	json_object	*manifest;
};

/* Always CTL_STATE. */
static enum ctl_exit
fail(const char *path, const char *what)
{
	log_warn("%s: %s, nothing is restored", path, what);
	return CTL_STATE;
}

static enum ctl_exit
extract(struct restore *r)
{
	const char	*file = r->ctl->opt->argument;
	struct buf	 why = BUF_INIT;
	int		 fd = open(file, O_RDONLY | O_CLOEXEC), e;

	if (fd == -1) {
		fail(file, "cannot be read");
		return CTL_NOT_FOUND;
	}
	e = untar(fd, r->dir, backup_judge, &why);
	close(fd);
	if (e == -1)
		log_warnx("%s: %s; nothing is restored", file, buf_str(&why));
	buf_release(&why);
	return e == 0 ? CTL_OK : CTL_NOT_FOUND;
}

static enum ctl_exit
read_manifest(struct restore *r)
{
	enum folder_read	read;
	struct buf		b = BUF_INIT;
	int64_t			format = -1;

	read = folder_read_file(r->dir, BACKUP_MANIFEST, &b, NULL);
	if (read == FOLDER_ERROR) {
		buf_release(&b);
		return fail(r->beside, "cannot be read");
	}
	if (read == FOLDER_OK && b.len <= BACKUP_MANIFEST_MAX)
		r->manifest = json_parse(b.data, b.len, JSON_DEPTH, NULL);
	buf_release(&b);
	format = json_int(r->manifest, "format", -1);
	if (format == BACKUP_FORMAT)
		return unlinkat(r->dir, BACKUP_MANIFEST, 0) == 0 ? CTL_OK :
		    fail(r->beside, "cannot be written");
	log_warnx("%s: %s; nothing is restored", r->ctl->opt->argument,
	    format > BACKUP_FORMAT ? "a newer mnemoctl made it" :
	    "it does not say what it is");
	return CTL_NOT_FOUND;
}

/* Whole, ours, and not of a newer mnemod; an older one is migrated later. */
static enum ctl_exit
check_database(struct restore *r)
{
	struct store		*s;
	enum store_status	 st = store_open(r->beside, STORE_READER, &s);

	if (st == STORE_NONE)
		log_warnx("%s: it holds no database; nothing is restored",
		    r->ctl->opt->argument);
	if (st != STORE_OK)
		return CTL_STATE;
	st = store_integrity(s);
	store_close(s);
	return st == STORE_OK ? CTL_OK : CTL_STATE;
}

static int
ends_with(const char *s, const char *end)
{
	size_t	 n = strlen(s), m = strlen(end);

	return n > m && strcmp(s + n - m, end) == 0;
}

static int
write_config(int histories, const char *name)
{
	char	*path = xasprintf("%s/config", name);
	int	 fd = openat(histories, path, O_WRONLY | O_CREAT | O_EXCL |
	    O_NOFOLLOW | O_CLOEXEC, 0600);
	int	 rc = -1;

	if (fd != -1)
		rc = fd_write_all(fd, BACKUP_GIT_CONFIG,
		    strlen(BACKUP_GIT_CONFIG));
	fd_close(&fd);
	free(path);
	return rc;
}

/* The settings of the histories are ours, not the archive's. */
static enum ctl_exit
configure_histories(struct restore *r)
{
	int		 fd = openat(r->dir, "memories", O_RDONLY |
	    O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC), rc = 0;
	DIR		*d = fd == -1 ? NULL : fdopendir(fd);
	enum ctl_exit	 end = CTL_OK;
	struct dirent	*e;

	if (d == NULL) {
		fd_close(&fd);
		return fd == -1 && errno == ENOENT ? CTL_OK :
		    fail(r->beside, "cannot be read");
	}
	while (rc == 0 && (e = folder_next(d)) != NULL)
		if (ends_with(e->d_name, GIT_SUFFIX))
			rc = write_config(dirfd(d), e->d_name);
	if (rc == 0 && errno != 0)
		end = fail(r->beside, "cannot be read");
	else if (rc != 0)
		end = fail(r->beside, "cannot be written");
	closedir(d);
	return end;
}

/* The old state keeps its bytes under a name of its own. */
static void
set_aside(struct restore *r)
{
	char	*aside = beside_put_aside(r->state, r->beside, r->ctl->now);

	if (aside == NULL)
		log_warn("%s: what was there before stays under this name "
		    "until the next restore", r->beside);
	json_set_str(r->doc, "aside", aside == NULL ? r->beside : aside);
	free(aside);
	free(r->beside);
	r->beside = NULL;	/* not removed */
}

/* One step: before it there is the old state, after it the new one. */
static enum ctl_exit
exchange(struct restore *r, int had_state)
{
	if (syncfs(r->dir) == -1)
		return fail(r->beside, "cannot be written");
	hook_crash("restore.exchange.before");
	if (renameat2(AT_FDCWD, r->beside, AT_FDCWD, r->state,
	    RENAME_EXCHANGE) == -1) {
		if (errno == EBUSY || errno == EXDEV)
			log_warnx("%s: a file system is mounted there; "
			    "restore into another directory with -s",
			    r->state);
		return fail(r->state, "cannot be replaced");
	}
	hook_crash("restore.exchange.after");
	if (had_state)
		set_aside(r);
	return CTL_OK;
}

static enum ctl_exit
fill(struct restore *r)
{
	enum ctl_exit	 e = extract(r);

	hook_crash("restore.extract.after");
	if (e == CTL_OK)
		e = read_manifest(r);
	if (e == CTL_OK)
		e = check_database(r);
	if (e == CTL_OK)
		e = configure_histories(r);
	return e;
}

static void
describe(const struct restore *r)
{
	json_object	*from = json_arr(r->manifest, "memories"), *m, *o;
	json_object	*list = ctl_set_array(r->doc, "memories");
	size_t		 i, n = from == NULL ? 0 :
	    json_object_array_length(from);

	json_set_str(r->doc, "file", r->ctl->opt->argument);
	json_set_int(r->doc, "made_at", json_int(r->manifest, "made_at", 0));
	for (i = 0; i < n; i++) {
		m = json_object_array_get_idx(from, i);
		if (json_str(m, "name") == NULL || json_str(m, "root") == NULL)
			continue;
		o = ctl_push(list);
		json_set_str(o, "name", json_str(m, "name"));
		json_set_str(o, "root", json_str(m, "root"));
	}
}

static enum ctl_exit
restore(struct restore *r, int had_state)
{
	enum ctl_exit	 e;

	r->beside = xasprintf("%s" BESIDE "XXXXXX", r->state);
	if (mkdtemp(r->beside) == NULL)
		return fail(r->beside, "cannot be made");
	r->dir = open(r->beside, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	e = r->dir == -1 ? fail(r->beside, "cannot be opened") : fill(r);
	if (e == CTL_OK)
		e = exchange(r, had_state);
	if (e == CTL_OK)
		describe(r);
	fd_close(&r->dir);
	if (r->beside != NULL)
		beside_remove(r->beside);
	free(r->beside);
	json_object_put(r->manifest);
	return e;
}

enum ctl_exit
restore_collect(struct ctl *ctl, json_object *doc)
{
	struct restore		 r = { .ctl = ctl, .doc = doc,
				    .dir = -1 };
	struct state_dir	 sd;
	enum mnemod_exit	 taken;
	enum ctl_exit		 e;
	int			 had;

	taken = state_dir_open(&sd, ctl->config->state, STATE_ORPHANS_MS,
	    STATE_SHORT);
	if (taken != EXIT_OK)
		return (enum ctl_exit)taken;
	r.state = realpath(ctl->config->state, NULL);
	if (r.state == NULL) {
		state_dir_close(&sd);
		return fail(ctl->config->state, "cannot be found");
	}
	beside_sweep(r.state);
	had = beside_is_state(r.state);
	if (had && !ctl->opt->force) {
		log_warnx("%s: holds a state; --force puts it aside and "
		    "restores, -s restores into another directory", r.state);
		e = CTL_STATE;
	} else
		e = restore(&r, had);
	free(r.state);
	state_dir_close(&sd);
	return e;
}
