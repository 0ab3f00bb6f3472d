#include <stdlib.h>
#include <string.h>

#include "agent.h"
#include "audit.h"
#include "json.h"
#include "log.h"
#include "mem.h"
#include "monotime.h"

#define SLICE_MS	200	/* of a hold: messages are seen in between */

struct agent *
agent_new(void)
{
	struct agent *a;

	a = xcalloc(1, sizeof(*a));
	a->staging.dir = -1;
	return a;
}

void
agent_free(struct agent *a)
{
	if (a == NULL)
		return;
	staging_close(&a->staging);
	redact_free(a->redact);
	if (a->request.body != NULL)
		msg_release(&a->request);
	free(a->staging_path);
	free(a);
}

static void
send_status(struct worker *w, const char *status, const char *detail)
{
	json_object *body = json_object_new_object();

	json_set_str(body, "status", status);
	json_set_str(body, "detail", detail);
	worker_send(w, MSG_STATUS, body);
}

void
agent_request(struct agent *a, struct worker *w, const struct msg *m)
{
	if (a->request.body != NULL) {
		worker_fail(w, m, "bad_staging", "the agent is at work on "
		    "another request; wait for its completion");
		return;
	}
	if (a->state == AGENT_PENDING)
		send_status(w, "pending_init", "prompt received");
	a->request = *m;
	a->request.body = json_object_get(m->body);
	a->state = AGENT_RUNNING;
	a->turns++;
	audit_request(a, w, m);
	worker_busy(w, "turn %u", a->turns);
	send_status(w, "running", "consolidating");
}

static void
end_request(struct agent *a, struct worker *w)
{
	msg_release(&a->request);
	memset(&a->request, 0, sizeof(a->request));
	worker_idle(w);
}

static void
work(struct agent *a, struct worker *w)
{
	char why[256];

	audit_tool(a, w, "read_file", INPUTS_FILE);
	audit_tool(a, w, "read_file", MEMORY_FILE);
	audit_tool(a, w, "read_file", SUMMARY_FILE);
	if (builtin_consolidate(&a->staging, &a->report, why,
	    sizeof(why)) == -1) {
		a->state = AGENT_ERRORED;
		send_status(w, "errored", why);
		worker_fail(w, &a->request, "bad_staging",
		    "staging folder %s: %s; nothing is published",
		    a->staging_path, why);
		end_request(a, w);
		return;
	}
	if (a->report.memory_changed)
		audit_tool(a, w, "write_file", MEMORY_FILE);
	if (a->report.summary_changed)
		audit_tool(a, w, "write_file", SUMMARY_FILE);
	worker_progress(w, 1);
	a->state = AGENT_HOLDING;
	a->hold_until = mono_ms() + a->hold_ms;
}

static json_object *
counts(const struct builtin_report *r)
{
	json_object *o = json_object_new_object();

	json_set_int(o, "rows", (int64_t)r->rows);
	json_set_int(o, "groups", (int64_t)r->groups);
	json_set_int(o, "tasks", (int64_t)r->topics);
	json_set_int(o, "kept_blocks", (int64_t)r->kept);
	json_set_int(o, "tombstones", (int64_t)r->tombstones);
	json_set_int(o, "notes", (int64_t)r->notes);
	json_set_int(o, "dropped", (int64_t)r->dropped);
	json_set_int(o, "memory_bytes", (int64_t)r->memory_bytes);
	json_set_int(o, "summary_bytes", (int64_t)r->summary_bytes);
	return o;
}

static void
complete(struct agent *a, struct worker *w)
{
	const struct builtin_report *r = &a->report;
	json_object *body = json_object_new_object();
	int changed = r->memory_changed || r->summary_changed;
	char *text;

	text = xasprintf("%zu sessions in %zu groups, %zu tasks; %s%s",
	    r->rows, r->groups, r->topics, changed ? "written" :
	    "nothing changed", a->request.id == MSG_REVISE ?
	    "; builtin writes the same again whatever was refused" : "");
	audit_message(a, w, text);
	json_set_str(body, "message", text);
	json_set_bool(body, "changed", changed);
	json_set_int(body, "turns", a->turns);
	json_set(body, "counts", counts(r));
	a->state = AGENT_COMPLETED;
	send_status(w, "completed", text);
	worker_reply(w, &a->request, MSG_COMPLETED, body);
	end_request(a, w);
	free(text);
}

int
agent_step(struct agent *a, struct worker *w)
{
	int64_t left;

	switch (a->state) {
	case AGENT_RUNNING:
		work(a, w);
		return a->state == AGENT_HOLDING;
	case AGENT_HOLDING:
		left = a->hold_until - mono_ms();
		if (left > 0) {
			(void)worker_sleep(w, left < SLICE_MS ? left :
			    SLICE_MS);
			return 1;
		}
		complete(a, w);
		return 0;
	case AGENT_PENDING:
	case AGENT_COMPLETED:
	case AGENT_ERRORED:
		break;
	}
	return 0;
}

void
agent_stop(struct agent *a, struct worker *w)
{
	switch (a->state) {
	case AGENT_PENDING:
	case AGENT_RUNNING:
	case AGENT_HOLDING:
		send_status(w, "interrupted", "asked to end before "
		    "completion");
		break;
	case AGENT_COMPLETED:
	case AGENT_ERRORED:
		send_status(w, "shutdown", "");
		break;
	}
}
