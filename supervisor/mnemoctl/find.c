/* What the argument of why means: a thread by its id, or a file. */

#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "common/mem.h"
#include "supervisor/idmatch.h"
#include "supervisor/mnemoctl/why.h"

struct search {
	struct target	*target;
	int64_t		 found;
};

static void
target_set(struct target *t, const char *id, const char *path)
{
	free(t->path);
	t->path = xstrdup(path);
	snprintf(t->thread_id, sizeof(t->thread_id), "%s",
	    id == NULL ? "" : id);
}

void
target_release(struct target *t)
{
	free(t->path);
	t->path = NULL;
}

static int
take_file(const struct store_file *f, void *arg)
{
	struct search	*s = arg;

	s->found++;
	target_set(s->target, f->thread_id, f->path);
	return f->thread_id != NULL;
}

static enum ctl_exit
try_path(struct ctl *ctl, const char *path, struct search *s)
{
	if (s->found > 0)
		return CTL_OK;
	return ctl_exit_of(store_file_path_each(ctl->store, path, take_file,
	    s));
}

/* The path as a scan would say it, where a source is reached by a link. */
static enum ctl_exit
try_sources(struct ctl *ctl, const char *path, struct search *s)
{
	char		*real = paths_real(path), *top, *as_scanned;
	const char	*source;
	enum ctl_exit	 e = CTL_OK;
	size_t		 i;

	for (i = 0; i < ctl->config->nsources && e == CTL_OK; i++) {
		source = ctl->config->sources[i].path;
		top = paths_real(source);
		if (paths_within(top, real)) {
			as_scanned = xasprintf("%s%s", source,
			    real + strlen(top));
			e = try_path(ctl, as_scanned, s);
			free(as_scanned);
		}
		free(top);
	}
	free(real);
	return e;
}

static enum ctl_exit
find_path(struct ctl *ctl, const char *word, struct search *s)
{
	char		*path = paths_expand(ctl->paths, word);
	enum ctl_exit	 e = try_path(ctl, path, s);

	if (e == CTL_OK)
		e = try_sources(ctl, path, s);
	if (e == CTL_OK && s->found == 0) {
		log_warnx("%s: no scan has seen this file; rollouts are the "
		    "files rollout-*.jsonl below sessions/ and "
		    "archived_sessions/ of a source", path);
		e = CTL_NOT_FOUND;
	}
	free(path);
	return e;
}

/* An agent is a thread too, but none that is read. */
static enum ctl_exit
say_unknown(struct ctl *ctl, const struct idmatch *m)
{
	struct idmatch		agent;
	enum store_status	st;

	st = idmatch_find(&agent, ctl->store, IDMATCH_AGENT, m->word);
	if (m->found == 0 && st == STORE_OK && agent.found == 1)
		log_warnx("%s: is an agent; agents are no source of memory; "
		    "see mnemoctl show", m->word);
	else
		log_warnx("%s%s", m->why, m->found > 1 ? "" : "; a path "
		    "needs a slash");
	return ctl_exit_of(st) == CTL_OK ? CTL_NOT_FOUND : CTL_STATE;
}

static enum ctl_exit
find_id(struct ctl *ctl, const char *word, struct target *t)
{
	struct store_thread	*thread = NULL;
	struct idmatch		 m;
	enum ctl_exit		 e;

	e = ctl_exit_of(idmatch_find(&m, ctl->store, IDMATCH_THREAD, word));
	if (e == CTL_OK && m.found != 1)
		return say_unknown(ctl, &m);
	if (e == CTL_OK)
		e = ctl_exit_of(store_thread_get(ctl->store, m.id, &thread));
	if (thread != NULL)
		target_set(t, m.id, thread->rollout_path);
	store_thread_free(thread);
	return e;
}

static int
looks_like_path(const char *word)
{
	return strchr(word, '/') != NULL || strstr(word, ".jsonl") != NULL;
}

enum ctl_exit
find_target(struct ctl *ctl, const char *word, struct target *t)
{
	struct search	 s = { .target = t };
	enum ctl_exit	 e;

	memset(t, 0, sizeof(*t));
	e = looks_like_path(word) ? find_path(ctl, word, &s) :
	    find_id(ctl, word, t);
	if (e != CTL_OK)
		target_release(t);
	return e;
}
