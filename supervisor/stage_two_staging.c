#include <string.h>

#include "hook.h"
#include "json.h"
#include "log.h"
#include "monotime.h"
#include "supervisor/audit.h"
#include "supervisor/stage_two_int.h"

/*
 * While an agent lives, its staging folder is measured.  The agent's tools
 * end a run at a quarter of what is allowed here, so one that goes over has
 * other tools: it gets no time to leave in.
 */

#define LOOK_MS		1000
#define COST		50	/* a look is at most a 50th of the time */
#define GROWTH_BYTES	67108864
#define GROWTH_FILES	8000

static void
went_over(struct memory *m, const struct staging_size *found)
{
	json_object	*o = json_object_new_object();

	log_warnx("memory %s: the staging folder of agent %s holds more than "
	    "%lld bytes or %lld files, or what no agent makes: the agent is "
	    "killed, what it wrote is removed", m->config->name, m->agent_id,
	    (long long)m->staging_most.bytes,
	    (long long)m->staging_most.files);
	json_set_int(o, "bytes", found->bytes);
	json_set_int(o, "files", found->files);
	json_set_int(o, "most_bytes", m->staging_most.bytes);
	json_set_int(o, "most_files", m->staging_most.files);
	audit_record(&m->sv->state, m->agent_id, STAGING_LIMIT, o);
	json_object_put(o);
	child_kill(m->agent, "its staging folder went over its limit");
	if (m->state == MEM_AGENT)
		stage_two_fail(m, STAGING_LIMIT, "the agent filled its "
		    "staging folder");
}

static void
say_unknown(const struct memory *m)
{
	log_warn("staging folder %s: cannot be measured; looked at again",
	    m->agent_id);
}

/* What the agent found there is not its doing. */
static enum staging_measured
set_most(struct memory *m, struct staging_size *found)
{
	const struct staging_size	all = { INT64_MAX, INT64_MAX };
	enum staging_measured		r;

	m->staging_most = (struct staging_size){ 0, 0 };
	r = staging_measure(&m->sv->state, m->agent_id, &all, found);
	if (r == STAGING_MEASURED) {
		m->staging_most.bytes = found->bytes + GROWTH_BYTES;
		m->staging_most.files = found->files + GROWTH_FILES;
	}
	return r;
}

static void
look(struct loop_timer *t, void *arg)
{
	struct memory		*m = arg;
	struct staging_size	 found;
	enum staging_measured	 r;
	int64_t			 began = mono_ms(), pause;

	r = m->staging_most.files == 0 ? set_most(m, &found) :
	    staging_measure(&m->sv->state, m->agent_id, &m->staging_most,
	    &found);
	if (r == STAGING_OVER)
		went_over(m, &found);
	if (r == STAGING_OVER || r == STAGING_ABSENT)
		return;		/* killed, or published: nothing can follow */
	if (r == STAGING_UNKNOWN)
		say_unknown(m);
	pause = (mono_ms() - began) * COST;
	if (pause < hook_ms("STAGING", LOOK_MS))
		pause = hook_ms("STAGING", LOOK_MS);
	loop_timer_set(m->sv->rt.loop, t, mono_ms() + pause);
}

void
stage_two_watch(struct memory *m)
{
	struct staging_size	found;

	/* It is asked nothing before that is known. */
	if (set_most(m, &found) == STAGING_UNKNOWN)
		say_unknown(m);
	loop_timer_init(&m->watch, look, m);
	loop_timer_set(m->sv->rt.loop, &m->watch, mono_ms() +
	    hook_ms("STAGING", LOOK_MS));
}

int
stage_two_watched(const struct memory *m)
{
	return m->staging_most.files > 0;
}
