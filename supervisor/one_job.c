#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "log.h"
#include "mem.h"
#include "monotime.h"
#include "supervisor/match.h"
#include "supervisor/one_job.h"

#define RETRY_DELAY_S	3600	/* mnemod(8), RETRIES */
#define CITATIONS_MAX	1024	/* of one rollout */

struct one_job *
one_job_new(const struct store_thread *t, const struct store_job *claim)
{
	struct one_job	*j = xcalloc(1, sizeof(*j));

	snprintf(j->thread_id, sizeof(j->thread_id), "%s", t->id);
	snprintf(j->session_id, sizeof(j->session_id), "%s", t->session_id);
	memcpy(j->token, claim->token, sizeof(j->token));
	j->watermark = claim->watermark;
	j->path = xstrdup(t->rollout_path);
	j->source = xstrdup(t->source_name);
	j->cwd = xstrdup(t->cwd);
	j->hash = xstrdup(t->content_hash);
	return j;
}

void
one_job_free(struct one_job *j)
{
	free(j->path);
	free(j->source);
	free(j->cwd);
	free(j->hash);
	json_object_put(j->answer);
	free(j);
}

static void
finish_init(struct store_finish *f, const struct one_job *j)
{
	memset(f, 0, sizeof(*f));
	f->thread_id = j->thread_id;
	f->token = j->token;
	f->now = wall_s();
}

/* The memories that a finished job is news for. */
static size_t
memories_for(const struct config *c, const struct one_job *j,
    const char **names)
{
	const struct config_source	*s = config_source(c, j->source);
	size_t				 i, n = 0;

	for (i = 0; i < c->nmemories; i++)
		if (match_memory(&c->memories[i], s, j->cwd))
			names[n++] = c->memories[i].name;
	return n;
}

/* Valid citations of the answer, at most `max' of them. */
static size_t
citations_of(json_object *answer, struct store_citation *c, size_t max)
{
	json_object	*a = json_arr(answer, "citations"), *o;
	size_t		 i, n = 0;

	for (i = 0; a != NULL && i < json_object_array_length(a) &&
	    n < max; i++) {
		o = json_object_array_get_idx(a, i);
		c[n].thread_id = json_str(o, "thread_id");
		c[n].n = json_int(o, "n", 1);
		if (c[n].thread_id != NULL && uuid_valid(c[n].thread_id))
			n++;
	}
	return n;
}

static int
blank(const char *s)
{
	return s == NULL || s[0] == '\0';
}

static void
output_init(struct store_output *out, const struct one_job *j)
{
	memset(out, 0, sizeof(*out));
	out->source_updated_at = j->watermark;
	out->raw_memory = json_str(j->answer, "raw_memory");
	out->rollout_summary = json_str(j->answer, "rollout_summary");
	out->rollout_slug = json_str(j->answer, "rollout_slug");
	out->generator = json_str(j->answer, "generator");
	out->facts = json_str(j->answer, "facts");
	out->keeps = json_flag(j->answer, "keeps", 0);
}

static enum one_job_end
end_of(const struct one_job *j)
{
	const char	*outcome = json_str(j->answer, "outcome");

	if (strcmp(outcome, "changed") == 0)
		return ONE_JOB_CHANGED;
	if (blank(json_str(j->answer, "raw_memory")) ||
	    blank(json_str(j->answer, "rollout_summary")))
		return ONE_JOB_NO_OUTPUT;
	return ONE_JOB_OUTPUT;
}

/* Store an output, or that there is none. */
static enum store_status
store_output(struct supervisor *sv, const struct one_job *j)
{
	struct store_citation	 cited[CITATIONS_MAX];
	struct store_finish	 f;
	struct store_output	 out;
	const char		**names;
	enum store_status	 st;

	names = xcalloc(sv->config->nmemories + 1, sizeof(*names));
	finish_init(&f, j);
	f.gave_up = json_str(j->answer, "gave_up");
	f.memories = names;
	f.nmemories = memories_for(sv->config, j, names);
	f.citations = cited;
	f.ncitations = citations_of(j->answer, cited, CITATIONS_MAX);
	output_init(&out, j);
	if (end_of(j) == ONE_JOB_NO_OUTPUT)
		st = store_stage_one_no_output(sv->store, &f);
	else
		st = store_stage_one_succeeded(sv->store, &f, &out);
	free(names);
	return st;
}

/* The session goes on: what was claimed is not what is there. */
static enum store_status
store_changed(struct supervisor *sv, const struct one_job *j)
{
	struct store_finish	f;
	int64_t			ms;

	finish_init(&f, j);
	ms = json_int(j->answer, "updated_at_ms", f.now * 1000);
	return store_stage_one_changed(sv->store, &f,
	    ms > f.now * 1000 ? f.now * 1000 : ms);
}

void
one_job_store(struct supervisor *sv, struct one_job *j)
{
	j->stored = end_of(j) == ONE_JOB_CHANGED ? store_changed(sv, j) :
	    store_output(sv, j);
}

enum one_job_end
one_job_ended(struct supervisor *sv, const struct one_job *j)
{
	enum one_job_end	 end = end_of(j);

	if (j->stored == STORE_OK) {
		if (end == ONE_JOB_CHANGED)
			log_info("rollout %s: changed since the scan, left "
			    "until it rests", j->path);
		return end;
	}
	if (j->stored == STORE_NONE)
		log_warnx("rollout %s: the job was lost to another run, its "
		    "output is dropped", j->path);
	else
		log_warnx("rollout %s: its output is not stored; extracted "
		    "again when the lease ends", j->path);
	sv->outcome |= OUTCOME_JOB_FAILED;
	return ONE_JOB_LOST;
}

void
one_job_failed(struct supervisor *sv, const struct one_job *j,
    const char *why)
{
	struct store_finish	f;

	finish_init(&f, j);
	log_warnx("rollout %s: %s; tried again in an hour", j->path, why);
	store_stage_one_failed(sv->store, &f, RETRY_DELAY_S, why);
	sv->outcome |= OUTCOME_JOB_FAILED;
}

void
one_job_release(struct supervisor *sv, const struct one_job *j)
{
	struct store_finish	f;

	finish_init(&f, j);
	store_stage_one_release(sv->store, &f);
}
