#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "builtin.h"
#include "extract.h"
#include "json.h"
#include "mem.h"
#include "source.h"
#include "survey.h"

/* One extract request under way. */
struct job {
	struct worker		*w;
	const struct msg	*request;
	struct extract		*x;
	const char		*path;
	struct rollout		*rollout;
	struct survey		 survey;
	int64_t			 items;
};

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

/* Second pass: the kept items to the builtin provider. */
static enum rollout_status
feed_builtin(struct job *j, struct feed *feed, struct builtin *b)
{
	struct fed		 fed;
	enum rollout_status	 st;
	const char		*time;

	while ((st = feed_next(feed, &fed)) == ROLLOUT_RECORD) {
		time = fed.time[0] == '\0' ? NULL : fed.time;
		if (fed.event)
			builtin_event(b, time, fed.object);
		else {
			builtin_item(b, time, fed.object);
			j->items++;
		}
	}
	return st;
}

static json_object *
answer(const struct job *j, const struct feed *feed)
{
	const struct rollout_meta	*m = &j->survey.meta;
	json_object			*o = json_object_new_object();

	json_set_str(o, "cwd", m->cwd);
	json_set_str(o, "git_branch", m->git_branch);
	json_set_str(o, "repository_url", m->repository_url);
	json_set_int(o, "updated_at_ms", m->updated_at_ms);
	json_set_str(o, "hash", j->survey.hash);
	json_set_int(o, "items", j->items);
	json_set_int(o, "redactions", (int64_t)feed->redactions);
	json_set_int(o, "cut_bytes", 0);
	json_set_int(o, "bad_lines",
	    (int64_t)rollout_counts(j->rollout)->bad_lines);
	json_set(o, "citations",
	    citations_json(filter_citations(feed->filter)));
	json_set_str(o, "generator", BUILTIN_GENERATOR);
	return o;
}

/* The session goes on: extracted when it rests again. */
static void
answer_changed(struct job *j)
{
	json_object	*o = json_object_new_object();

	json_set_str(o, "outcome", "changed");
	json_set_int(o, "updated_at_ms", j->survey.meta.updated_at_ms);
	json_set_str(o, "generator", BUILTIN_GENERATOR);
	worker_reply(j->w, j->request, MSG_EXTRACTED, o);
}

static void
add_output(json_object *o, const struct stage_one_output *out)
{
	json_set_str(o, "raw_memory", out->raw_memory);
	json_set_str(o, "rollout_summary", out->rollout_summary);
	json_set_str(o, "rollout_slug", out->rollout_slug);
	json_set(o, "facts", json_object_get(out->facts));
}

static void
run_builtin(struct job *j)
{
	struct feed_tools	 tools = extract_tools(j->x);
	struct stage_one_output	 out;
	struct feed		 feed;
	struct builtin		*b;
	json_object		*body;
	enum rollout_status	 st;
	int			 found;

	feed_init(&feed, j->rollout, &tools);
	b = builtin_new(&j->survey.meta);
	st = feed_builtin(j, &feed, b);
	if (st == ROLLOUT_FAILED)
		worker_fail(j->w, j->request, "io_error", "rollout %s: %s",
		    j->path, stream_status_text(rollout_failure(j->rollout)));
	else if (st == ROLLOUT_END) {
		memset(&out, 0, sizeof(out));
		found = builtin_finish(b, &out);
		body = answer(j, &feed);
		json_set_str(body, "outcome", found ? "output" : "no_output");
		if (found)
			add_output(body, &out);
		worker_reply(j->w, j->request, MSG_EXTRACTED, body);
		stage_one_output_clear(&out);
	}
	builtin_free(b);
	feed_release(&feed);
}

void
extract_extract(struct worker *w, const struct msg *m)
{
	struct job	j = { .w = w, .request = m, .x = worker_data(w) };
	struct stat	st;

	j.path = json_str(m->body, "path");
	worker_title(w, "extracting %s", j.path);
	survey_init(&j.survey);
	if (open_rollout(&j, &st) == 0 && survey(&j, &st) == 0) {
		if (m->thread_id[0] != '\0' &&
		    strcmp(j.survey.meta.thread_id, m->thread_id) != 0)
			worker_fail(w, m, "changed", "rollout %s: it holds "
			    "another thread now", j.path);
		else if (changed(&j))
			answer_changed(&j);
		else
			run_builtin(&j);
	}
	rollout_free(j.rollout);
	survey_clear(&j.survey);
}
