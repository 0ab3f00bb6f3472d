#ifndef MNEMOD_CHILD_INT_H
#define MNEMOD_CHILD_INT_H

#include <sys/queue.h>
#include "common/frame.h"
#include "supervisor/child.h"
#include "supervisor/errlog.h"
#include "supervisor/liveness.h"
#include "supervisor/reap.h"
#include "supervisor/request.h"
#include "supervisor/spawn.h"

/*
 * The inside of a child, for the files that make it up.  child.c decides, by
 * its table of states and events; child_end.c is the way out; process.c
 * moves bytes; dispatch.c understands them; stop.c sends signals; children.c
 * has the set of all.
 */

enum child_event {
	EV_TIMEOUT,	/* the deadline of the state passed */
	EV_READY,	/* the worker said ready */
	EV_EOF,		/* it closed a pipe and is not reaped */
	EV_BAD,		/* nothing more is believed or sent: end it */
	EV_ENDED,	/* reaped and drained, or it could not be made */
	EV_STOP,	/* child_stop() */
	EV_KILL,	/* child_kill() */
	EV__MAX
};

/* Our end of a pipe. */
struct pipe_end {
	int		fd;		/* -1: closed */
	struct loop_fd	watch;
};

/* One process; all of it ends in process_release(). */
struct process {
	pid_t			pid;	/* 0: none, or reaped: not ours */
	pid_t			was;	/* for messages only */
	int			status;
	int			reaped;
	int			greeted;	/* hello was right */
	int			bye;
	int			error;		/* errno if not executed */
	int			gave_up;	/* SIGKILL did not help */
	int64_t			ready_at;	/* -1: not yet */
	int64_t			killed_at;	/* first SIGKILL; -1: none */
	int			late;		/* its ten seconds were over */
	enum child_cause	cause;
	char			why[160];	/* of the cause; "" */
	struct pipe_end		to, from, err, fault;
	struct loop_timer	drain;		/* after reaping */
	struct frame_reader	reader;
	struct msg		half;	/* its payload is still to come */
	struct frame_writer	writer;
	struct requests		requests;
	struct liveness		live;
	struct errlog		errlog;
	json_object		*sandbox;	/* of ready; owned */
};

struct child {
	TAILQ_ENTRY(child)	 entry;
	struct children		*set;
	struct child_spec	 spec;	/* owns its settings */
	char			*name;	/* owned; the spec's */
	char			 label[80];
	enum child_state	 state;
	int			 wanted;	/* 0: to be gone */
	int			 queued;	/* until others have started */
	struct loop_timer	 timer;		/* deadline of the state */
	struct restart_history	 history;
	struct process		 proc;
};

struct children {
	struct children_config	 config;
	struct children_desk	 desk;	/* question NULL: nobody */
	TAILQ_HEAD(child_list, child) list;
	struct reap		 reap;
	int			 stopping;
	struct loop_timer	 strays;	/* bound for what escaped */
	unsigned		 unkillable;
	const char		*still;	/* children_still(); or NULL */
	struct ratelimit	 spawn_log;
	struct children_tally	 tally[ROLE__MAX];	/* without `living' */
};

/* child.c: the event happens now. */
void child_event(struct child *, enum child_event);

/* child.c: the state, its deadline (mono_ms()), the name in messages. */
void child_set_state(struct child *, enum child_state);
void child_set_deadline(struct child *, int64_t at);
void child_set_label(struct child *);

/* child_end.c: note why the process is being ended; the first cause stands. */
void child_blame(struct child *, enum child_cause, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* child_end.c: the process was reaped. */
void child_reaped(struct child *, int status);

/*
 * child_end.c: end the life of the process if it is reaped and drained.  The
 * child may be freed: the caller must return.  So too for child_over().
 */
void child_check_end(struct child *);

/* child_end.c: it is reaped and drained: the end, unless it never lived. */
void child_over(struct child *);

/* child_end.c: the end of a process, or of a child without one. */
void child_finish(struct child *);

/*
 * child_end.c: the system is short of something (errno): into back-off.  The
 * owner is not told, for nothing has lived; it is said now and then.
 */
void child_spawn_later(struct child *, int error);

/* child_end.c: free it without a word. */
void child_abandon(struct child *);

/*
 * children.c: 1 if so many start now that this one has to wait; it is due
 * again when its turn comes.
 */
int children_queue(struct child *);

/* children.c: let those that wait start, as many as may. */
void children_start_queued(struct children *);

/* children.c: say the state of all in our title. */
void children_title(const struct children *);

/* process.c: watch a new process; forget it, whatever is left of it. */
void process_init(struct process *);
void process_open(struct child *, const struct spawned *);
void process_release(struct process *);

/* process.c: nothing more will come from it. */
int process_drained(const struct process *);

/* process.c: close the pipe that frames come from. */
void process_close_from(struct process *);

/*
 * process.c: queue a message and write what can be written.  Takes over
 * `body'.  Returns 0, or -1 if it was not queued.
 */
int process_send(struct child *, const struct msg_head *, json_object *body);

/* dispatch.c: handle all whole frames that were read. */
void dispatch_frames(struct child *);

/* dispatch.c: end the worker, which broke the protocol. */
void dispatch_error(struct child *, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* stop.c: the rungs of the ladder; both set the deadline of the next. */
void stop_ask(struct child *, const char *why);
void stop_kill(struct child *);

#endif
