#ifndef MNEMOD_CHILD_H
#define MNEMOD_CHILD_H

#include <sys/types.h>
#include <json-c/json.h>
#include <stddef.h>
#include <stdint.h>
#include "common/msg.h"
#include "common/role.h"
#include "supervisor/loop.h"
#include "supervisor/restart.h"

/*
 * The supervisor's children.
 *
 * A child is a place for one worker process at a time:
 *
 *	1. child_start() makes it.  The process is forked from the loop soon
 *	   after, never inside the call.
 *	2. ops->ready comes when the worker has closed its sandbox; from then
 *	   on child_request() works and ops->message gets the replies.
 *	3. ops->ended comes when the process is reaped and its pipes are
 *	   drained.  end->next says what follows:
 *	   CHILD_RESTARTS  the child lives on; ops->ready will come again;
 *	   CHILD_FAILED    it will not be started again; the child stays, as
 *	                   a state to be seen, until child_stop();
 *	   CHILD_GONE      the last call; the child is freed after it.
 *	4. child_stop() leads to exactly one ops->ended with CHILD_GONE,
 *	   whether a process lives or not.
 *
 * Callbacks come from the loop only, never from inside child_start(),
 * child_stop() or child_request(); they may call all three.
 */

struct child;
struct children;
struct exe_set;

enum child_state {
	CS_IDLE,	/* about to be started, perhaps after others */
	CS_STARTING,	/* forked; owes hello and ready */
	CS_READY,
	CS_STOPPING,	/* told to end; has hook_grace_ms() */
	CS_KILLING,	/* SIGKILL sent */
	CS_BACKOFF,	/* no process; waits to be started again */
	CS_FAILED,	/* no process; not started again */
	CS__MAX
};

/* "idle", "starting", ... as in titles and logs. */
const char *child_state_name(enum child_state);

enum child_next { CHILD_RESTARTS, CHILD_FAILED, CHILD_GONE };

enum child_cause {
	CAUSE_NONE,		/* not ended */
	CAUSE_SPAWN,		/* exec failed; `error' says why */
	CAUSE_EXIT,		/* it ended by itself */
	CAUSE_STOPPED,		/* child_stop(), children_stop() */
	CAUSE_PROTOCOL,		/* we ended it: it broke the protocol */
	CAUSE_VERSION,		/* we ended it: protocol or version differ */
	CAUSE_STUCK		/* we ended it: a deadline passed */
};

/* What is known about the end of one process. */
struct child_end {
	enum child_next	 next;
	enum child_cause cause;
	pid_t		 pid;		/* as it was; 0 if there was none */
	int		 status;	/* of waitpid(2) */
	int		 error;		/* errno of a failed exec, else 0 */
	int		 was_ready;
	int		 bye;		/* it signed off and exited 0 */
	int		 killed;	/* SIGKILL was sent ... */
	int		 late;		/* ... as it did not end in time */
	const char	*text;		/* "exit status 3": valid in the call */
};

struct child_ops {
	/* The sandbox is closed; requests may be sent.  `sandbox' of the
	 * ready message is in child_sandbox(). */
	void (*ready)(struct child *, void *arg);

	/*
	 * A checked message outside the life group that is no question, or
	 * `failed'.  It answers
	 * the request with its serial, or came without one (status and tool,
	 * serial 0).  The message is released after the call.
	 */
	void (*message)(struct child *, const struct msg *, void *arg);

	/* A metric message; may be NULL. */
	void (*metric)(struct child *, const struct msg *, void *arg);

	void (*ended)(struct child *, const struct child_end *, void *arg);
};

struct child_spec {
	enum role		 role;
	const char		*name;		/* of the memory, or NULL; copied */
	json_object		*settings;	/* of configure; taken over */
	int			 root_fd;	/* FD_ROOT, or -1; see below */
	int			 peer_lock_fd;	/* FD_PEER_LOCK, or -1 */
	int			 restartable;
	int64_t			 ready_ms;	/* start deadline; 0: 10 s */
	const struct child_ops	*ops;
	void			*arg;
};
/* The two descriptors stay the caller's and open until CHILD_GONE. */

/* Deadlines in ms; all have defaults, tests shorten them. */
struct child_times {
	int64_t	ready;			/* from fork to ready: 10 s */
	int64_t	grace;			/* SIGTERM to SIGKILL; hook.h's */
	int64_t	drain;			/* from reaped to end of file: 1 s */
	int64_t	silence;		/* with a request open: 60 s */
	int64_t	progress[ROLE__MAX];	/* without progress; 0: none */
	int64_t	rekill;			/* between two SIGKILLs: 1 s */
	int64_t	give_up;		/* from the first SIGKILL: 5 s */
};

