#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/json.h"
#include "common/log.h"
#include "common/mem.h"
#include "supervisor/model.h"
#include "supervisor/retry.h"
#include "supervisor/stage_one.h"
#include "supervisor/telemetry.h"

static const struct config_provider *
provider(const struct model *m)
{
	return config_provider_used(m->sv->config);
}

static unsigned
clerk_credits(const struct child *c, void *arg)
{
	struct model	*m = arg;

	return child_role(c) == ROLE_EXTRACT ?
	    (unsigned)m->sv->config->pipeline.max_stage_one_jobs : 1;
}

static const char *
clerk_accept(struct relay_ask *q, const struct child *c, void *arg)
{
	struct model	*m = arg;
	const char	*id;

	if (provider(m) == NULL)
		return "a model request, but no model is used";
	id = q->agent ? supervisor_agent_id(m->sv, c) :
	    stage_one_thread(m->sv->stage_one, q->job);
	if (id == NULL)
		return "a model request for no job that is open";
	snprintf(q->thread_id, sizeof(q->thread_id), "%s", id);
	return NULL;
}

/* Sent away: the provider is not asked now. */
static void
refuse_held(const struct model *m, int64_t left, struct relay_answer *a)
{
	a->error = m->hold_error;
	a->retry_ms = m->gave_up || left > RETRY_ASKER_MAX_MS ? RETRY_NEVER :
	    left;
	snprintf(a->message, sizeof(a->message), "%s", m->hold_text);
}

static enum relay_admit
clerk_admit(struct relay_ask *q, struct relay_order *o,
    struct relay_answer *a, void *arg)
{
	struct model		*m = arg;
	int64_t			 left;
	enum relay_admit	 admit;

	if (provider(m) == NULL) {
		a->error = MODEL_CANCELLED;
		return ADMIT_REFUSE;
	}
	if (m->hold_unknown)
		model_hold_load(m);
	left = model_hold_left(m);
	if (left > 0 && m->hold_error != MODEL_OVER_BUDGET) {
		refuse_held(m, left, a);
		return ADMIT_REFUSE;
	}
	admit = model_reserve(m, q, a);
	if (admit == ADMIT_SEND) {
		q->gateway = m->gateways;
		model_order(m, q, o);
	}
	return admit;
}

/* The class in a response; one that we do not know is its sender's fault. */
static enum model_error
class_of(const struct msg *msg)
{
	const char		*name = json_str(msg->body, "error");
	enum model_error	 e;

	if (strcmp(json_str(msg->body, "outcome"), "ok") == 0)
		return MODEL_NONE;
	e = name == NULL ? MODEL_PROTOCOL : model_error_by_name(name);
	return e == MODEL_NONE || e >= MODEL_ERROR__MAX ? MODEL_PROTOCOL : e;
}

static void
say(struct relay_answer *a, const char *text)
{
	if (text == NULL)
		text = "";
	log_printable(a->message, sizeof(a->message), text, strlen(text));
}

static void
clerk_settle(struct relay_ask *q, const struct msg *msg,
    struct relay_answer *a, void *arg)
{
	struct model	*m = arg;
	int64_t		 server_ms = -1;

	a->error = msg == NULL ? MODEL_TRANSPORT : class_of(msg);
	model_settle(m, q, a->error, msg);
	if (a->error == MODEL_NONE) {
		m->key_retried = 0;
		model_hold_clear(m);
		return;
	}
	say(a, msg == NULL ? "the gateway ended" :
	    json_str(msg->body, "message"));
	if (msg != NULL)
		server_ms = json_int(msg->body, "server_delay_ms", -1);
	if (supervisor_stopping(m->sv) || q->asker == NULL)
		return;
	model_failed(m, q, a, server_ms);
}

static json_object *
clerk_settings(void *arg)
{
	struct model	*m = arg;

	m->gateways++;
	(void)provider_file_look(m->sv->config, &m->key_file);
	return model_settings(m);
}

static void
clerk_reply(const struct msg *msg, void *arg)
{
	struct model	*m = arg;

	if (!telemetry_reply(m->sv->telemetry, msg))
		model_guard_reply(m, msg);
}

static void
clerk_ready(void *arg)
{
	struct model	*m = arg;

	model_guard_ready(m);
	telemetry_ready(m->sv->telemetry);
}

int64_t
model_export(struct model *m, const struct msg_head *head, json_object *body)
{
	return relay_control(m->relay, head, body);
}

struct model *
model_new(struct supervisor *sv)
{
	struct model		*m = xcalloc(1, sizeof(*m));
	struct relay_clerk	 clerk = { clerk_credits, clerk_accept,
				    clerk_admit, clerk_settle,
				    clerk_settings, clerk_reply,
				    clerk_ready, m };

	m->sv = sv;
	loop_timer_init(&m->guard_timer, NULL, NULL);
	m->relay = relay_new(sv->rt.loop, sv->rt.children, &clerk);
	if (provider(m) != NULL)
		model_hold_load(m);
	if (config_needs_gateway(sv->config))
		relay_start(m->relay);
	return m;
}

void
model_free(struct model *m)
{
	if (m == NULL)
		return;
	loop_timer_cancel(&m->guard_timer);
	relay_free(m->relay);
	free(m);
}

void
model_reload(struct model *m)
{
	m->hold_until_ms = m->rounds = 0;
	m->troubled = m->key_retried = 0;
	if (provider(m) != NULL)
		model_hold_load(m);
	if (config_needs_gateway(m->sv->config))
		relay_replace(m->relay);
	else
		relay_end(m->relay);
}

void
model_pass(struct model *m)
{
	struct provider_file	now;

	if (provider(m) == NULL)
		return;
	m->guard = GUARD_IDLE;
	if (provider_file_look(m->sv->config, &now) == -1)
		return;		/* nobody knows that it was replaced */
	if (provider_file_same(&now, &m->key_file))
		return;
	log_info("provider %s: its key file was replaced: a new gateway",
	    provider(m)->name);
	m->key_file = now;
	m->key_retried = 0;
	if (m->hold_error == MODEL_AUTH)
		model_hold_clear(m);
	relay_replace(m->relay);
}
