#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "job.h"
#include "json.h"
#include "mem.h"
#include "source.h"

/*
 * Codex compresses rollouts, and unpacks them to go on: a file that was
 * listed may by now have its other form.
 */
static int
open_either(const char *root, const char *path, struct stat *st,
    int *compressed)
{
	char	*other;
	int	 fd;

	(void)source_is_rollout(path, compressed);
	fd = source_open(root, path, st);
	if (fd != -1 || errno != ENOENT)
		return fd;
	other = *compressed ? xstrndup(path, strlen(path) - strlen(".zst")) :
	    xasprintf("%s.zst", path);
	*compressed = !*compressed;
	fd = source_open(root, other, st);
	free(other);
	return fd;
}

/* Open the rollout, or answer why not.  Returns 0 or -1. */
static int
open_rollout(struct job *j, struct stat *st)
{
	const struct extract_source	*source;
	const char			*name;
	int				 fd, compressed;

	name = json_str(j->request->body, "source");
	source = extract_source(j->x, name);
	if (source == NULL) {
		worker_fail(j->w, j->request, "unreadable",
		    "source %s is not configured", name);
		return -1;
	}
	fd = open_either(source->path, j->path, st, &compressed);
	if (fd == -1) {
		worker_fail(j->w, j->request, "unreadable", "rollout %s: %s",
		    j->path, strerror(errno));
		return -1;
	}
	j->rollout = rollout_new(j->path, fd, compressed);
	rollout_quiet(j->rollout);
	rollout_set_tick(j->rollout, extract_tick, j->w);
	return 0;
}

/* First pass: what the rollout is.  Returns 0, or -1: answered or to leave. */
static int
survey(struct job *j, const struct stat *st)
{
	if (survey_rollout(&j->survey, j->rollout, source_mtime_ms(st),
	    j->x->redact) == -1)
		return -1;
	if (j->survey.reason != NULL) {
		worker_fail(j->w, j->request,
		    strcmp(j->survey.reason, "unreadable") == 0 ?
		    "unreadable" : "not_a_rollout", "rollout %s: %s", j->path,
		    j->survey.reason);
		return -1;
	}
	rollout_unhashed(j->rollout);
	if (rollout_rewind(j->rollout) == -1) {
		worker_fail(j->w, j->request, "io_error", "rollout %s: %s",
		    j->path, strerror(errno));
		return -1;
	}
	return 0;
}

/*
 * 1 if the rollout is not what the scan saw: it is being written, or was
 * replaced.
 */
static int
changed(const struct job *j)
{
	const char	*hash = json_str(j->request->body, "hash");

	return hash != NULL && hash[0] != '\0' &&
	    strcmp(hash, j->survey.hash) != 0;
}

/* The session goes on: extracted when it rests again. */
static void
answer_changed(const struct job *j)
{
	json_object	*o = json_object_new_object();

	json_set_str(o, "outcome", "changed");
	json_set_int(o, "updated_at_ms", j->survey.meta.updated_at_ms);
	json_set_str(o, "generator", j->x->generator);
	worker_reply(j->w, j->request, MSG_EXTRACTED, o);
}

/* So that a death in the middle of a rollout is laid to that one. */
static void
tell_reading(struct worker *w, int64_t serial)
{
	json_object	*o = json_object_new_object();

	json_set_int(o, "request", serial);
	worker_send(w, MSG_READING, o);
	worker_flush(w);
}

int
job_open(struct job *j, struct worker *w, const struct msg *m)
{
	struct stat	st;

	memset(j, 0, sizeof(*j));
	j->w = w;
	j->request = m;
	j->x = worker_data(w);
	j->path = json_str(m->body, "path");
	survey_init(&j->survey);
	tell_reading(w, m->serial);
	if (open_rollout(j, &st) == -1 || survey(j, &st) == -1)
		return -1;
	if (m->thread_id[0] != '\0' &&
	    strcmp(j->survey.meta.thread_id, m->thread_id) != 0) {
		worker_fail(w, m, "changed", "rollout %s: it holds another "
		    "thread now", j->path);
		return -1;
	}
	if (changed(j)) {
		answer_changed(j);
		return -1;
	}
	return 0;
}

void
job_close(struct job *j)
{
	rollout_free(j->rollout);
	survey_clear(&j->survey);
	tell_reading(j->w, 0);
}

json_object *
job_answer(const struct job *j)
{
	const struct rollout_meta	*m = &j->survey.meta;
	json_object			*o = json_object_new_object();

	json_set_str(o, "cwd", m->cwd);
	json_set_str(o, "git_branch", m->git_branch);
	json_set_str(o, "repository_url", m->repository_url);
	json_set_int(o, "updated_at_ms", m->updated_at_ms);
	json_set_str(o, "hash", j->survey.hash);
	json_set_int(o, "bad_lines", (int64_t)j->survey.counts.bad_lines);
	json_set_str(o, "generator", j->x->generator);
	return o;
}

void
job_unreadable(const struct job *j)
{
	worker_fail(j->w, j->request, "io_error", "rollout %s: %s", j->path,
	    stream_status_text(rollout_failure(j->rollout)));
}
