#include <stdlib.h>
#include <string.h>

#include "common/hook.h"
#include "common/json.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/monotime.h"
#include "supervisor/audit.h"
#include "supervisor/despite.h"
#include "supervisor/staging.h"

#define REJECTED	"rejected"

int
despite_is_refused(const struct store_agent *a)
{
	return a->finished_at != 0 && a->reason != NULL &&
	    strcmp(a->reason, REJECTED) == 0;
}

/* What a person decided stands with what the agent did. */
static void
record(struct supervisor *sv, const struct despite *d)
{
	json_object	*o = json_object_new_object();

	json_set_str(o, "type", "accepted");
	json_set_str(o, "despite", d->rule);
	json_set_str(o, "commit", d->commit);
	audit_record(&sv->state, d->agent_id, "event_msg", o);
	json_object_put(o);
}

static enum store_status
write_down(struct memory *m, const struct despite *d,
    const struct store_agent *a)
{
	char				*reason = xasprintf(
					    "accepted_despite %s", d->rule);
	struct store_stage_two_end	 e = {
		.memory = m->config->name, .agent_id = d->agent_id,
		.now = wall_s(), .completed = a->watermark,
		.turns = a->turns, .tokens = a->tokens,
		.exit_status = a->exit_status, .commit = d->commit,
		.live_files = d->files, .reason = reason
	};
	enum store_status		 st;

	hook_crash("accept.recorded.before");
	log_info("memory %s: what agent %s made is accepted despite rule %s",
	    m->config->name, d->agent_id, d->rule);
	st = store_stage_two_accepted(m->sv->store, &e);
	if (st == STORE_OK) {
		record(m->sv, d);
		staging_remove(&m->sv->state, d->agent_id);
	}
	free(reason);
	return st;
}

enum store_status
despite_accepted(struct memory *m, const struct despite *d)
{
	struct store_agent	*a = NULL;
	enum store_status	 st;

	st = store_agent_get(m->sv->store, d->agent_id, &a);
	if (st == STORE_OK && despite_is_refused(a))
		st = write_down(m, d, a);
	store_agent_free(a);
	return st == STORE_NONE ? STORE_OK : st;
}
