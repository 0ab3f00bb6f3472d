/* mnemoctl doctor: configuration, sources, Codex. */

#include <sys/stat.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/buf.h"
#include "common/mem.h"
#include "supervisor/codex_config.h"
#include "supervisor/mnemoctl/doctor.h"
#include "supervisor/provider.h"
#include "supervisor/state_dir.h"

static void
check_file(struct doctor *d, const char *path)
{
	struct stat	st;

	if (stat(path, &st) == -1)
		doctor_say(d, DOCTOR_WARN, "%s: %s", path, strerror(errno));
	else if ((st.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
		doctor_say(d, DOCTOR_FAIL, "%s: others may write it (mode "
		    "%04o)", path, (unsigned)st.st_mode & 07777);
		doctor_advise(d, "chmod go-w, or others decide what mnemod "
		    "does");
	} else if (st.st_uid != geteuid() && st.st_uid != 0) {
		doctor_say(d, DOCTOR_WARN, "%s: belongs to uid %u", path,
		    (unsigned)st.st_uid);
		doctor_advise(d, "chown it to the user who runs mnemod");
	} else
		doctor_say(d, DOCTOR_OK, "%s can be read, and only you may "
		    "write it", path);
}

/* The environment of a supervisor that runs is not ours. */
static void
check_key(struct doctor *d)
{
	const struct config_provider	*p;
	struct buf			 why = BUF_INIT;
	int				 unset;

	p = config_provider_used(d->ctl->config);
	unset = p != NULL && *p->key_env != '\0' &&
	    getenv(p->key_env) == NULL;
	if (p == NULL)
		return;
	if (provider_check(d->ctl->config, &why) == 0)
		doctor_say(d, DOCTOR_OK, "provider %s has what it needs",
		    p->name);
	else
		doctor_say(d, unset && d->ctl->owner.running ? DOCTOR_WARN :
		    DOCTOR_FAIL, "%s", buf_str(&why));
	buf_release(&why);
}

void
doctor_configuration(struct doctor *d)
{
	const struct config	*c = d->ctl->config;

	if (c->file == NULL)
		doctor_say(d, DOCTOR_OK, "there is no file: all keys have "
		    "their defaults");
	else
		check_file(d, c->file);
	check_key(d);
}

/* 1, or 0 with errno: ENOENT, ENOTDIR, or it cannot be looked at. */
static int
has_sessions(const char *source)
{
	char		*path = xasprintf("%s/sessions", source);
	struct stat	 st;
	int		 there = stat(path, &st) == 0;

	if (there && !S_ISDIR(st.st_mode)) {
		errno = ENOTDIR;
		there = 0;
	}
	free(path);
	return there;
}

static void
check_source(struct doctor *d, const struct config_source *s)
{
	const char	*net = state_dir_network_fs(s->path);
	struct stat	 st;

	if (stat(s->path, &st) == -1) {
		doctor_say(d, DOCTOR_WARN, "%s: %s: %s", s->name, s->path,
		    strerror(errno));
		doctor_advise(d, "it is looked for with each pass; is its path "
		    "right?");
	} else if (!S_ISDIR(st.st_mode) || access(s->path, R_OK | X_OK) == -1) {
		doctor_say(d, DOCTOR_FAIL, "%s: %s: %s", s->name, s->path,
		    S_ISDIR(st.st_mode) ? strerror(errno) : "is no directory");
		doctor_advise(d, "give the user who runs mnemod the right to "
		    "list it");
	} else if (!has_sessions(s->path)) {
		if (errno == ENOENT)
			doctor_say(d, DOCTOR_WARN, "%s: %s has no sessions/ "
			    "yet", s->name, s->path);
		else
			doctor_say(d, DOCTOR_FAIL, "%s: %s/sessions: %s",
			    s->name, s->path, strerror(errno));
		doctor_advise(d, "is its path right? It is the folder above "
		    "sessions/");
	} else if (net != NULL)
		doctor_say(d, DOCTOR_WARN, "%s: %s is on a network file system "
		    "(%s): it is read, as slowly as that is", s->name, s->path,
		    net);
	else
		doctor_say(d, DOCTOR_OK, "%s: %s can be read", s->name,
		    s->path);
}

void
doctor_sources(struct doctor *d)
{
	const struct config	*c = d->ctl->config;
	size_t			 i;

	for (i = 0; i < c->nsources; i++)
		check_source(d, &c->sources[i]);
}

/* 1 if some memory is the folder that Codex itself would write. */
static int
shares_folder(const struct ctl *ctl)
{
	char	*own = xasprintf("%s/memories", ctl->paths->codex_home);
	char	*real = paths_real(own), *root;
	int	 same = 0;
	size_t	 i;

	for (i = 0; i < ctl->config->nmemories && !same; i++) {
		root = paths_real(ctl->config->memories[i].root);
		same = strcmp(root, real) == 0;
		free(root);
	}
	free(real);
	free(own);
	return same;
}

/* Codex writes nothing while memories.lock is held by somebody. */
static void
check_peer(struct doctor *d)
{
	const char	*home = d->ctl->paths->codex_home;
	int		 held = doctor_is_locked(home, "memories.lock");

	if (held && !d->ctl->owner.running && !d->ctl->owner.orphans) {
		doctor_say(d, DOCTOR_WARN, "%s/memories.lock is held by "
		    "another program: Codex's own pipeline is at work, and "
		    "mnemod waits", home);
		doctor_advise(d, "wait until it is done, or switch its own "
		    "memories off");
	} else
		doctor_say(d, DOCTOR_OK, "%s/memories.lock is %s", home,
		    held ? "held: Codex's own pipeline stands aside" : "free");
}

void
doctor_codex(struct doctor *d)
{
	const char	*home = d->ctl->paths->codex_home;

	if (access(home, F_OK) == -1 && errno == ENOENT) {
		doctor_say(d, DOCTOR_OK, "%s: no Codex here", home);
		return;
	}
	switch (codex_config_memories(home)) {
	case CODEX_MEMORIES_ON:
		doctor_say(d, DOCTOR_OK, "reads its memory folder: [features] "
		    "memories is on");
		break;
	case CODEX_MEMORIES_OFF:
		doctor_say(d, DOCTOR_WARN, "does not read its memory folder: "
		    "[features] memories is not on in %s/config.toml", home);
		doctor_advise(d, "write memories = true below [features] in "
		    "its config.toml");
		break;
	case CODEX_MEMORIES_UNKNOWN:
		doctor_say(d, DOCTOR_WARN, "%s/config.toml cannot be read",
		    home);
		doctor_advise(d, "for Codex to read its memory, write "
		    "[features] and memories = true there");
		break;
	}
	if (shares_folder(d->ctl))
		check_peer(d);
}
