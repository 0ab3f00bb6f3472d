#include "common/json.h"
#include "common/log.h"
#include "common/uuid.h"
#include "supervisor/memory.h"
#include "supervisor/op_table.h"
#include "supervisor/recovery.h"
#include "supervisor/store_review.h"

/* mnemoctl review, accept, discard: what waits for a person. */

/*
 * How many memories something waits in, and the last of them.  One that
 * cannot be asked counts: whatever is done with it tells why.
 */
static int
find_waiting(const struct op_run *run, struct memory **waiting)
{
	struct memory	*m;
	char		 agent_id[UUID_SIZE];
	int		 n = 0;

	TAILQ_FOREACH(m, &run->sv->memories, entry)
		if (store_review_pending(run->sv->store, m->config->name,
		    agent_id) != STORE_NONE) {
			*waiting = m;
			n++;
		}
	return n;
}

struct memory *
op_review_memory(const struct op_run *run)
{
	struct memory	*waiting = NULL;

	if (op_text(run, "despite") != NULL)
		return op_despite_memory(run);
	return find_waiting(run, &waiting) == 1 ? waiting : NULL;
}

void
op_review_unpicked(struct op_run *run)
{
	struct memory	*waiting = NULL;

	if (op_text(run, "despite") != NULL)
		op_despite_unpicked(run);
	else if (find_waiting(run, &waiting) > 0)
		op_memory_which(run);
	else
		op_failed(run, EXIT_JOB_FAILED, "no_review",
		    "nothing waits for a person");
}

const struct op_argument op_review_arguments[] = {
	OP_ARGUMENT_MEMORY,
	{ NULL, OP_TEXT, 0, 0 }
};

void
op_review_begin(struct op_run *run)
{
	op_send(run, MSG_REVIEW, NULL);
}

const struct op_argument op_accept_arguments[] = {
	OP_ARGUMENT_MEMORY,
	{ "token", OP_TEXT, 0, OP_COMMIT_MAX },
	{ "despite", OP_TEXT, 0, OP_RULE_MAX },
	{ NULL, OP_TEXT, 0, 0 }
};

void
op_accept_begin(struct op_run *run)
{
	json_object	*body;

	if (op_text(run, "despite") != NULL) {
		op_despite_begin(run);
		return;
	}
	body = json_object_new_object();
	if (op_text(run, "token") != NULL)
		json_set_str(body, "token", op_text(run, "token"));
	op_send(run, MSG_ACCEPT, body);
}

static void
end_review(struct op_run *run, const struct msg *msg, const char *commit)
{
	struct store_review_end	e = { .memory = run->memory->config->name };
	json_object		*conflicts = json_arr(msg->body, "conflicts");

	e.agent_id = json_str(msg->body, "thread_id");
	e.commit = commit;
	e.files = json_int(msg->body, "files", 0);
	log_info("memory %s: what agent %s made is %s", e.memory,
	    e.agent_id == NULL ? "?" : e.agent_id,
	    commit == NULL ? "discarded" : "accepted");
	if (store_review_end(run->sv->store, &e) != STORE_OK)
		recovery_unrecorded(run->memory);
	if (conflicts != NULL && json_object_array_length(conflicts) > 0)
		/* What was kept out leads the next run. */
		store_stage_two_enqueue(run->sv->store, e.memory, 0);
}

/* The validator judges again: the user may have edited meanwhile. */
static void
tell_violations(struct op_run *run, const struct msg *msg)
{
	json_object	*list = json_arr(msg->body, "violations"), *v;
	size_t		 i;

	for (i = 0; i < json_object_array_length(list); i++) {
		v = json_object_array_get_idx(list, i);
		op_progress(run, "%s:%lld: %s: %s", json_str(v, "file") ==
		    NULL ? "?" : json_str(v, "file"),
		    (long long)json_int(v, "line", 0), json_str(v, "rule") ==
		    NULL ? "?" : json_str(v, "rule"), json_str(v,
		    "message") == NULL ? "" : json_str(v, "message"));
	}
	op_failed(run, EXIT_JOB_FAILED, "rejected", "memory %s: the validator "
	    "refused the result; discard it, or undo your edits",
	    run->memory->config->name);
}

void
op_accept_reply(struct op_run *run, const struct msg *msg)
{
	if (msg->id == MSG_REJECTED) {
		tell_violations(run, msg);
		return;
	}
	if (op_text(run, "despite") != NULL) {
		op_despite_reply(run, msg);
		return;
	}
	end_review(run, msg, json_str(msg->body, "commit"));
	op_done(run, json_object_get(msg->body));
}

const struct op_argument op_discard_arguments[] = {
	OP_ARGUMENT_MEMORY,
	{ NULL, OP_TEXT, 0, 0 }
};

void
op_discard_begin(struct op_run *run)
{
	op_send(run, MSG_DISCARD, NULL);
}

void
op_discard_reply(struct op_run *run, const struct msg *msg)
{
	end_review(run, msg, NULL);
	op_done(run, json_object_get(msg->body));
}
