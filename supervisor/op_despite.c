#include <stdio.h>
#include <string.h>

#include "common/json.h"
#include "common/mem.h"
#include "supervisor/despite.h"
#include "supervisor/idmatch.h"
#include "supervisor/memory.h"
#include "supervisor/op_table.h"
#include "supervisor/recovery.h"

/*
 * mnemoctl accept AGENT --despite RULE: a person takes what the validator
 * refused.  The argument `token' is the beginning of the agent's id.
 */

struct refused {
	struct idmatch	 match;
	char		 id[UUID_SIZE];
	char		 memory[OP_NAME_MAX + 1];
	int		 rejected;
};

static void
take_agent(struct refused *r, const struct store_agent *a)
{
	snprintf(r->id, sizeof(r->id), "%s", a->thread_id);
	snprintf(r->memory, sizeof(r->memory), "%s", a->memory);
	r->rejected = despite_is_refused(a);
}

/* The agent that is meant; r->match tells how many it may be. */
static void
find_refused(const struct op_run *run, struct refused *r)
{
	struct store		*s = run->sv->store;
	struct store_agent	*a = NULL;
	const char		*prefix = op_text(run, "token");

	memset(r, 0, sizeof(*r));
	snprintf(r->match.why, sizeof(r->match.why), "name an agent");
	if (prefix == NULL)
		return;
	if (idmatch_find(&r->match, s, IDMATCH_AGENT, prefix) != STORE_OK ||
	    (r->match.found == 1 &&
	    store_agent_get(s, r->match.id, &a) != STORE_OK)) {
		r->match.found = 0;
		snprintf(r->match.why, sizeof(r->match.why),
		    "the state cannot be read");
	}
	if (a != NULL)
		take_agent(r, a);
	store_agent_free(a);
}

struct memory *
op_despite_memory(const struct op_run *run)
{
	struct refused	 r;
	struct memory	*m;

	find_refused(run, &r);
	TAILQ_FOREACH(m, &run->sv->memories, entry)
		if (r.match.found == 1 &&
		    strcmp(m->config->name, r.memory) == 0)
			return m;
	return NULL;
}

static void
refuse_agent(struct op_run *run, const struct refused *r)
{
	op_failed(run, EXIT_JOB_FAILED, "no_such_agent", "%s; see mnemoctl "
	    "agents", r->match.why);
}

void
op_despite_unpicked(struct op_run *run)
{
	struct refused	r;

	find_refused(run, &r);
	if (r.match.found != 1)
		refuse_agent(run, &r);
	else
		op_failed(run, EXIT_JOB_FAILED, "no_such_memory", "agent %s "
		    "was one of memory %s, which is not configured any more",
		    r.id, r.memory);
}

/* 1 if it can be accepted, else it is said why not. */
static int
check_refused(struct op_run *run, const struct refused *r)
{
	const char	*name = run->memory->config->name;

	if (r->match.found != 1)
		refuse_agent(run, r);
	else if (strcmp(r->memory, name) != 0)
		op_failed(run, EXIT_JOB_FAILED, "no_such_agent", "agent %s "
		    "was not one of memory %s", r->id, name);
	else if (!r->rejected)
		op_failed(run, EXIT_JOB_FAILED, "not_rejected", "agent %s was "
		    "not refused by the validator", r->id);
	else
		return 1;
	return 0;
}

void
op_despite_begin(struct op_run *run)
{
	struct refused	*r = xcalloc(1, sizeof(*r));
	json_object	*body;

	run->data = r;
	find_refused(run, r);
	if (!check_refused(run, r))
		return;
	if (memory_send_input(run->memory, NULL) == -1) {
		op_failed(run, EXIT_STATE, "state_unreadable",
		    "its rows cannot be read");
		return;
	}
	body = json_object_new_object();
	json_set_str(body, "despite", op_text(run, "despite"));
	op_send_as(run, MSG_ACCEPT, r->id, body);
}

void
op_despite_reply(struct op_run *run, const struct msg *msg)
{
	const struct refused	*r = run->data;
	json_object		*conflicts = json_arr(msg->body, "conflicts");
	struct despite		 d = { .agent_id = r->id,
				    .rule = op_text(run, "despite") };

	d.commit = json_str(msg->body, "commit");
	d.files = json_int(msg->body, "files", 0);
	if (despite_accepted(run->memory, &d) != STORE_OK)
		recovery_unrecorded(run->memory);
	if (conflicts != NULL && json_object_array_length(conflicts) > 0)
		/* What was kept out leads the next run. */
		store_stage_two_enqueue(run->sv->store,
		    run->memory->config->name, 0);
	op_done(run, json_object_get(msg->body));
}
