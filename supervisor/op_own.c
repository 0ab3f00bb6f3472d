#include "common/json.h"
#include "common/log.h"
#include "common/uuid.h"
#include "supervisor/memory.h"
#include "supervisor/op_table.h"

/*
 * mnemoctl revert, remember: publications that a person asks for.  Each has a
 * new id, by which recovery finds it again.
 */

static void
publish(struct op_run *run, enum msg_id id, json_object *body)
{
	char	thread_id[UUID_SIZE];

	uuid_v7(thread_id);
	op_send_as(run, id, thread_id, body);
}

/* What is live now; the folder is right even if this is not recorded. */
static void
record(struct op_run *run, const struct msg *msg)
{
	const char	*name = run->memory->config->name;

	store_memory_live(run->sv->store, name, json_str(msg->body, "commit"),
	    json_int(msg->body, "files", 0));
	log_info("memory %s: published %.12s on request (%s), %lld files "
	    "changed", name, json_str(msg->body, "commit"), run->op->name,
	    (long long)json_int(msg->body, "changed", 0));
}

const struct op_argument op_revert_arguments[] = {
	OP_ARGUMENT_MEMORY,
	{ "commit", OP_TEXT, 1, OP_COMMIT_MAX },
	{ NULL, OP_TEXT, 0, 0 }
};

void
op_revert_begin(struct op_run *run)
{
	json_object	*body;

	/* Rows first: raw_memories.md is written from them. */
	if (memory_send_input(run->memory, NULL) == -1) {
		op_failed(run, EXIT_STATE, "state_unreadable",
		    "its rows cannot be read");
		return;
	}
	body = json_object_new_object();
	json_set_str(body, "commit", op_text(run, "commit"));
	publish(run, MSG_REVERT, body);
}

void
op_revert_reply(struct op_run *run, const struct msg *msg)
{
	record(run, msg);
	op_done(run, json_object_get(msg->body));
}

const struct op_argument op_remember_arguments[] = {
	OP_ARGUMENT_MEMORY,
	{ "text", OP_TEXT, 1, OP_NOTE_MAX },
	{ NULL, OP_TEXT, 0, 0 }
};

/* Lines of text, nothing that could drive a terminal; not white alone. */
static int
is_plain(const char *s)
{
	int	black = 0;

	for (; *s != '\0'; s++) {
		if (((unsigned char)*s < 0x20 && *s != '\n' && *s != '\t') ||
		    *s == 0x7f)
			return 0;
		black |= (unsigned char)*s > 0x20;
	}
	return black;
}

void
op_remember_begin(struct op_run *run)
{
	json_object	*body;

	if (!is_plain(op_text(run, "text"))) {
		op_failed(run, EXIT_USAGE, "bad_request", "remember: the note "
		    "is empty or holds control characters");
		return;
	}
	body = json_object_new_object();
	json_set_str(body, "text", op_text(run, "text"));
	publish(run, MSG_NOTE, body);
}

void
op_remember_reply(struct op_run *run, const struct msg *msg)
{
	record(run, msg);
	/* The next consolidation folds it in. */
	store_stage_two_enqueue(run->sv->store, run->memory->config->name, 0);
	op_done(run, json_object_get(msg->body));
}
