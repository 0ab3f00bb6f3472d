#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "mem.h"
#include "monotime.h"
#include "supervisor/headline.h"
#include "supervisor/model.h"
#include "supervisor/notify.h"
#include "supervisor/operation.h"
#include "supervisor/recovery.h"
#include "supervisor/reload.h"
#include "supervisor/scheduler.h"
#include "supervisor/stage_one.h"
#include "supervisor/stage_two.h"
#include "supervisor/telemetry.h"
#include "supervisor/trim.h"
#include "supervisor/turn.h"
#include "supervisor/upkeep.h"
#include "supervisor/waits.h"

#define RENEW_MS	600000		/* leases of an hour */
#define STILL_MS	60000		/* till it is looked at again */

struct scheduler {
	struct supervisor	*sv;
	struct loop_timer	 next;		/* the next pass */
	struct loop_timer	 renew;		/* leases of running jobs */
	int			 recovered;
	int			 wanted;	/* a pass was asked for */
	int			 by_hand;	/* SIGUSR1 or -1: no cooldown */
	int64_t			 pass;		/* how many were begun */
	int			 in_pass;	/* stage two has not begun */
	int			 reload;	/* SIGHUP came */
	int64_t			 reloads;	/* how many were tried */
	int			 reloaded;	/* the last succeeded */
	int			 over;		/* of -1 */
	struct upkeep		 upkeep;
};

static void	consider(struct scheduler *);

static void
next_fired(struct loop_timer *t, void *arg)
{
	struct scheduler	*s = arg;

	(void)t;
	s->wanted = 1;
	consider(s);
}

static void
renew_fired(struct loop_timer *t, void *arg)
{
	struct scheduler	*s = arg;
	int64_t			 n;

	store_jobs_renew(s->sv->store, s->sv->run_id, wall_s() + 3600, &n);
	loop_timer_set(s->sv->rt.loop, t, mono_ms() + RENEW_MS);
}

static void
usr1(int signo, void *arg)
{
	struct scheduler	*s = arg;

	(void)signo;
	log_info("SIGUSR1: a pass now; the cooldown is passed over");
	s->wanted = s->by_hand = 1;
	consider(s);
}

static void
hup(int signo, void *arg)
{
	struct scheduler	*s = arg;

	(void)signo;
	s->reload = 1;
	consider(s);
}

struct scheduler *
scheduler_new(struct supervisor *sv)
{
	struct scheduler	*s = xcalloc(1, sizeof(*s));

	s->sv = sv;
	loop_timer_init_boot(&s->next, next_fired, s);
	loop_timer_init(&s->renew, renew_fired, s);
	loop_signal(sv->rt.loop, SIGUSR1, usr1, s);
	loop_signal(sv->rt.loop, SIGHUP, hup, s);
	return s;
}

void
scheduler_free(struct scheduler *s)
{
	if (s == NULL)
		return;
	loop_timer_cancel(&s->next);
	loop_timer_cancel(&s->renew);
	free(s);
}

/* What is to be done with one that is idle; 1 if that is under way now. */
static int
start_one(struct memory *m)
{
	/* One that a request works on comes when that is done. */
	if (m->state != MEM_IDLE || m->sv->holds > 0)
		return 0;
	if (m->trim) {
		m->trim = 0;
		if (trim_start(m))
			return 1;
	}
	if (!m->due)
		return 0;
	m->due = 0;
	stage_two_start(m, m->by_hand);
	m->by_hand = 0;
	return m->state != MEM_IDLE;
}

static int
any_due(const struct scheduler *s)
{
	struct memory	*m;

	TAILQ_FOREACH(m, &s->sv->memories, entry)
		if (m->due)
			return 1;
	return 0;
}

static int
idle(const struct scheduler *s)
{
	return !stage_one_busy(s->sv->stage_one) && !any_due(s) &&
	    memory_all_idle(s->sv) && !operations_busy(s->sv);
}

/* A person's pause is over when that person says so. */
static int
is_paused(const struct scheduler *s)
{
	return s->upkeep.still != NULL &&
	    strcmp(s->upkeep.still, PAUSED) == 0;
}

