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
agent_new(struct worker *w, const struct agent_provider *provider)
{
	struct agent	*a = xcalloc(1, sizeof(*a));

	a->worker = w;
	a->staging.dir = -1;
	a->provider = provider;
	return a;
}

void
agent_free(struct agent *a)
{
	if (a == NULL)
		return;
	a->provider->free(a);
	staging_close(&a->staging);
	redact_free(a->redact);
	if (a->request.body != NULL)
		msg_release(&a->request);
	free(a->staging_path);
	free(a);
}

static void
send_status(struct agent *a, const char *status, const char *detail)
{
	json_object	*body = json_object_new_object();

	json_set_str(body, "status", status);
	json_set_str(body, "detail", detail);
	worker_send(a->worker, MSG_STATUS, body);
}

static void
take_request(struct agent *a, const struct msg *m)
{
	if (a->request.body != NULL) {
		worker_fail(a->worker, m, "bad_staging", "the agent is at "
		    "work on another request; wait for its completion");
		return;
	}
	if (a->state == AGENT_PENDING)
		send_status(a, "pending_init", "prompt received");
	a->request = *m;
	a->request.body = json_object_get(m->body);
	a->state = AGENT_RUNNING;
	audit_request(a, m);
	agent_turn(a);
	send_status(a, "running", "consolidating");
	a->provider->begin(a, m);
}

void
agent_message(struct agent *a, const struct msg *m)
{
	if (m->id == MSG_SUBMIT || m->id == MSG_REVISE)
		take_request(a, m);
	else if (m->id != MSG_MODEL_RESPONSE && m->id != MSG_MODEL_PROGRESS)
		BUG("message %d to the consolidate role", (int)m->id);
	else if (a->provider->answer != NULL)
		a->provider->answer(a, m);
}

void
agent_turn(struct agent *a)
{
	a->turns++;
	worker_busy(a->worker, "turn %u", a->turns);
}

void
agent_wait(struct agent *a)
{
	a->state = AGENT_WAITING;
}

void
agent_hold(struct agent *a, int64_t ms)
{
	a->state = AGENT_HOLDING;
	a->hold_until = mono_ms() + ms;
}

static void
end_request(struct agent *a)
{
	msg_release(&a->request);
	memset(&a->request, 0, sizeof(a->request));
	worker_idle(a->worker);
}

void
agent_complete(struct agent *a, const struct agent_result *r)
{
	json_object	*body = json_object_new_object();

	audit_message(a, r->text);
	json_set_str(body, "message", r->text);
	json_set_bool(body, "changed", r->changed);
	json_set_int(body, "turns", a->turns);
	json_set_str(body, "capped", r->capped);
	json_set(body, "counts", r->counts);
	a->state = AGENT_COMPLETED;
	send_status(a, "completed", r->text);
	worker_reply(a->worker, &a->request, MSG_COMPLETED, body);
	end_request(a);
}

void
agent_fail(struct agent *a, const char *reason, const char *text)
{
	a->state = AGENT_ERRORED;
	send_status(a, "errored", text);
	worker_fail(a->worker, &a->request, reason, "%s", text);
	end_request(a);
}

int
agent_step(struct agent *a)
{
	int64_t	left;

	switch (a->state) {
	case AGENT_RUNNING:
		a->provider->slice(a);
		break;
	case AGENT_HOLDING:
		left = a->hold_until - mono_ms();
		if (left > 0)
			(void)worker_sleep(a->worker, left < SLICE_MS ? left :
			    SLICE_MS);
		else
			a->state = AGENT_RUNNING;
		break;
	case AGENT_PENDING:
	case AGENT_WAITING:
	case AGENT_COMPLETED:
	case AGENT_ERRORED:
		break;
	}
	return a->state == AGENT_RUNNING || a->state == AGENT_HOLDING;
}

void
agent_stop(struct agent *a)
{
	switch (a->state) {
	case AGENT_PENDING:
	case AGENT_RUNNING:
	case AGENT_WAITING:
	case AGENT_HOLDING:
		send_status(a, "interrupted", "asked to end before "
		    "completion");
		break;
	case AGENT_COMPLETED:
	case AGENT_ERRORED:
		send_status(a, "shutdown", "");
		break;
	}
}
