#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "agent.h"
#include "hook.h"
#include "json.h"
#include "log.h"
#include "mem.h"

/*
 * The consolidate role: mnemod-agent.  It sees its staging folder and
 * nothing else; what it writes there goes through the workspace role.
 */

static int
configure(struct worker *w, json_object *settings, char *why, size_t whysize)
{
	const char *path = json_str(settings, "staging");
	const char *provider = json_str(settings, "provider");
	struct agent *a = agent_new(w, provider == NULL ||
	    strcmp(provider, "builtin") == 0 ? &agent_builtin : &agent_model);

	worker_set_data(w, a);
	hook_crash_at(json_str(settings, "crash_at"));
	if (path == NULL || path[0] != '/') {
		(void)snprintf(why, whysize, "staging: an absolute path is "
		    "needed");
		return -1;
	}
	a->staging_path = xstrdup(path);
	if (staging_open(&a->staging, path) == -1) {
		(void)snprintf(why, whysize, "staging folder %s: %s", path,
		    strerror(errno));
		return -1;
	}
	a->redact = redact_from_settings(settings, why, whysize);
	if (a->redact == NULL)
		return -1;
	return a->provider->configure(a, settings, why, whysize);
}

static void
rights(struct worker *w, struct sandbox *sb)
{
	const struct agent *a = worker_data(w);

	if (sandbox_allow_fd(sb, SANDBOX_WRITE_TREE, a->staging.dir) == -1)
		log_warn("staging folder %s: no rule for it, so nothing can "
		    "be written", a->staging_path);
}

static void
message(struct worker *w, const struct msg *m)
{
	agent_message(worker_data(w), m);
}

static int
step(struct worker *w)
{
	return agent_step(worker_data(w));
}

static void
stop(struct worker *w)
{
	if (worker_data(w) != NULL)
		agent_stop(worker_data(w));
}

static void
release(struct worker *w)
{
	agent_free(worker_data(w));
}

static const struct worker_role consolidate_role = {
	.role = ROLE_CONSOLIDATE,
	.configure = configure,
	.rights = rights,
	.message = message,
	.step = step,
	.stop = stop,
	.release = release
};

int
main(int argc, char **argv, char **envp)
{
	return worker_main(argc, argv, envp, &consolidate_role);
}
