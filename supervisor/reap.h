#ifndef MNEMOD_REAP_H
#define MNEMOD_REAP_H

#include <sys/types.h>
#include <stddef.h>

/*
 * Collecting the dead.  When a worker died, its descendants, in its group or
 * escaped from it, become our children, for we are the subreaper; what is
 * neither a worker nor was there before us is killed.
 */
struct reap {
	pid_t	*inherited;	/* children we were born with */
	size_t	 ninherited;
	int	 blind;		/* they are not known: nothing is swept */
	unsigned left;		/* escaped descendants at the last sweep */

	/* Is this pid one of our workers? */
	int	(*known)(pid_t, void *arg);
	/* A worker was reaped.  Its pid belongs to nobody from here on. */
	void	(*dead)(pid_t, int status, void *arg);
	/* One was stopped by a signal, or goes on (signo 0).  May be NULL. */
	void	(*halted)(pid_t, int signo, void *arg);
	void	*arg;
};

/* Become subreaper and list the inherited children. */
void reap_init(struct reap *, void *arg);
void reap_release(struct reap *);

/*
 * Reap all that is dead now, tell what was stopped or goes on, then sweep.
 * On SIGCHLD.
 */
void reap_run(struct reap *);

/*
 * SIGKILL every child that is neither known nor inherited, and count in
 * `left' those that are not reaped yet.
 */
void reap_sweep(struct reap *);

#define STATUS_TEXT_SIZE 80
/* "exit status 3", "signal 11 (Segmentation fault), core dumped". */
void status_text(char out[STATUS_TEXT_SIZE], int status);

/* State letter of a process from /proc ("D"), '?' if unknown. */
char process_state(pid_t);

#endif
