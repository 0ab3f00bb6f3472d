#ifndef MNEMOD_SCHEDULER_H
#define MNEMOD_SCHEDULER_H

#include "supervisor/memory.h"
#include "supervisor/supervisor.h"

/*
 * When what happens: recovery, then a pass (stage one, and stage two of
 * each memory) at start, every scan_interval, when a rollout becomes idle
 * and on SIGUSR1; one pass with -1.
 */

struct scheduler *scheduler_new(struct supervisor *);
void scheduler_free(struct scheduler *);

/* Run until stopped, or until the one pass is over. */
void scheduler_run(struct scheduler *);

/*
 * A pass as soon as it can be: its number.  Harmless where there is no
 * schedule: 0.
 */
int64_t scheduler_pass(struct supervisor *);

/*
 * The same for a person: the cooldown of that memory (NULL: of each) is
 * passed over in it.  There is a schedule.
 */
int64_t scheduler_pass_by_hand(struct supervisor *, struct memory *);

/*
 * 1 once the pass of that number has left stage one.  What it made due of
 * stage two is done where m->due is 0 and the memory idle.
 */
int scheduler_pass_over(const struct supervisor *, int64_t pass);

/*
 * Read the configuration again once nothing is under way.  The number of
 * this reload; 1 if it is over, and whether it succeeded.
 */
int64_t scheduler_reload(struct supervisor *);
int scheduler_reload_over(const struct supervisor *, int64_t reload,
    int *ok);

/*
 * When the next pass is due by itself, in ms of boot_ms(); -1: that is not
 * known yet.
 */
int64_t scheduler_next(const struct scheduler *);

/* What keeps new work from being begun may be another now: look, and log it. */
void scheduler_look(struct supervisor *);

/* The word for what keeps new work from being begun, or NULL (standstill.h). */
const char *scheduler_still(const struct scheduler *);

/* What the parts report. */
void scheduler_recovered(struct supervisor *);
void scheduler_stage_one_done(struct supervisor *);
void scheduler_memory_idle(struct supervisor *);

#endif
