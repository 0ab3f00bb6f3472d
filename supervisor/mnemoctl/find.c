/* What the argument of why means: a thread by its id, or a file. */

#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/log.h"
#include "common/mem.h"
#include "supervisor/mnemoctl/why.h"

#define CANDIDATES_SHOWN 4

struct search {
	struct target	*target;
	const char	*exact;		/* an id that ends the search */
	int64_t		 found;
	struct buf	 names;		/* the first candidates */
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

static int
take_thread(const struct store_thread *t, void *arg)
{
	struct search	*s = arg;

	if (s->found++ == 0 || strcmp(t->id, s->exact) == 0)
		target_set(s->target, t->id, t->rollout_path);
	if (strcmp(t->id, s->exact) == 0) {
		s->found = 1;
		return 1;
	}
	if (s->found <= CANDIDATES_SHOWN)
		buf_addf(&s->names, "%s%s", s->found == 1 ? "" : ", ",
		    t->id);
	return 0;
}

static enum ctl_exit
say_unknown(struct ctl *ctl, const char *id)
{
	struct store_agent	*a = NULL;
	enum store_status	 st;

	st = store_agent_get(ctl->store, id, &a);
	if (st == STORE_OK)
		log_warnx("%s: is an agent of memory %s; agents are no "
		    "source of memory; see mnemoctl show", id, a->memory);
	else if (st == STORE_NONE)
		log_warnx("%s: no thread's id begins like this; a path needs "
		    "a slash", id);
	store_agent_free(a);
	return ctl_exit_of(st) == CTL_OK ? CTL_NOT_FOUND : CTL_STATE;
}

static enum ctl_exit
find_id(struct ctl *ctl, const char *word, struct search *s)
{
	char		*id = ctl_lower_case(word);
	enum ctl_exit	 e;

	s->exact = id;
	e = ctl_exit_of(store_thread_prefix_each(ctl->store, id, take_thread,
	    s));
	if (e == CTL_OK && s->found == 0)
		e = say_unknown(ctl, id);
	else if (e == CTL_OK && s->found > 1) {
		log_warnx("%s: %lld threads begin like this: %s%s", id,
		    (long long)s->found, buf_str(&s->names),
		    s->found > CANDIDATES_SHOWN ? ", ..." : "");
		e = CTL_NOT_FOUND;
	}
	free(id);
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
	struct search	 s = { .target = t, .names = BUF_INIT };
	enum ctl_exit	 e;

	memset(t, 0, sizeof(*t));
	e = looks_like_path(word) ? find_path(ctl, word, &s) :
	    find_id(ctl, word, &s);
	buf_release(&s.names);
	if (e != CTL_OK)
		target_release(t);
	return e;
}
