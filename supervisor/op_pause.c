#include "common/json.h"
#include "common/log.h"
#include "common/monotime.h"
#include "supervisor/memory.h"
#include "supervisor/op_table.h"
#include "supervisor/scheduler.h"
#include "supervisor/store_operator.h"

/* mnemoctl pause, resume: no new work begins in between, restarts or not. */

const struct op_argument op_pause_arguments[] = {
	{ NULL, OP_TEXT, 0, 0 }
};

static void
refuse(struct op_run *run)
{
	op_failed(run, EXIT_STATE, "state_unwritable", "%s: the state "
	    "database cannot be written; see the log", run->op->name);
}

/* The memories whose run goes on. */
static json_object *
at_work(const struct supervisor *sv)
{
	json_object	*list = json_object_new_array();
	struct memory	*m;

	TAILQ_FOREACH(m, &sv->memories, entry)
		if (m->state != MEM_IDLE)
			json_push_str(list, m->config->name);
	return list;
}

static void
answer(struct op_run *run, int64_t since, int changed)
{
	json_object	*o = json_object_new_object();

	json_set_bool(o, "changed", changed);
	if (since == 0)
		json_set(o, "paused_since", NULL);
	else
		json_set_int(o, "paused_since", since);
	json_set(o, "at_work", at_work(run->sv));
	op_done(run, o);
}

void
op_pause_begin(struct op_run *run)
{
	int64_t			since = wall_s();
	enum store_status	st = store_pause(run->sv->store, since);
	int			changed = st == STORE_OK;

	if (st == STORE_NONE)
		st = store_paused(run->sv->store, &since);
	if (st != STORE_OK) {
		refuse(run);
		return;
	}
	scheduler_look(run->sv);
	answer(run, since, changed);
}

void
op_resume_begin(struct op_run *run)
{
	struct supervisor	*sv = run->sv;
	enum store_status	 st = store_resume(sv->store);

	if (st != STORE_OK && st != STORE_NONE) {
		refuse(run);
		return;
	}
	if (st == STORE_OK)
		log_info("resumed: new work begins again");
	answer(run, 0, st == STORE_OK);
	if (st == STORE_OK)
		scheduler_pass(sv);
}
