#ifndef MNEMOD_WORKER_H
#define MNEMOD_WORKER_H

#include <json-c/json.h>
#include <poll.h>
#include <stddef.h>
#include <stdint.h>
#include "msg.h"
#include "role.h"
#include "sandbox.h"

/*
 * The life that all workers share: mnemod-worker(8).
 *
 *	hello -> configure -> the sandbox closes -> ready -> requests -> bye
 *
 * A role brings the functions below and calls worker_main() from its main().
 * There is one thread.  Messages come to `message' one at a time and in
 * order; while it works, worker_tick() keeps the promises to the supervisor.
 */

struct worker;

/* What a role has the loop wait for besides the two pipes. */
struct worker_watch {
	struct pollfd	*fds;	/* the role's; the loop sets revents */
	size_t		 n;
	int		 ms;	/* wait no longer than this; -1: no bound */
};

struct worker_role {
	enum role role;

	/*
	 * Take over the settings of `configure' (borrowed; json_object_get()
	 * to keep).  Runs before the sandbox closes: compile patterns here.
	 * Returns 0, or -1 with the reason in `why': the worker ends with
	 * WEXIT_CONFIG and is not restarted.
	 */
	int (*configure)(struct worker *, json_object *settings, char *why,
	    size_t whysize);

	/* Name what the sandbox leaves open.  Optional: nothing. */
	void (*rights)(struct worker *, struct sandbox *);

	/*
	 * A request of the supervisor, checked against its row of
	 * msg_table[]; never one of the group "life".  The message is
	 * released after the return: to keep it, copy the struct and take a
	 * reference to its body, then msg_release() the copy.  A payload is
	 * there, whole; whoever keeps it copies its bytes.
	 */
	void (*message)(struct worker *, const struct msg *);

	/*
	 * Optional: a slice of work that `message' left undone.  Called while
	 * no message waits; returns 1 if more is to do, 0 to sleep until the
	 * next message.
	 */
	int (*step)(struct worker *);

	/*
	 * Optional, both or none: for a role with work that is not a message.
	 * `watch' is asked before each wait, `watched' called after it.  They
	 * have their turn after every message, too, so that a flood of
	 * messages holds nothing up.
	 */
	void (*watch)(struct worker *, struct worker_watch *);
	void (*watched)(struct worker *);

	/*
	 * Optional: the worker was asked to end.  Last messages may be sent;
	 * bye follows.  Must return at once.
	 */
	void (*stop)(struct worker *);

	/* Optional: free worker_data(). */
	void (*release)(struct worker *);
};

/* The whole life of a worker; returns the exit status. */
int worker_main(int argc, char **argv, char **envp,
    const struct worker_role *);

/* The role's own state; NULL until set.  Freed by the role's release(). */
void *worker_data(struct worker *);
void worker_set_data(struct worker *, void *);

/*
 * Answer `request' with its serial and ids; may be called more than once
 * where the protocol has several replies.  Takes over `body' (NULL: {}).  A
 * reply that is too large for a frame becomes `failed' with io_error.
 * Waits for the supervisor to read only while more than 1 MiB is queued.
 */
void worker_reply(struct worker *, const struct msg *request, enum msg_id,
    json_object *body);

/*
 * Answer a model_request with model_response: the same with a payload
 * (borrowed; NULL: none), never more than the payload_max of its row.
 */
void worker_answer_model(struct worker *, const struct msg *request,
    json_object *body, const struct buf *payload);

/*
 * Ask the supervisor with a model_request: `serial' (> 0) is the worker's own
 * number, which the answer carries; it comes to `message'.  Takes over
 * `body', borrows `payload'.  -1 if that is larger than its row allows or
 * empty: nothing was sent.
 */
int worker_ask_model(struct worker *, int64_t serial, json_object *body,
    const struct buf *payload);

/* Send a message that answers nothing: serial 0, no ids.  Takes `body'. */
void worker_send(struct worker *, enum msg_id, json_object *body);

/*
 * Answer `request' with `failed': `reason' is one word of
 * mnemod-protocol(7), the text a sentence for a person.
 */
void worker_fail(struct worker *, const struct msg *request,
    const char *reason, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

/*
 * For long loops: cheap (it looks at the clock, and at the pipes at most
 * every 50 ms).  Sends `alive' when due, flushes output, answers `probe'.
 * Returns nonzero if the worker was asked to end or lost its supervisor:
 * then leave the loop without a reply and return.
 */
int worker_tick(struct worker *);

/* Work was done: n more units.  `alive' carries the sum. */
void worker_progress(struct worker *, int64_t n);

/*
 * Do nothing for `ms' milliseconds, but keep the promises of worker_tick().
 * Returns nonzero, early, as worker_tick() does.
 */
int worker_sleep(struct worker *, int64_t ms);

/* Write what is queued as far as the pipe takes it now. */
void worker_flush(struct worker *);

/*
 * The state in the title: "mnemod: consolidate codex [turn 3]".  Set to
 * "starting" and "ready" by the loop.  worker_busy() also says that a
 * request is open, so that `alive' is sent even while the role waits in the
 * loop; worker_idle() ends that and shows "ready".
 */
void worker_title(struct worker *, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void worker_busy(struct worker *, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void worker_idle(struct worker *);

#endif
