#include <stdio.h>
#include <string.h>

#include "common/hook.h"
#include "common/log.h"
#include "common/monotime.h"
#include "supervisor/guard.h"
#include "supervisor/measure.h"
#include "supervisor/model.h"
#include "supervisor/retry.h"
#include "supervisor/stage_one.h"

/*
 * The rate-limit guard of a ChatGPT login: asked once in a pass, before
 * anything is claimed.  What is not known in time is allowed.
 */
#define GUARD_MS	40000	/* the gateway's own patience, and some */

static void
guard_over(struct model *m)
{
	loop_timer_cancel(&m->guard_timer);
	m->guard = GUARD_DONE;
	stage_one_go_on(m->sv->stage_one);
}

static void
guard_late(struct loop_timer *t, void *arg)
{
	(void)t;
	log_warnx("the account's limits are not known in time; going on");
	guard_over(arg);
}

void
model_guard_ready(struct model *m)
{
	struct msg_head	head = { .id = MSG_QUOTA };

	if (m->guard != GUARD_WANTED)
		return;
	m->guard_serial = relay_control(m->relay, &head, NULL);
	if (m->guard_serial != -1)
		m->guard = GUARD_ASKED;
}

int
model_guard(struct model *m)
{
	const struct config		*c = m->sv->config;
	const struct config_provider	*p = config_provider_used(c);

	if (p == NULL || p->auth != AUTH_CODEX || m->guard != GUARD_IDLE ||
	    model_hold_left(m) > 0 ||
	    c->pipeline.min_rate_limit_remaining_percent == 0)
		return 0;
	m->guard = GUARD_WANTED;
	loop_timer_init(&m->guard_timer, guard_late, m);
	loop_timer_set(m->sv->rt.loop, &m->guard_timer, mono_ms() +
	    hook_ms("GUARD", GUARD_MS));
	model_guard_ready(m);
	return 1;
}

void
model_guard_reply(struct model *m, const struct msg *msg)
{
	struct guard_verdict	v = { 1, 0, 0 };
	char			text[128];
	int64_t			remaining;

	if (m->guard != GUARD_ASKED || msg->serial != m->guard_serial)
		return;
	remaining = m->sv->config->pipeline.min_rate_limit_remaining_percent;
	if (msg->id == MSG_QUOTA_STATE)
		guard_check(msg->body, remaining, &v);
	if (!v.allowed) {
		snprintf(text, sizeof(text), "%.0f %% of the account's limit "
		    "are used, %lld %% are to be left", v.used,
		    (long long)remaining);
		m->gave_up = 1;
		measure_guard_refused(m->sv);
		model_hold_set(m, MODEL_QUOTA, guard_hold_ms(&v, wall_s()),
		    text);
	}
	guard_over(m);
}
