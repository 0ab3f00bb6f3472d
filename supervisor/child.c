#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "common/mem.h"
#include "common/monotime.h"
#include "supervisor/child_int.h"
#include "supervisor/exe.h"

typedef void child_fn(struct child *);

static const char *const state_names[] = {
	[CS_IDLE] = "idle",
	[CS_STARTING] = "starting",
	[CS_READY] = "ready",
	[CS_STOPPING] = "stopping",
	[CS_KILLING] = "killing",
	[CS_BACKOFF] = "backoff",
	[CS_FAILED] = "failed",
};
_Static_assert(sizeof(state_names) / sizeof(state_names[0]) == CS__MAX,
    "a name for each state");

const char *
child_state_name(enum child_state state)
{
	return state_names[state];
}

void
child_set_state(struct child *c, enum child_state state)
{
	enum child_state	was = c->state;

	c->state = state;
	children_title(c->set);
	if (was == CS_STARTING)
		children_start_queued(c->set);
}

void
child_set_deadline(struct child *c, int64_t at)
{
	loop_timer_set(c->set->config.loop, &c->timer, at);
}

/* "extract", "consolidate codex", with the pid once there is one. */
void
child_set_label(struct child *c)
{
	const char	*name = c->spec.name;
	char		 pid[16] = "";

	if (c->proc.was != 0)
		snprintf(pid, sizeof(pid), "[%d]", (int)c->proc.was);
	/* A long name is cut, the pid never. */
	snprintf(c->label, sizeof(c->label), "%s%s%.40s%s",
	    role_name(c->spec.role), name == NULL ? "" : " ",
	    name == NULL ? "" : name, pid);
}

static void
act_nop(struct child *c)
{
	(void)c;
}

static void
act_bug(struct child *c)
{
	BUG("%s: an event that state %s cannot have", c->label,
	    child_state_name(c->state));
}

/* A process; -1: none, it comes later. */
static int
start(struct child *c)
{
	const struct children_config	*config = &c->set->config;
	enum role			 role = c->spec.role;
	struct spawned			 s;
	struct spawn_plan		 plan = {
	    .exe_fd = config->exes->fd[role], .argv0 = role_comm(role),
	    .lock_fd = config->workers_lock_fd, .root_fd = c->spec.root_fd,
	    .peer_lock_fd = c->spec.peer_lock_fd };

	if (spawn(&plan, &s) == -1) {
		child_spawn_later(c, errno);
		return -1;
	}
	process_open(c, &s);
	c->set->tally[role].starts++;
	child_set_label(c);
	log_debug("%s: started", c->label);
	child_set_state(c, CS_STARTING);
	child_set_deadline(c, mono_ms() + (c->spec.ready_ms != 0 ?
	    c->spec.ready_ms : config->times.ready));
	return 0;
}

/* Idle or in back-off, and its time has come: a process, or the end. */
static void
act_due(struct child *c)
{
	struct children	*set = c->set;

	if (!c->wanted || set->stopping) {
		child_blame(c, CAUSE_STOPPED, "stopping");
		child_finish(c);
	} else if (set->config.exes->fd[c->spec.role] == -1) {
		c->proc.error = ENOENT;
		child_blame(c, CAUSE_SPAWN, "%s has no executable",
		    role_comm(c->spec.role));
		child_finish(c);
	} else if (children_queue(c) || start(c) == 0)
		return;
	/* The turn that it did not take is another's. */
	children_start_queued(set);
}

static void
act_ready(struct child *c)
{
	loop_timer_cancel(&c->timer);
	child_set_state(c, CS_READY);
	log_debug("%s: ready", c->label);
	c->spec.ops->ready(c, c->spec.arg);
}

/* Down the ladder because of something that it did or did not do. */
static void
end_because(struct child *c, enum child_cause cause, const char *why)
{
	log_warnx("%s: %s; the worker is ended", c->label, why);
	child_blame(c, cause, "%s", why);
	child_set_state(c, CS_STOPPING);
	stop_ask(c, why);
}

static void
act_unready(struct child *c)
{
	end_because(c, CAUSE_STUCK, "not ready in time");
}

/* The deadline of a worker at work. */
static void
act_check(struct child *c)
{
	const struct child_times	*times = &c->set->config.times;
	struct liveness_limits		 lim = { .silence = times->silence,
	    .progress = times->progress[c->spec.role] };
	struct msg_head			 probe = { .id = MSG_PROBE };
	int64_t				 next;

	if (c->proc.requests.count == 0)
		return;
	switch (liveness_check(&c->proc.live, &lim, mono_ms(), &next)) {
	case LIVE_PROBE:
		probe.serial = requests_open(&c->proc.requests, probe.id);
		process_send(c, &probe, NULL);
		if (c->state != CS_READY)
			return;
		break;
	case LIVE_WELL:
		break;
	case LIVE_SILENT:
		end_because(c, CAUSE_STUCK, "silent while a request is open");
		return;
	case LIVE_STUCK:
		end_because(c, CAUSE_STUCK, "no progress");
		return;
	}
	child_set_deadline(c, next);
}

/* It closed a pipe: most likely it is about to be reaped. */
static void
act_hangup(struct child *c)
{
	log_debug("%s: it closed a pipe", c->label);
	child_set_state(c, CS_STOPPING);
	stop_ask(c, "pipe closed");
}

static void
act_stop(struct child *c)
{
	child_set_state(c, CS_STOPPING);
	stop_ask(c, c->proc.why);
}

