#include <errno.h>
#include <stdarg.h>
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

static void
set_state(struct child *c, enum child_state state)
{
	c->state = state;
	children_title(c->set);
}

static void
set_deadline(struct child *c, int64_t at)
{
	loop_timer_set(c->set->config.loop, &c->timer, at);
}

/* "extract", "consolidate codex", with the pid once there is one. */
static void
set_label(struct child *c)
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

void
child_blame(struct child *c, enum child_cause cause, const char *fmt, ...)
{
	va_list	ap;

	if (c->proc.cause != CAUSE_NONE)
		return;
	c->proc.cause = cause;
	va_start(ap, fmt);
	vsnprintf(c->proc.why, sizeof(c->proc.why), fmt, ap);
	va_end(ap);
}

void
child_abandon(struct child *c)
{
	struct children	*set = c->set;

	loop_timer_cancel(&c->timer);
	process_release(&c->proc);
	TAILQ_REMOVE(&set->list, c, entry);
	json_object_put(c->spec.settings);
	free(c->name);
	free(c);
	children_title(set);
}

/*
 * Ends.  There is one way out of a process, child_finish(), and one way out
 * of a child, its CHILD_GONE.
 */

/* When it is to start again; -1: never. */
static int64_t
restart_time(struct child *c)
{
	const struct restart_policy	*policy = &c->set->config.restart;
	struct restart_death		 d = { .at = mono_ms(),
	    .ready_at = c->proc.ready_at, .status = c->proc.status };

	/* The same file would do the same again. */
	if (c->proc.cause == CAUSE_SPAWN || c->proc.cause == CAUSE_VERSION)
		return -1;
	return restart_after_death(&c->history, policy, &d);
}

static enum child_next
next_life(struct child *c, int64_t *at)
{
	*at = -1;
	if (!c->wanted || c->set->stopping || !c->spec.restartable)
		return CHILD_GONE;
	*at = restart_time(c);
	return *at == -1 ? CHILD_FAILED : CHILD_RESTARTS;
}

/* One line for each end; who was asked to leave and did is no news. */
static void
log_end(const struct child *c, const struct child_end *e, int64_t at)
{
	char	next[64] = "";

	if (e->next == CHILD_RESTARTS)
		snprintf(next, sizeof(next), "; starts again in %.1f s",
		    (double)(at - mono_ms()) / 1000);
	else if (e->next == CHILD_FAILED)
		snprintf(next, sizeof(next), "; not started again");
	if (e->cause == CAUSE_STOPPED || (e->bye && e->status == 0))
		log_debug("%s: %s%s", c->label, e->text, next);
	else
		log_warnx("%s: %s%s", c->label, e->text, next);
}

/* What the owner is told, in words: the status, and why if it was us. */
static void
end_text(const struct process *p, char *text, size_t size)
{
	char	status[STATUS_TEXT_SIZE];

	status_text(status, p->status);
	if (p->cause == CAUSE_SPAWN)
		snprintf(text, size, "not started: %s", p->why);
	else if (p->was == 0)
		snprintf(text, size, "there was no process");
	else if (p->why[0] == '\0')
		snprintf(text, size, "%s", status);
	else
		snprintf(text, size, "%s (%s)", status, p->why);
}

/*
 * The system is short of something.  The owner is not told, for nothing has
 * lived; it is said now and then.
 */
static void
spawn_later(struct child *c, int error)
{
	struct children	*set = c->set;
	int64_t		 now = mono_ms(), at;
	unsigned	 missed;

	at = restart_after_shortage(&c->history, &set->config.restart, now);
	if (ratelimit_pass(&set->spawn_log, now, &missed))
		log_warnx("%s: no process: %s; trying again in %.1f s "
		    "(%u others waited too)", c->label, strerror(error),
		    (double)(at - now) / 1000, missed);
	set_state(c, CS_BACKOFF);
	set_deadline(c, at);
}

/*
 * The end of a process, and of the child where nothing follows.  From here
 * on its pid, pipes, deadlines and requests are no more.
 */
static void
child_finish(struct child *c)
{
	struct process		*p = &c->proc;
	struct child_end	 end;
	char			 text[sizeof(p->why) + STATUS_TEXT_SIZE + 16];
	int64_t			 at;

	if (p->was != 0)
		child_blame(c, CAUSE_EXIT, "%s", "");
	end = (struct child_end){ .next = next_life(c, &at),
	    .cause = p->cause, .pid = p->was, .status = p->status,
	    .error = p->error, .was_ready = p->ready_at >= 0, .text = text };
	end.bye = p->bye && p->status == 0;
	end_text(p, text, sizeof(text));
	log_end(c, &end, at);
	loop_timer_cancel(&c->timer);
	process_release(p);
	if (end.next == CHILD_RESTARTS) {
		set_state(c, CS_BACKOFF);
		set_deadline(c, at);
	} else
		set_state(c, end.next == CHILD_FAILED ? CS_FAILED : CS_IDLE);
	c->spec.ops->ended(c, &end, c->spec.arg);
	if (end.next == CHILD_GONE)
		child_abandon(c);
}

void
child_check_end(struct child *c)
{
	if (c->proc.reaped && process_drained(&c->proc))
		child_event(c, EV_ENDED);
}

