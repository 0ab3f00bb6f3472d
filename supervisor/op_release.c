#include "common/hook.h"
#include "common/json.h"
#include "common/log.h"
#include "common/monotime.h"
#include "supervisor/memory.h"
#include "supervisor/op_table.h"

/*
 * mnemoctl release: the folder is given back as it is, and stays so until
 * mnemod --adopt takes it again.
 */

const struct op_argument op_release_arguments[] = {
	OP_ARGUMENT_MEMORY,
	{ NULL, OP_TEXT, 0, 0 }
};

static void
released(struct op_run *run, struct memory *m)
{
	json_object	*o = json_object_new_object();

	if (m->held)
		memory_give_back(m);
	m->stopped = 1;
	snprintf(m->reason, sizeof(m->reason), "released");
	log_info("memory %s: %s is given back; mnemod --adopt=%s takes it "
	    "again", m->config->name, m->config->root, m->config->name);
	json_set_str(o, "memory", m->config->name);
	json_set_str(o, "root", m->config->root);
	op_done(run, o);
}

void
op_release_begin(struct op_run *run)
{
	struct memory		*m = run->memory;
	enum store_status	 st;

	hook_crash("release.before");
	st = store_memory_release(run->sv->store, m->config->name, wall_s());
	hook_crash("release.after");
	if (st == STORE_OK)
		released(run, m);
	else if (st == STORE_NONE)
		op_failed(run, EXIT_JOB_FAILED, "not_ours",
		    "memory %s: %s is not ours, there is nothing to give back",
		    m->config->name, m->config->root);
	else
		op_failed(run, EXIT_STATE, "state_unwritable",
		    "memory %s: the state database cannot be written; see "
		    "the log", m->config->name);
}