/* The ten seconds are over. */
static void
act_late(struct child *c)
{
	child_blame(c, CAUSE_STUCK, "it did not end in time");
	c->proc.late = 1;
	child_set_state(c, CS_KILLING);
	stop_kill(c);
}

static void
act_kill(struct child *c)
{
	child_set_state(c, CS_KILLING);
	stop_kill(c);
}

/* No process: the end comes from the loop, as always. */
static void
act_leave(struct child *c)
{
	child_set_state(c, CS_IDLE);
	child_set_deadline(c, 0);
}

static child_fn *const action[][EV__MAX] = {
	/*		TIMEOUT		READY		EOF
	 *		BAD		ENDED		STOP		KILL */
	[CS_IDLE] = {	act_due,	act_bug,	act_bug,
			act_bug,	act_bug,	act_leave,	act_leave },
	[CS_STARTING] = { act_unready,	act_ready,	act_hangup,
			act_kill,	child_over,	act_stop,	act_kill },
	[CS_READY] = {	act_check,	act_bug,	act_hangup,
			act_kill,	child_over,	act_stop,	act_kill },
	[CS_STOPPING] = { act_late,	act_nop,	act_nop,
			act_kill,	child_over,	act_nop,	act_kill },
	[CS_KILLING] = { stop_kill,	act_nop,	act_nop,
			act_nop,	child_over,	act_nop,	act_nop },
	[CS_BACKOFF] = { act_due,	act_bug,	act_bug,
			act_bug,	act_bug,	act_leave,	act_leave },
	[CS_FAILED] = {	act_bug,	act_bug,	act_bug,
			act_bug,	act_bug,	act_leave,	act_leave },
};
_Static_assert(sizeof(action) / sizeof(action[0]) == CS__MAX,
    "a row for each state");
_Static_assert(EV_KILL == EV__MAX - 1, "a column for each event");

void
child_event(struct child *c, enum child_event ev)
{
	/* The dead cannot be hurt: only what they said still counts. */
	if (c->proc.reaped &&
	    (ev == EV_TIMEOUT || ev == EV_EOF || ev == EV_BAD))
		return;
	if (action[c->state][ev] == NULL)
		BUG("no action in state %d for event %d", (int)c->state,
		    (int)ev);
	action[c->state][ev](c);
}

static void
child_timeout(struct loop_timer *t, void *arg)
{
	(void)t;
	child_event(arg, EV_TIMEOUT);
}

struct child *
child_start(struct children *set, const struct child_spec *spec)
{
	struct child	*c = xcalloc(1, sizeof(*c));

	c->set = set;
	c->spec = *spec;
	if (spec->name != NULL)
		c->spec.name = c->name = xstrdup(spec->name);
	c->wanted = 1;
	process_init(&c->proc);
	restart_history_init(&c->history);
	loop_timer_init(&c->timer, child_timeout, c);
	child_set_label(c);
	TAILQ_INSERT_TAIL(&set->list, c, entry);
	child_set_state(c, CS_IDLE);
	child_set_deadline(c, 0);
	return c;
}

void
child_stop(struct child *c, const char *why)
{
	c->wanted = 0;
	child_blame(c, CAUSE_STOPPED, "%s", why);
	child_event(c, EV_STOP);
}

int
child_once(struct child *c, const struct child_end *end)
{
	if (end->next != CHILD_GONE)
		child_stop(c, "it is not started again");
	return end->next == CHILD_GONE;
}

void
child_kill(struct child *c, const char *why)
{
	c->wanted = 0;
	child_blame(c, CAUSE_STOPPED, "%s", why);
	child_event(c, EV_KILL);
}

int64_t
child_request(struct child *c, const struct msg_head *head, json_object *body)
{
	struct process	*p = &c->proc;
	struct msg_head	 h = *head;
	int		 idle = p->requests.count == 0;

	if (!msg_allows(h.id, MSG_TO_WORKER, c->spec.role))
		BUG("%s: message %s is not for it", c->label,
		    msg_table[h.id].name);
	if (c->state != CS_READY ||
	    (h.serial = requests_open(&p->requests, h.id)) == -1) {
		json_object_put(body);
		return -1;
	}
	if (idle && p->requests.count > 0) {
		liveness_begin(&p->live, mono_ms());
		child_set_deadline(c, 0);
	}
	if (process_send(c, &h, body) == 0)
		return h.serial;
	requests_cancel(&p->requests, h.serial);
	return -1;
}

int
child_answer(struct child *c, const struct msg_head *head, json_object *body)
{
	if (!msg_allows(head->id, MSG_TO_WORKER, c->spec.role))
		BUG("%s: message %s is not for it", c->label,
		    msg_table[head->id].name);
	if (c->state != CS_READY) {
		json_object_put(body);
		return -1;
	}
	return process_send(c, head, body);
}

void
child_progress(struct child *c)
{
	liveness_reply(&c->proc.live, mono_ms());
}

size_t
child_pending(const struct child *c)
{
	return frame_writer_pending(&c->proc.writer);
}

enum child_state
child_state(const struct child *c)
{
	return c->state;
}

enum role
child_role(const struct child *c)
{
	return c->spec.role;
}

const char *
child_label(const struct child *c)
{
	return c->label;
}

pid_t
child_pid(const struct child *c)
{
	return c->proc.pid;
}

json_object *
child_sandbox(const struct child *c)
{
	return c->proc.sandbox;
}
