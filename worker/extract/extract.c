#include <string.h>

#include "ask.h"
#include "builtin.h"
#include "job.h"
#include "json.h"

/* The kept items to the builtin provider; how many there were. */
static enum rollout_status
feed_builtin(struct feed *feed, struct builtin *b, int64_t *items)
{
	struct fed		 fed;
	enum rollout_status	 st;
	const char		*time;

	*items = 0;
	while ((st = feed_next(feed, &fed)) == ROLLOUT_RECORD) {
		time = fed.time[0] == '\0' ? NULL : fed.time;
		if (fed.event)
			builtin_event(b, time, fed.object);
		else {
			builtin_item(b, time, fed.object);
			++*items;
		}
	}
	return st;
}

static json_object *
answer(const struct job *j, const struct feed *feed, int64_t items)
{
	json_object	*o = job_answer(j);

	json_set_int(o, "items", items);
	json_set_int(o, "redactions", (int64_t)feed->redactions);
	json_set_str(o, "gave_up", redact_gave_up(feed->redact));
	json_set_int(o, "cut_bytes", 0);
	json_set(o, "citations",
	    citations_json(filter_citations(feed->filter)));
	return o;
}

static void
add_output(json_object *o, const struct stage_one_output *out)
{
	struct buf	facts = BUF_INIT;

	json_set_str(o, "raw_memory", out->raw_memory);
	json_set_str(o, "rollout_summary", out->rollout_summary);
	json_set_str(o, "rollout_slug", out->rollout_slug);
	json_write(&facts, out->facts);
	json_set_str(o, "facts", buf_str(&facts));
	buf_release(&facts);
	json_set_bool(o, "keeps", json_flag(out->facts, "keeps", 0));
}

static void
reply_builtin(struct job *j, const struct feed *feed, struct builtin *b,
    int64_t items)
{
	struct stage_one_output	 out;
	json_object		*body = answer(j, feed, items);

	memset(&out, 0, sizeof(out));
	if (builtin_finish(b, &out)) {
		json_set_str(body, "outcome", "output");
		add_output(body, &out);
	} else
		json_set_str(body, "outcome", "no_output");
	worker_reply(j->w, j->request, MSG_EXTRACTED, body);
	stage_one_output_clear(&out);
}

static void
run_builtin(struct job *j)
{
	struct feed_tools	 tools = extract_tools(j->x);
	struct feed		 feed;
	struct builtin		*b;
	enum rollout_status	 st;
	int64_t			 items;

	feed_init(&feed, j->rollout, &tools);
	b = builtin_new(&j->survey.meta);
	st = feed_builtin(&feed, b, &items);
	if (st == ROLLOUT_FAILED)
		job_unreadable(j);
	else if (st == ROLLOUT_END)
		reply_builtin(j, &feed, b, items);
	builtin_free(b);
	feed_release(&feed);
}

void
extract_extract(struct worker *w, const struct msg *m)
{
	const struct extract	*x = worker_data(w);
	struct job		 j;

	worker_title(w, "extracting %s", json_str(m->body, "path"));
	if (x->model) {
		ask_begin(w, m);
		return;
	}
	if (job_open(&j, w, m) == 0)
		run_builtin(&j);
	job_close(&j);
}
