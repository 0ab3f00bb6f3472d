#ifndef MNEMOD_RESTART_H
#define MNEMOD_RESTART_H

#include <stdint.h>

/*
 * When to start a worker again: pure functions of a history and the time,
 * in ms of mono_ms().
 */
#define RESTART_DEATHS_MAX 32

struct restart_policy {
	int64_t		base;		/* first back-off: 1 s, then doubled */
	int64_t		cap;		/* longest back-off: 60 s */
	unsigned	intensity;	/* more deaths than this: 10 ... */
	int64_t		period;		/* ... within this: 10 min: failed */
	int64_t		healthy;	/* ready this long: all forgiven: 60 s */
};

/* Deaths of one child since it was last healthy. */
struct restart_history {
	int64_t		deaths[RESTART_DEATHS_MAX];	/* a ring */
	unsigned	total;		/* ever added to the ring */
	unsigned	streak;		/* since the last healthy spell */
	unsigned	shortages;	/* fork or pipe failed in a row */
};

/* How one process ended, as far as restarting goes. */
struct restart_death {
	int64_t	at;
	int64_t	ready_at;	/* -1: it never was ready */
	int	status;		/* of waitpid(2) */
};

void restart_policy_init(struct restart_policy *);
void restart_history_init(struct restart_history *);

/*
 * Record a death.  Returns the time to start again, or -1: not again,
 * because of its exit status (WEXIT_CONFIG, WEXIT_SANDBOX, WEXIT_PROTOCOL)
 * or because it died too often.
 */
int64_t restart_after_death(struct restart_history *,
    const struct restart_policy *, const struct restart_death *);

/*
 * The system could not make a process (EAGAIN, ENOMEM, EMFILE, ENFILE): the
 * time to try again.  Never gives up: the worker has done nothing wrong.
 */
int64_t restart_after_shortage(struct restart_history *,
    const struct restart_policy *, int64_t now);

/* A worker was executed: shortages are over. */
void restart_spawned(struct restart_history *);

/* 1 for an exit status that says "do not restart me". */
int restart_vetoed(int status);

/* 1 for an errno that means the system is short of something. */
int restart_shortage(int error);

#endif
