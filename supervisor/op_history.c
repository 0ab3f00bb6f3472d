#include "common/json.h"
#include "supervisor/op_table.h"

/* mnemoctl history, diff, audit: what was published, and who changed it. */

#define COMMITS_MAX	500	/* of one answer */
#define WEEKS_MAX	520

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

const struct op_argument op_diff_arguments[] = {
	OP_ARGUMENT_MEMORY,
	{ "commit", OP_TEXT, 0, OP_COMMIT_MAX },
	{ NULL, OP_TEXT, 0, 0 }
};

void
op_diff_begin(struct op_run *run)
{
	json_object	*body = json_object_new_object();

	if (op_text(run, "commit") != NULL)
		json_set_str(body, "commit", op_text(run, "commit"));
	op_send(run, MSG_DIFF, body);
}

const struct op_argument op_audit_arguments[] = {
	OP_ARGUMENT_MEMORY,
	{ NULL, OP_TEXT, 0, 0 }
};

void
op_audit_begin(struct op_run *run)
{
	json_object	*body = json_object_new_object();

	json_set_int(body, "weeks", WEEKS_MAX);
	op_send(run, MSG_AUDIT, body);
}
