/* mnemoctl show: one consolidation agent, and all that is known of it. */

#include <sys/stat.h>
#include <stdlib.h>
#include <string.h>

#include "common/json.h"
#include "common/log.h"
#include "common/mem.h"
#include "supervisor/idmatch.h"
#include "supervisor/mnemoctl/agents.h"
#include "supervisor/store_ledger.h"

/* A folder that a person may still look at. */
static void
set_staging(const struct ctl *ctl, const char *id, json_object *o)
{
	char		*path = xasprintf("%s/staging/%s", ctl->config->state,
			    id);
	struct stat	 sb;
	int		 there = lstat(path, &sb) == 0 && S_ISDIR(sb.st_mode);

	json_set_str(o, "staging", there ? path : NULL);
	free(path);
}

static enum store_status
set_requests(const struct ctl *ctl, const char *id, json_object *o)
{
	json_object		*r = ctl_set_object(o, "model");
	struct store_usage	 u;
	enum store_status	 st;

	st = store_ledger_usage(ctl->store, id, &u);
	json_set_int(r, "requests", u.requests);
	json_set_int(r, "failed", u.failed);
	json_set_int(r, "open", u.open);
	json_set_int(r, "tokens", u.tokens);
	json_set_int(r, "money_millionths", u.money);
	json_set_int(r, "input", u.input);
	json_set_int(r, "cached_input", u.cached_input);
	json_set_int(r, "output", u.output);
	json_set_int(r, "reasoning_output", u.reasoning_output);
	return st;
}

static enum store_status
set_agent(const struct ctl *ctl, const char *id, json_object *o)
{
	struct store_agent	*a = NULL;
	enum store_status	 st;
	int64_t			 inputs = 0;

	st = store_agent_get(ctl->store, id, &a);
	if (st == STORE_OK) {
		agent_set(ctl, a, o);
		json_set_str(o, "session_id", a->session_id);
		json_set_str(o, "base", a->base_commit);
		st = store_agent_inputs(ctl->store, id, &inputs);
	}
	json_set_int(o, "inputs", inputs);
	store_agent_free(a);
	return st;
}

enum ctl_exit
agent_collect(struct ctl *ctl, json_object *doc)
{
	struct idmatch	 s;
	enum ctl_exit	 e;

	e = ctl_exit_of(idmatch_find(&s, ctl->store, IDMATCH_AGENT,
	    ctl->opt->argument));
	if (e == CTL_OK && s.found != 1) {
		log_warnx("%s; see mnemoctl agents", s.why);
		return CTL_NOT_FOUND;
	}
	if (e == CTL_OK)
		e = ctl_exit_of(set_agent(ctl, s.id, doc));
	if (e == CTL_OK)
		e = ctl_exit_of(set_requests(ctl, s.id, doc));
	if (e != CTL_OK)
		return e;
	set_staging(ctl, s.id, doc);
	agent_audit(ctl, s.id, doc);
	return CTL_OK;
}