/* When the next pass is due by itself: the interval, or a rollout earlier. */
static void
plan_next(struct scheduler *s)
{
	struct store_stage_one_rules	rules;
	int64_t				wait, when = 0;

	wait = s->sv->config->scan_interval * 1000;
	(void)supervisor_stage_one_rules(s->sv, &rules);
	if (store_stage_one_next(s->sv->store, &rules, &when) == STORE_OK &&
	    when > 0 && (when - wall_s()) * 1000 < wait)
		wait = (when - wall_s()) * 1000 + 1000;
	if (s->upkeep.still != NULL && !is_paused(s) && wait > STILL_MS)
		wait = STILL_MS;
	if (wait < 1000)
		wait = 1000;
	loop_timer_set(s->sv->rt.loop, &s->next, boot_ms() + wait);
}

/* Begin what is wanted and possible now. */
static void
consider(struct scheduler *s)
{
	if (!s->recovered || supervisor_stopping(s->sv))
		return;
	if (s->reload) {
		notify_reloading(s->sv->notify);
		if (!idle(s))
			return;		/* drain first */
		s->reload = 0;
		s->reloaded = reload_config(s->sv) == 0;
		s->reloads++;
		notify_reloaded(s->sv->notify);
		operations_consider(s->sv);
	}
	if (!s->wanted || stage_one_busy(s->sv->stage_one))
		return;
	s->wanted = 0;
	s->pass++;
	s->in_pass = 1;
	loop_timer_cancel(&s->next);
	upkeep_pass(&s->upkeep, s->sv);
	model_pass(s->sv->model);
	stage_one_start(s->sv->stage_one);
}

int64_t
scheduler_pass(struct supervisor *sv)
{
	struct scheduler	*s = sv->scheduler;
	int64_t			 next;

	if (s == NULL)
		return 0;
	next = s->pass + 1;
	s->wanted = 1;
	consider(s);
	return next;
}

int64_t
scheduler_pass_by_hand(struct supervisor *sv, struct memory *only)
{
	struct memory	*m;

	TAILQ_FOREACH(m, &sv->memories, entry)
		if (only == NULL || m == only)
			m->hand_pass = sv->scheduler->pass + 1;
	return scheduler_pass(sv);
}

int
scheduler_pass_over(const struct supervisor *sv, int64_t pass)
{
	const struct scheduler	*s = sv->scheduler;

	return s->pass > pass || (s->pass == pass && !s->in_pass);
}

int64_t
scheduler_reload(struct supervisor *sv)
{
	struct scheduler	*s = sv->scheduler;
	int64_t			 next = s->reloads + 1;

	s->reload = 1;
	consider(s);
	return next;
}

int
scheduler_reload_over(const struct supervisor *sv, int64_t reload, int *ok)
{
	*ok = sv->scheduler->reloaded;
	return sv->scheduler->reloads >= reload;
}

/* What waits of stage one is in held_back(), unless it has its own reason. */
static int
count_waiting(const struct store_waiting *w, void *arg)
{
	int64_t	*n = arg;

	if (w->reason == CLAIM_RETRY_BACKOFF || (w->reason == CLAIM_CLAIMED &&
	    strcmp(w->kind, "memory_stage1") != 0))
		++*n;
	return 0;
}

/* Rollouts that wait for the budget or the provider, and for nothing else. */
static enum store_status
held_back(struct supervisor *sv, int64_t *n)
{
	struct store_stage_one_rules	rules;
	enum store_status		st;

	st = supervisor_stage_one_rules(sv, &rules);
	return st == STORE_OK ? store_stage_one_held(sv->store, &rules, n) :
	    st;
}

/* A root that could not be looked at: who knows what is to be done there. */
static int
any_unknown(const struct supervisor *sv)
{
	struct memory	*m;

	TAILQ_FOREACH(m, &sv->memories, entry)
		if (m->unknown)
			return 1;
	return 0;
}

