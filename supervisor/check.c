#include <string.h>

#include "json.h"
#include "log.h"
#include "supervisor/check.h"
#include "supervisor/runtime.h"
#include "supervisor/settings.h"

struct check {
	const char	*path;
	json_object	*answer;	/* NULL: none came */
	int		 refused;	/* and the reason is logged */
	int		 over;
};

static void
check_ready(struct child *c, void *arg)
{
	struct msg_head	 head = { .id = MSG_CHECK };

	(void)arg;
	if (child_request(c, &head, NULL) == -1)
		child_stop(c, "it takes no request");
}

static void
check_message(struct child *c, const struct msg *m, void *arg)
{
	struct check	*k = arg;

	if (m->id == MSG_CHECKED && k->answer == NULL)
		k->answer = json_object_get(m->body);
	else if (m->id == MSG_FAILED) {
		k->refused = 1;
		log_warnx("%s", json_str(m->body, "message"));
	}
	child_stop(c, "done");
}

static void
check_ended(struct child *c, const struct child_end *end, void *arg)
{
	struct check	*k = arg;

	if (end->next != CHILD_GONE) {
		child_stop(c, "it is not started again");
		return;
	}
	if (k->answer == NULL && !k->refused && end->cause != CAUSE_STOPPED)
		log_warnx("%s: the workspace worker ended: %s", k->path,
		    end->text);
	k->over = 1;
}

enum mnemod_exit
check_run(const struct config *config, const char *path,
    json_object **answer)
{
	static const struct child_ops	ops = {
		check_ready, check_message, NULL, check_ended
	};
	struct check			k = { .path = path };
	struct child_spec		spec;
	struct runtime			rt;
	enum mnemod_exit		e;

	e = runtime_open(&rt, config, 1u << ROLE_WORKSPACE, -1);
	if (e != EXIT_OK)
		return e;
	memset(&spec, 0, sizeof(spec));
	spec.role = ROLE_WORKSPACE;
	spec.settings = settings_check(config, path);
	spec.root_fd = spec.peer_lock_fd = -1;
	spec.ops = &ops;
	spec.arg = &k;
	child_start(rt.children, &spec);
	while (!k.over)
		loop_run_once(rt.loop, -1);
	e = runtime_finish(&rt, "done");
	runtime_close(&rt);
	*answer = k.answer;
	return e == EXIT_OK && k.answer == NULL ? EXIT_ROOT : e;
}
