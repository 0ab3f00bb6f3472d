#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/hook.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/monotime.h"
#include "common/title.h"
#include "supervisor/child_int.h"

/*
 * More that start at once only delay each other: of a hundred none was ready
 * in time on a busy machine.
 */
#define STARTING_MAX	16

void
children_config_init(struct children_config *config)
{
	memset(config, 0, sizeof(*config));
	config->workers_lock_fd = -1;
	config->version = MNEMOD_VERSION;
	config->titles = 1;
	config->times = (struct child_times){ .ready = 10 * 1000,
	    .grace = hook_grace_ms(), .drain = 1000,
	    .silence = hook_ms("SILENCE", 60 * 1000),
	    .rekill = 1000, .give_up = 5 * 1000 };
	config->times.progress[ROLE_EXTRACT] = 10 * 60 * 1000;
	config->times.progress[ROLE_WORKSPACE] = 5 * 60 * 1000;
	restart_policy_init(&config->restart);
	config->starting = STARTING_MAX;
}

struct child *
child_by_pid(struct children *set, pid_t pid)
{
	struct child	*c;

	TAILQ_FOREACH(c, &set->list, entry)
		if (c->proc.pid == pid)
			break;
	return c;
}

static int
pid_known(pid_t pid, void *arg)
{
	return child_by_pid(arg, pid) != NULL;
}

static void
pid_dead(pid_t pid, int status, void *arg)
{
	child_reaped(child_by_pid(arg, pid), status);
}

/* Not an end: liveness decides whether it has to go. */
static void
pid_halted(pid_t pid, int signo, void *arg)
{
	struct children	*set = arg;
	const char	*label = child_label(child_by_pid(set, pid));

	if (signo == 0)
		log_info("%s: goes on", label);
	else
		log_warnx("%s: stopped by signal %d (%s); if it owes an answer "
		    "it is ended after %lld s of silence", label, signo,
		    strsignal(signo), (long long)set->config.times.silence /
		    1000);
}

static void
sigchld(int signo, void *arg)
{
	struct children	*set = arg;

	(void)signo;
	reap_run(&set->reap);
	if (set->stopping && set->reap.left > 0 && set->strays.loop == NULL)
		loop_timer_set(set->config.loop, &set->strays, mono_ms() +
		    set->config.times.grace + set->config.times.give_up);
}

/* What escaped and cannot be killed must not hold us for ever. */
static void
strays_give_up(struct loop_timer *t, void *arg)
{
	struct children	*set = arg;

	(void)t;
	reap_sweep(&set->reap);
	if (set->reap.left == 0)
		return;
	log_warnx("%u processes left behind by workers cannot be killed",
	    set->reap.left);
	set->unkillable += set->reap.left;
	set->reap.left = 0;
}

struct children *
children_new(const struct children_config *config)
{
	struct children	*set = xcalloc(1, sizeof(*set));

	set->config = *config;
	TAILQ_INIT(&set->list);
	ratelimit_init(&set->spawn_log, 1, 60 * 1000);
	loop_timer_init(&set->strays, strays_give_up, set);
	reap_init(&set->reap, set);
	set->reap.known = pid_known;
	set->reap.dead = pid_dead;
	set->reap.halted = pid_halted;
	loop_signal(config->loop, SIGCHLD, sigchld, set);
	/* One that died before there was a handler sent its signal to nobody. */
	raise(SIGCHLD);
	children_title(set);
	return set;
}

void
children_set_desk(struct children *set, const struct children_desk *desk)
{
	if (desk == NULL)
		memset(&set->desk, 0, sizeof(set->desk));
	else
		set->desk = *desk;
}

void
children_free(struct children *set)
{
	struct child	*c;

	if (set == NULL)
		return;
	while ((c = TAILQ_FIRST(&set->list)) != NULL) {
		if (!c->proc.gave_up)
			BUG("%s: freed while it lives", child_label(c));
		child_abandon(c);
	}
	loop_signal(set->config.loop, SIGCHLD, NULL, NULL);
	loop_timer_cancel(&set->strays);
	reap_release(&set->reap);
	free(set);
}

unsigned
children_count(const struct children *set, enum child_state state)
{
	const struct child	*c;
	unsigned		 n = 0;

	TAILQ_FOREACH(c, &set->list, entry)
		if (c->state == state)
			n++;
	return n;
}

void
children_tally(const struct children *set, enum role role,
    struct children_tally *t)
{
	const struct child	*c;

	*t = set->tally[role];
	TAILQ_FOREACH(c, &set->list, entry)
		t->living += c->spec.role == role && c->proc.pid != 0;
}

int
children_queue(struct child *c)
{
	c->queued = children_count(c->set, CS_STARTING) >=
	    c->set->config.starting;
	if (c->queued)
		loop_timer_cancel(&c->timer);
	return c->queued;
}

void
children_start_queued(struct children *set)
{
	unsigned	 n = children_count(set, CS_STARTING);
	struct child	*c;

	TAILQ_FOREACH(c, &set->list, entry) {
		if (n >= set->config.starting)
			return;
		if (!c->queued)
			continue;
		c->queued = 0;
		child_set_deadline(c, 0);
		n++;
	}
}

/* "supervisor [3 ready, 1 backoff; paused]"; title_set() passes over no change. */
void
children_title(const struct children *set)
{
	char		text[128] = "";
	size_t		len = 0;
	unsigned	s, n;
	int		r;

	if (!set->config.titles)
		return;
	for (s = 0; s < CS__MAX; s++) {
		n = children_count(set, (enum child_state)s);
		if (n == 0)
			continue;
		r = snprintf(text + len, sizeof(text) - len, "%s%u %s",
		    len == 0 ? "" : ", ", n,
		    child_state_name((enum child_state)s));
		if (r < 0 || (size_t)r >= sizeof(text) - len)
			break;
		len += (size_t)r;
	}
	title_set("supervisor [%s%s%s]", len == 0 ? "idle" : text,
	    set->still == NULL ? "" : "; ",
	    set->still == NULL ? "" : set->still);
}

void
children_still(struct children *set, const char *word)
{
	set->still = word;
	children_title(set);
}

void
children_stop(struct children *set, const char *why)
{
	struct child	*c;

	set->stopping = 1;
	/* None is freed inside: ends come from the loop. */
	TAILQ_FOREACH(c, &set->list, entry)
		child_stop(c, why);
}

void
children_kill(struct children *set)
{
	struct child	*c;

	set->stopping = 1;
	TAILQ_FOREACH(c, &set->list, entry)
		child_kill(c, "killed at once");
}

int
children_stopping(const struct children *set)
{
	return set->stopping;
}

int
children_over(const struct children *set)
{
	const struct child	*c;

	if (!set->stopping || set->reap.left > 0)
		return 0;
	TAILQ_FOREACH(c, &set->list, entry)
		if (!c->proc.gave_up)
			return 0;
	return 1;
}

unsigned
children_unkillable(const struct children *set)
{
	return set->unkillable;
}
