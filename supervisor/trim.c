#include "common/json.h"
#include "common/log.h"
#include "supervisor/scheduler.h"
#include "supervisor/trim.h"

static void	trim_ready(struct child *, void *);
static void	trim_message(struct child *, const struct msg *, void *);
static void	trim_ended(struct child *, const struct child_end *, void *);

static const struct child_ops trim_ops = {
	trim_ready, trim_message, NULL, trim_ended
};

int
trim_start(struct memory *m)
{
	if (m->stopped || !m->held || m->foreign ||
	    m->sv->config->retention.history_commits == 0)
		return 0;
	m->state = MEM_OPERATING;
	memory_start_workspace(m, &trim_ops);
	return 1;
}

static void
trim_ready(struct child *c, void *arg)
{
	struct memory	*m = arg;
	struct msg_head	 head = { .id = MSG_PURGE };
	json_object	*body = json_object_new_object();

	json_set(body, "threads", json_object_new_array());
	json_set_int(body, "limit", m->sv->config->retention.history_commits);
	if (child_request(c, &head, body) == -1)
		child_stop(c, "it takes no request");
}

static void
trim_message(struct child *c, const struct msg *msg, void *arg)
{
	struct memory	*m = arg;
	int64_t		 dropped = json_int(msg->body, "dropped", 0);

	if (msg->id == MSG_FAILED)
		log_warnx("memory %s: its history is not cut: %s; tried again "
		    "tomorrow", m->config->name,
		    json_str(msg->body, "message"));
	else if (dropped > 0)
		log_info("retention: memory %s: %lld old commits are gone, "
		    "%lld stay", m->config->name, (long long)dropped,
		    (long long)json_int(msg->body, "kept", 0));
	child_stop(c, "the history is cut");
}

static void
trim_ended(struct child *c, const struct child_end *end, void *arg)
{
	struct memory	*m = arg;

	if (!child_once(c, end))
		return;
	m->wspace = NULL;
	m->state = MEM_IDLE;
	scheduler_memory_idle(m->sv);
}