/* The one pass of -1 is over: is anything left that could not be done? */
static void
end_once(struct scheduler *s)
{
	struct store_stage_two_rules	rules;
	enum store_status		st;
	int64_t				n = 0;

	memset(&rules, 0, sizeof(rules));
	rules.now = wall_s();
	st = held_back(s->sv, &n);
	if (st == STORE_OK)
		st = store_waiting_each(s->sv->store, &rules, count_waiting,
		    &n);
	if (st != STORE_OK) {
		s->sv->outcome |= OUTCOME_WAITING;
		log_warnx("what is left waiting cannot be read");
	}
	if (n > 0) {
		s->sv->outcome |= OUTCOME_WAITING;
		log_info("%lld jobs are left waiting", (long long)n);
	}
	if (is_paused(s) || any_unknown(s->sv))
		s->sv->outcome |= OUTCOME_WAITING;
	s->over = 1;
}

static void
check_end(struct scheduler *s)
{
	operations_consider(s->sv);
	if (s->in_pass || !idle(s))
		return;
	telemetry_pass(s->sv->telemetry);
	if (s->sv->opt->act == ACT_ONCE)
		end_once(s);
	else if (memory_usable(s->sv) == 0) {
		log_warnx("no memory is left that may be written");
		s->over = 1;
	} else
		consider(s);
}

void
scheduler_stage_one_done(struct supervisor *sv)
{
	struct scheduler	*s = sv->scheduler;
	struct memory		*m;
	int			 by_hand = s->by_hand;

	if (sv->opt->act == ACT_ONCE || stage_one_counts(sv->stage_one)->
	    claimed > 0 || by_hand)
		stage_one_report(sv->stage_one);
	s->by_hand = 0;
	TAILQ_FOREACH(m, &sv->memories, entry) {
		m->due = 1;
		m->by_hand |= by_hand ||
		    (m->hand_pass != 0 && m->hand_pass <= s->pass);
		if (m->hand_pass <= s->pass)
			m->hand_pass = 0;
	}
	turn_offer(sv, start_one);
	s->in_pass = 0;
	plan_next(s);
	check_end(s);
	/* One that was asked for meanwhile need not wait for the agents. */
	if (!s->over)
		consider(s);
}

void
scheduler_memory_idle(struct supervisor *sv)
{
	if (sv->scheduler == NULL)
		return;
	operations_consider(sv);	/* somebody waits for these */
	turn_offer(sv, start_one);
	check_end(sv->scheduler);
}

void
scheduler_recovered(struct supervisor *sv)
{
	struct scheduler	*s = sv->scheduler;
	int64_t			 n = 0;

	if (s->recovered) {
		turn_offer(sv, start_one);	/* a pass came by */
		check_end(s);
		return;
	}
	s->recovered = 1;
	store_jobs_recover(sv->store, sv->run_id, &n);
	if (n > 0)
		log_info("%lld jobs of an earlier run are pending again",
		    (long long)n);
	upkeep_start(&s->upkeep, sv);
	if (memory_usable(sv) == 0) {
		s->over = 1;
		return;
	}
	s->wanted = 1;
	/* SIGUSR1 may have come meanwhile. */
	s->by_hand |= sv->opt->act == ACT_ONCE;
	operations_consider(sv);
	consider(s);
}

int64_t
scheduler_next(const struct scheduler *s)
{
	return s->next.loop == NULL ? -1 : s->next.deadline;
}

void
scheduler_look(struct supervisor *sv)
{
	if (sv->scheduler != NULL)
		upkeep_look(&sv->scheduler->upkeep, sv);
}

const char *
scheduler_still(const struct scheduler *s)
{
	return s->upkeep.still;
}

/* Keep the service manager, if there is one, up to date. */
static void
tell(struct scheduler *s)
{
	char	line[HEADLINE_MAX];

	headline_write(s->sv, line, sizeof(line));
	notify_status(s->sv->notify, line);
	if (s->recovered && !stage_one_starting(s->sv->stage_one))
		notify_ready(s->sv->notify);
}

void
scheduler_run(struct scheduler *s)
{
	loop_timer_set(s->sv->rt.loop, &s->renew, mono_ms() + RENEW_MS);
	recovery_start(s->sv);
	recovery_turns(s->sv);
	while (!s->over && !supervisor_stopping(s->sv)) {
		tell(s);
		loop_run_once(s->sv->rt.loop, -1);
		recovery_turns(s->sv);
	}
	loop_timer_cancel(&s->renew);
	loop_timer_cancel(&s->next);
}
