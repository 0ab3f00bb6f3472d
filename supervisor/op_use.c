#include "common/json.h"
#include "common/monotime.h"
#include "common/uuid.h"
#include "supervisor/op_table.h"

/*
 * A reader of the memory opened the rollout summary of a thread (mnemoctl
 * mcp): one use, which ranks like a citation.
 */

const struct op_argument op_use_arguments[] = {
	{ "thread_id", OP_TEXT, 1, UUID_SIZE - 1 },
	{ NULL, OP_TEXT, 0, 0 }
};

void
op_use_begin(struct op_run *run)
{
	const char	*id = op_text(run, "thread_id");
	json_object	*result;

	if (!uuid_valid(id)) {
		op_failed(run, EXIT_USAGE, "bad_request", "use: the thread id "
		    "is no UUID");
		return;
	}
	switch (store_output_used(run->sv->store, id, wall_s())) {
	case STORE_OK:
		result = json_object_new_object();
		json_set_str(result, "thread_id", id);
		op_done(run, result);
		break;
	case STORE_NONE:
		op_failed(run, EXIT_JOB_FAILED, "no_such_thread",
		    "thread %s: nothing was made of it that could be used",
		    id);
		break;
	case STORE_BUSY:
	case STORE_FULL:
	case STORE_CORRUPT:
	case STORE_NEWER:
	case STORE_ERROR:
		op_failed(run, EXIT_STATE, "state_unwritable", "the state "
		    "database cannot be written now; the use is not counted");
		break;
	}
}
