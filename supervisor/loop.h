#ifndef MNEMOD_LOOP_H
#define MNEMOD_LOOP_H

#include <sys/queue.h>
#include <stdint.h>

/*
 * The one event loop: descriptors, timers and signals over ppoll(2).  Every
 * signal is blocked except inside ppoll(2), so none is lost between a test
 * and the wait.  In one wake-up signals come first, then descriptors, then
 * timers.  Callbacks may add and remove anything, themselves included.
 */

struct loop;
struct loop_fd;
struct loop_timer;

typedef void loop_fd_fn(struct loop_fd *, short revents, void *arg);
typedef void loop_timer_fn(struct loop_timer *, void *arg);
typedef void loop_signal_fn(int signo, void *arg);

/* A watched descriptor; lives inside its owner, who closes the descriptor. */
struct loop_fd {
	int			 fd;
	short			 events;	/* 0: not watched */
	loop_fd_fn		*fn;
	void			*arg;
	struct loop		*loop;		/* NULL: not watched */
	long			 slot;		/* in the running poll, or -1 */
	TAILQ_ENTRY(loop_fd)	 entry;
};

enum loop_clock {
	LOOP_MONO,	/* deadlines of processes */
	LOOP_BOOT	/* counts the time that the machine was suspended */
};

/* A timer; lives inside its owner.  Fires once, then is idle again. */
struct loop_timer {
	enum loop_clock		 clock;
	int64_t			 deadline;
	uint64_t		 set_at;	/* in this wake-up */
	loop_timer_fn		*fn;
	void			*arg;
	struct loop		*loop;		/* NULL: idle */
	TAILQ_ENTRY(loop_timer)	 entry;
};

/*
 * Block all signals, set handlers that only leave a mark for all that could
 * end or disturb us (SIGCHLD too, whatever we inherited) and return a loop.
 * There is one loop in a process.
 */
struct loop *loop_new(void);

/* Forget everything; signals stay blocked.  Watches must be gone. */
void loop_free(struct loop *);

/*
 * Call `fn' from the loop, once per wake-up, when `signo' came.  Signals
 * without a function (USR2, QUIT, WINCH, ALRM ...) are taken and ignored.
 */
void loop_signal(struct loop *, int signo, loop_signal_fn *fn, void *arg);

/* Prepare a watch; nothing is watched yet. */
void loop_fd_init(struct loop_fd *, loop_fd_fn *fn, void *arg);

/* Watch `fd' for POLLIN, POLLOUT or both; 0 stops watching. */
void loop_fd_set(struct loop *, struct loop_fd *, int fd, short events);

/* Stop watching; harmless if idle. */
void loop_fd_del(struct loop_fd *);

/* Prepare a timer on CLOCK_MONOTONIC. */
void loop_timer_init(struct loop_timer *, loop_timer_fn *fn, void *arg);

/* The same on CLOCK_BOOTTIME. */
void loop_timer_init_boot(struct loop_timer *, loop_timer_fn *fn, void *arg);

/*
 * Fire at `deadline', in ms of mono_ms() (or boot_ms()); 0 is "in the next
 * wake-up".  Replaces an earlier deadline.
 */
void loop_timer_set(struct loop *, struct loop_timer *, int64_t deadline);

/* Harmless if idle. */
void loop_timer_cancel(struct loop_timer *);

/*
 * Wait for something and handle all that came.  Never waits longer than
 * `max_ms' (-1: no limit).
 */
void loop_run_once(struct loop *, int max_ms);

/* Number of wake-ups so far. */
uint64_t loop_wakeups(const struct loop *);

#endif
