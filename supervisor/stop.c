#include <errno.h>
#include <signal.h>
#include <stdio.h>

#include "common/json.h"
#include "common/log.h"
#include "common/monotime.h"
#include "supervisor/child_int.h"
#include "supervisor/stop.h"

/*
 * To the worker's whole group.  Only while it is not reaped: then the number
 * is still its own.
 */
static void
signal_group(const struct child *c, int signo)
{
	pid_t	pid = c->proc.pid;

	if (pid <= 1)
		return;
	if (kill(-pid, signo) == 0)
		return;
	if (errno == ESRCH && kill(pid, signo) == 0)
		return;
	log_warn("%s: signal %d", c->label, signo);
}

static void
deadline(struct child *c, int64_t ms)
{
	loop_timer_set(c->set->config.loop, &c->timer, mono_ms() + ms);
}

void
stop_ask(struct child *c, const char *why)
{
	struct msg_head	 head = { .id = MSG_SHUTDOWN };
	json_object	*body = json_object_new_object();

	log_debug("%s: told to end: %s", c->label, why);
	head.serial = requests_open(&c->proc.requests, head.id);
	json_set_str(body, "reason", why);
	process_send(c, &head, body);
	signal_group(c, SIGTERM);
	/* A stopped process takes SIGTERM only when it goes on. */
	signal_group(c, SIGCONT);
	deadline(c, c->set->config.times.grace);
}

/* What the kernel could not end in time is said once, with its state. */
static void
give_up(struct child *c)
{
	log_warnx("%s: cannot be killed (state %c); left behind", c->label,
	    process_state(c->proc.pid));
	c->proc.gave_up = 1;
	c->set->unkillable++;
}

void
stop_kill(struct child *c)
{
	struct process	*p = &c->proc;
	int64_t		 now = mono_ms();

	if (p->pid == 0)
		return;
	if (p->killed_at == -1) {
		p->killed_at = now;
		log_info("%s: killed", c->label);
	}
	signal_group(c, SIGKILL);
	if (!p->gave_up && now - p->killed_at >= c->set->config.times.give_up)
		give_up(c);
	deadline(c, c->set->config.times.rekill);
}

void
stop_request(struct stop *s, const char *why)
{
	if (s->asked++ > 0) {
		log_info("%s again: workers are killed at once", why);
		children_kill(s->children);
		return;
	}
	log_info("%s: stopping", why);
	children_stop(s->children, why);
}

static void
stop_signal(int signo, void *arg)
{
	stop_request(arg, signo == SIGINT ? "SIGINT" : "SIGTERM");
}

void
stop_init(struct stop *s, struct loop *l, struct children *children)
{
	*s = (struct stop){ .children = children };
	loop_signal(l, SIGTERM, stop_signal, s);
	loop_signal(l, SIGINT, stop_signal, s);
}
