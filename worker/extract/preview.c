#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "content.h"
#include "extract.h"
#include "json.h"
#include "payload.h"
#include "source.h"
#include "survey.h"
#include "worker/prompt.h"

/* What a model would be told: the instructions and the user's message. */
static void
as_asked(struct buf *out, const struct rollout_meta *meta,
    const struct content *c)
{
	struct payload_input	in = { meta->path, meta->cwd,
				    buf_str(&c->text), c->text.len };

	buf_addstr(out, prompt_stage_one_system);
	buf_addch(out, '\n');
	payload_message(out, &in);
}

static void
reply(struct worker *w, const struct msg *m, const struct survey *v,
    const struct content *c)
{
	const struct extract	*x = worker_data(w);
	json_object		*body = json_object_new_object();
	struct buf		 text = BUF_INIT;

	if (x->model)
		as_asked(&text, &v->meta, c);
	else
		buf_add(&text, c->text.data, c->text.len);
	json_set_str(body, "text", buf_str(&text));
	buf_wipe(&text);
	json_set_int(body, "items", (int64_t)c->items);
	json_set_int(body, "redactions", (int64_t)c->redactions);
	json_set_int(body, "cut_bytes", (int64_t)c->cut_bytes);
	json_set_int(body, "bad_lines", (int64_t)c->counts.bad_lines);
	worker_reply(w, m, MSG_PREVIEWED, body);
}

/* Where the session worked, for a model's prompt.  0, or -1: to leave. */
static int
survey_directory(struct survey *v, struct rollout *r, struct redact *redact)
{
	if (survey_rollout(v, r, 0, redact) == -1)
		return -1;
	return rollout_rewind(r);
}

/* The text of an open rollout, or why there is none. */
static void
preview(struct worker *w, const struct msg *m, struct rollout *r)
{
	const struct extract	*x = worker_data(w);
	struct feed_tools	 tools = extract_tools(x);
	struct content		 c;
	struct survey		 v;
	int64_t			 budget;
	enum rollout_status	 st = ROLLOUT_STOPPED;

	budget = json_int(m->body, "budget_bytes", 0);
	content_init(&c);
	survey_init(&v);
	if (!x->model)
		rollout_unhashed(r);
	if (!x->model || survey_directory(&v, r, x->redact) == 0)
		st = content_make(&c, r, &tools, budget < 0 ? 0 :
		    (size_t)budget);
	if (st == ROLLOUT_FAILED)
		worker_fail(w, m, "unreadable", "rollout %s: %s",
		    rollout_path(r), stream_status_text(rollout_failure(r)));
	else if (st == ROLLOUT_END && c.counts.records == 0)
		worker_fail(w, m, "not_a_rollout",
		    "rollout %s: no record of a session was found in it",
		    rollout_path(r));
	else if (st == ROLLOUT_END)
		reply(w, m, &v, &c);
	content_release(&c);
	survey_clear(&v);
}

void
extract_preview(struct worker *w, const struct msg *m)
{
	const struct extract	*x = worker_data(w);
	const char		*path = json_str(m->body, "path");
	struct rollout		*r;
	struct stat		 st;
	int			 fd, compressed;

	if (x->preview == NULL || strcmp(path, x->preview) != 0) {
		worker_fail(w, m, "unreadable",
		    "rollout %s: not the file of this worker", path);
		return;
	}
	fd = source_open_at(AT_FDCWD, path, &st);
	if (fd == -1) {
		worker_fail(w, m, "unreadable", "rollout %s: %s", path,
		    strerror(errno));
		return;
	}
	(void)source_is_rollout(path, &compressed);
	r = rollout_new(path, fd, compressed);
	rollout_set_tick(r, extract_tick, w);
	preview(w, m, r);
	rollout_free(r);
}
