#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/json.h"
#include "common/log.h"
#include "common/monotime.h"
#include "supervisor/child_int.h"

/*
 * Ends.  There is one way out of a process, child_finish(), and one way out
 * of a child, its CHILD_GONE.
 */

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
	json_wipe(c->spec.settings);
	json_object_put(c->spec.settings);
	free(c->name);
	free(c);
	children_title(set);
}

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

void
child_spawn_later(struct child *c, int error)
{
	struct children	*set = c->set;
	int64_t		 now = mono_ms(), at;
	unsigned	 missed;

	at = restart_after_shortage(&c->history, &set->config.restart, now);
	if (ratelimit_pass(&set->spawn_log, now, &missed))
		log_warnx("%s: no process: %s; trying again in %.1f s "
		    "(%u others waited too)", c->label, strerror(error),
		    (double)(at - now) / 1000, missed);
	child_set_state(c, CS_BACKOFF);
	child_set_deadline(c, at);
}

/*
 * The end of a process, and of the child where nothing follows.  From here
 * on its pid, pipes, deadlines and requests are no more.
 */
void
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
	end.killed = p->killed_at != -1;
	end.late = p->late;
	end_text(p, text, sizeof(text));
	log_end(c, &end, at);
	loop_timer_cancel(&c->timer);
	process_release(p);
	if (end.pid != 0 && c->set->desk.ended != NULL)
		c->set->desk.ended(c, c->set->desk.arg);
	if (end.next == CHILD_RESTARTS) {
		c->set->tally[c->spec.role].restarts++;
		child_set_state(c, CS_BACKOFF);
		child_set_deadline(c, at);
	} else
		child_set_state(c, end.next == CHILD_FAILED ? CS_FAILED :
		    CS_IDLE);
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

void
child_over(struct child *c)
{
	int	error = c->proc.error;

	if (restart_shortage(error) && c->wanted && !c->set->stopping) {
		process_release(&c->proc);
		child_set_label(c);
		child_spawn_later(c, error);
	} else
		child_finish(c);
}
