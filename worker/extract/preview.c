#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "content.h"
#include "extract.h"
#include "json.h"
#include "source.h"

static void
reply(struct worker *w, const struct msg *m, const struct content *c)
{
	json_object	*body = json_object_new_object();

	json_set_str(body, "text", buf_str(&c->text));
	json_set_int(body, "items", (int64_t)c->items);
	json_set_int(body, "redactions", (int64_t)c->redactions);
	json_set_int(body, "cut_bytes", (int64_t)c->cut_bytes);
	json_set_int(body, "bad_lines", (int64_t)c->counts.bad_lines);
	worker_reply(w, m, MSG_PREVIEWED, body);
}

/* The text of an open rollout, or why there is none. */
static void
preview(struct worker *w, const struct msg *m, struct rollout *r)
{
	const struct extract	*x = worker_data(w);
	struct feed_tools	 tools = extract_tools(x);
	struct content		 c;
	int64_t			 budget;
	enum rollout_status	 st;

	budget = json_int(m->body, "budget_bytes", 0);
	content_init(&c);
	st = content_make(&c, r, &tools, budget < 0 ? 0 : (size_t)budget);
	if (st == ROLLOUT_FAILED)
		worker_fail(w, m, "unreadable", "rollout %s: %s",
		    rollout_path(r), stream_status_text(rollout_failure(r)));
	else if (st == ROLLOUT_END && c.counts.records == 0)
		worker_fail(w, m, "not_a_rollout",
		    "rollout %s: no record of a session was found in it",
		    rollout_path(r));
	else if (st == ROLLOUT_END)
		reply(w, m, &c);
	content_release(&c);
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