struct children_config {
	struct loop		*loop;
	const struct exe_set	*exes;		/* supervisor/exe.h */
	int			 workers_lock_fd; /* FD_WORKERS_LOCK, or -1 */
	const char		*version;	/* hello must say the same */
	int			 titles;	/* keep our own title current */
	struct child_times	 times;
	struct restart_policy	 restart;
	unsigned		 starting;	/* workers that start at once */
};

/* Fill in every default; loop and exes are the caller's to set. */
void children_config_init(struct children_config *);

/*
 * The set of all children.  Takes SIGCHLD of the loop, becomes the subreaper
 * of its descendants and remembers the children that it was born with: they
 * are reaped, logged and otherwise left alone.
 */
struct children *children_new(const struct children_config *);

/*
 * Who answers what workers ask by themselves (request_is_question()).
 * Without one, a question is a protocol error.
 */
struct children_desk {
	/*
	 * A checked question.  The message is released after the call; its
	 * payload may be taken out of it.
	 */
	void (*question)(struct child *, struct msg *, void *arg);

	/* A process that may have asked is no more; the child may live on. */
	void (*ended)(struct child *, void *arg);

	/* All that was queued for a ready worker has been written. */
	void (*drained)(struct child *, void *arg);

	void *arg;
};

/* `desk' is copied; NULL: nobody any more. */
void children_set_desk(struct children *, const struct children_desk *);

/* End a ready worker that asked what it may not ask: a protocol error. */
void child_refuse(struct child *, const char *why);

/*
 * Only when children_over().  A child that was given up is freed without
 * ops->ended: its process lives.
 */
void children_free(struct children *);

/* Never NULL; failures come as ops->ended. */
struct child *child_start(struct children *, const struct child_spec *);

/*
 * Send a message to a ready worker.  Takes over `body' in every case; the
 * serial of `head' is not used.  Returns the serial (> 0), or -1 if the child
 * is not ready, the row's credits are used up or the worker's queue is full
 * (then it is being ended).  A request stays open until its last reply,
 * `failed' or the end of the process.  One-way messages (input, probe) are
 * never open, but `failed' may come for them too.
 */
int64_t child_request(struct child *, const struct msg_head *,
    json_object *body);

/*
 * Send a message that answers a question: with the serial of `head', and
 * never open.  Takes over `body'.  Returns 0, or -1 if the child is not
 * ready or its queue is full: nothing was sent.
 */
int child_answer(struct child *, const struct msg_head *, json_object *body);

/* The worker waits for somebody else, who is getting on: no stall. */
void child_progress(struct child *);

/* Bytes that wait to be written to the worker. */
size_t child_pending(const struct child *);

/*
 * End the child for good: shutdown message, SIGTERM, SIGCONT, ten seconds,
 * SIGKILL.  `why' goes to the log and the worker.  Harmless if repeated.
 */
void child_stop(struct child *, const char *why);

/*
 * For `ended' of a child that is needed once: 1 if this was its end.  Else it
 * is stopped instead of started again, and `ended' is called once more.
 */
int child_once(struct child *, const struct child_end *);

/* The same as child_stop(), but SIGKILL at once. */
void child_kill(struct child *, const char *why);

/*
 * Stop all, in parallel; nothing is started any more, child_start() gives
 * children that end at once.
 */
void children_stop(struct children *, const char *why);

/* SIGKILL all at once; implies children_stop(). */
void children_kill(struct children *);

/* 1 between children_stop() and the end. */
int children_stopping(const struct children *);

/*
 * 1 when nothing is left to wait for after children_stop(): every process
 * is reaped, escaped descendants too, or given up.
 */
int children_over(const struct children *);

/* The child whose process this is, or NULL. */
struct child *child_by_pid(struct children *, pid_t);

/* Number of processes that could not be killed: exit status 5. */
unsigned children_unkillable(const struct children *);

/* How many are in that state. */
unsigned children_count(const struct children *, enum child_state);

/*
 * The word for what keeps new work from beginning, for the title; borrowed,
 * NULL: nothing does.
 */
void children_still(struct children *, const char *word);

/* What the processes of a role were and cost so far, as far as they told. */
struct children_tally {
	int64_t	living;
	int64_t	starts;
	int64_t	restarts;	/* ends that another start follows */
	int64_t	cpu_ms;		/* of those that ended */
	int64_t	peak_rss_kib;	/* the most that one of them had */
};
void children_tally(const struct children *, enum role,
    struct children_tally *);

/* What an owner may ask of a child. */
enum child_state child_state(const struct child *);
enum role child_role(const struct child *);
const char *child_label(const struct child *);	/* "extract[4711]" */
pid_t child_pid(const struct child *);		/* 0: none */
json_object *child_sandbox(const struct child *); /* borrowed, or NULL */

#endif
