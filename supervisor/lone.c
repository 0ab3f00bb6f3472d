#include <stdio.h>
#include <string.h>

#include "json.h"
#include "supervisor/lone.h"
#include "supervisor/runtime.h"

struct lone {
	const struct lone_job	*job;
	struct lone_answer	*answer;
	int			 over;
};

static void
lone_ready(struct child *c, void *arg)
{
	struct lone	*l = arg;
	struct msg_head	 head = { .id = l->job->ask };

	l->answer->sandbox = json_object_get(child_sandbox(c));
	if (l->job->ask == MSG__MAX)
		child_stop(c, "done");
	else if (child_request(c, &head, NULL) == -1)
		child_stop(c, "it takes no request");
}

static void
lone_message(struct child *c, const struct msg *m, void *arg)
{
	struct lone	*l = arg;

	if (m->id == l->job->answer && l->answer->body == NULL)
		l->answer->body = json_object_get(m->body);
	else if (m->id == MSG_FAILED) {
		snprintf(l->answer->why, sizeof(l->answer->why), "%s",
		    json_str(m->body, "message"));
		snprintf(l->answer->reason, sizeof(l->answer->reason), "%s",
		    json_str(m->body, "reason"));
	}
	child_stop(c, "done");
}

static void
lone_ended(struct child *c, const struct child_end *end, void *arg)
{
	struct lone	*l = arg;

	if (!child_once(c, end))
		return;
	if (l->answer->body == NULL && l->answer->why[0] == '\0' &&
	    end->cause != CAUSE_STOPPED)
		snprintf(l->answer->why, sizeof(l->answer->why),
		    "%s: the %s worker ended: %s", l->job->object,
		    role_name(l->job->role), end->text);
	l->over = 1;
}

enum mnemod_exit
lone_run(const struct config *config, const struct lone_job *job,
    struct lone_answer *answer)
{
	static const struct child_ops	ops = {
		lone_ready, lone_message, NULL, lone_ended
	};
	struct lone			l = { job, answer, 0 };
	struct child_spec		spec;
	struct runtime			rt;
	enum mnemod_exit		e;

	memset(answer, 0, sizeof(*answer));
	e = runtime_open(&rt, config, 1u << job->role, -1);
	if (e != EXIT_OK) {
		json_object_put(job->settings);
		return e;
	}
	memset(&spec, 0, sizeof(spec));
	spec.role = job->role;
	spec.settings = job->settings;
	spec.root_fd = spec.peer_lock_fd = -1;
	spec.ops = &ops;
	spec.arg = &l;
	child_start(rt.children, &spec);
	while (!l.over)
		loop_run_once(rt.loop, -1);
	e = runtime_finish(&rt, "done");
	runtime_close(&rt);
	return e;
}

void
lone_answer_release(struct lone_answer *a)
{
	json_object_put(a->sandbox);
	json_object_put(a->body);
	a->sandbox = a->body = NULL;
}