void
child_reaped(struct child *c, int status)
{
	struct process	*p = &c->proc;

	/* From here on this pid belongs to somebody else. */
	p->pid = 0;
	p->reaped = 1;
	p->status = status;
	loop_timer_cancel(&c->timer);
	loop_timer_set(c->set->config.loop, &p->drain,
	    mono_ms() + c->set->config.times.drain);
	child_check_end(c);
}

/*
 * Actions: what an event does in a state.
 */

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

/* Reaped and drained. */
static void
act_ended(struct child *c)
{
	int	error = c->proc.error;

	if (restart_shortage(error) && c->wanted && !c->set->stopping) {
		process_release(&c->proc);
		set_label(c);
		spawn_later(c, error);
	} else
		child_finish(c);
}

/* Idle or in back-off, and its time has come: a process, or the end. */
static void
act_due(struct child *c)
{
	const struct children_config	*config = &c->set->config;
	enum role			 role = c->spec.role;
	struct spawned			 s;
	struct spawn_plan		 plan = {
	    .exe_fd = config->exes->fd[role], .argv0 = role_comm(role),
	    .lock_fd = config->workers_lock_fd, .root_fd = c->spec.root_fd,
	    .peer_lock_fd = c->spec.peer_lock_fd };

	if (!c->wanted || c->set->stopping) {
		child_blame(c, CAUSE_STOPPED, "stopping");
		child_finish(c);
		return;
	}
	if (plan.exe_fd == -1) {
		c->proc.error = ENOENT;
		child_blame(c, CAUSE_SPAWN, "%s has no executable",
		    role_comm(role));
		child_finish(c);
		return;
	}
	if (spawn(&plan, &s) == -1) {
		spawn_later(c, errno);
		return;
	}
	process_open(c, &s);
	set_label(c);
	log_debug("%s: started", c->label);
	set_state(c, CS_STARTING);
	set_deadline(c, mono_ms() + (c->spec.ready_ms != 0 ?
	    c->spec.ready_ms : config->times.ready));
}

static void
act_ready(struct child *c)
{
	loop_timer_cancel(&c->timer);
	set_state(c, CS_READY);
	log_debug("%s: ready", c->label);
	c->spec.ops->ready(c, c->spec.arg);
}

/* Down the ladder because of something that it did or did not do. */
static void
end_because(struct child *c, enum child_cause cause, const char *why)
{
	log_warnx("%s: %s; the worker is ended", c->label, why);
	child_blame(c, cause, "%s", why);
	set_state(c, CS_STOPPING);
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
	set_deadline(c, next);
}

/* It closed a pipe: most likely it is about to be reaped. */
static void
act_hangup(struct child *c)
{
	log_debug("%s: it closed a pipe", c->label);
	set_state(c, CS_STOPPING);
	stop_ask(c, "pipe closed");
}

static void
act_stop(struct child *c)
{
	set_state(c, CS_STOPPING);
	stop_ask(c, c->proc.why);
}

/* The ten seconds are over. */
static void
act_late(struct child *c)
{
	child_blame(c, CAUSE_STUCK, "it did not end in time");
	set_state(c, CS_KILLING);
	stop_kill(c);
}

static void
act_kill(struct child *c)
{
	set_state(c, CS_KILLING);
	stop_kill(c);
}

/* No process: the end comes from the loop, as always. */
static void
act_leave(struct child *c)
{
	set_state(c, CS_IDLE);
	set_deadline(c, 0);
}

static child_fn *const action[][EV__MAX] = {
	/*		TIMEOUT		READY		EOF
	 *		BAD		ENDED		STOP		KILL */
	[CS_IDLE] = {	act_due,	act_bug,	act_bug,
			act_bug,	act_bug,	act_leave,	act_leave },
	[CS_STARTING] = { act_unready,	act_ready,	act_hangup,
			act_kill,	act_ended,	act_stop,	act_kill },
	[CS_READY] = {	act_check,	act_bug,	act_hangup,
			act_kill,	act_ended,	act_stop,	act_kill },
	[CS_STOPPING] = { act_late,	act_nop,	act_nop,
			act_kill,	act_ended,	act_nop,	act_kill },
	[CS_KILLING] = { stop_kill,	act_nop,	act_nop,
			act_nop,	act_ended,	act_nop,	act_nop },
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
	set_label(c);
	TAILQ_INSERT_TAIL(&set->list, c, entry);
	set_state(c, CS_IDLE);
	set_deadline(c, 0);
	return c;
}

void
child_stop(struct child *c, const char *why)
{
	c->wanted = 0;
	child_blame(c, CAUSE_STOPPED, "%s", why);
	child_event(c, EV_STOP);
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

	if (msg_table[h.id].dir != MSG_TO_WORKER ||
	    (msg_table[h.id].roles & 1u << c->spec.role) == 0)
		BUG("%s: message %s is not for it", c->label,
		    msg_table[h.id].name);
	if (c->state != CS_READY ||
	    (h.serial = requests_open(&p->requests, h.id)) == -1) {
		json_object_put(body);
		return -1;
	}
	if (idle && p->requests.count > 0) {
		liveness_begin(&p->live, mono_ms());
		set_deadline(c, 0);
	}
	if (process_send(c, &h, body) == 0)
		return h.serial;
	requests_cancel(&p->requests, h.serial);
	return -1;
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
child_name(const struct child *c)
{
	return c->spec.name;
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

unsigned
child_open_requests(const struct child *c)
{
	return c->proc.requests.count;
}

int
child_busy(const struct child *c)
{
	return c->state == CS_READY && c->proc.requests.count > 0;
}
