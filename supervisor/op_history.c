#include "common/json.h"
#include "supervisor/op_table.h"

/* mnemoctl history: what the published memory was, and who changed it. */

#define COMMITS_MAX 500		/* of one answer */

const struct op_argument op_history_arguments[] = {
	OP_ARGUMENT_MEMORY,
	{ NULL, OP_TEXT, 0, 0 }
};

void
op_history_begin(struct op_run *run)
{
	json_object	*body = json_object_new_object();

	json_set_int(body, "limit", COMMITS_MAX);
	op_send(run, MSG_HISTORY, body);
}
