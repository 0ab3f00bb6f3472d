#ifndef MNEMOD_OPERATION_H
#define MNEMOD_OPERATION_H

#include <json-c/json.h>
#include <sys/queue.h>
#include <stddef.h>
#include "common/msg.h"
#include "supervisor/child.h"
#include "supervisor/supervisor.h"

/*
 * What mnemoctl(1) may ask for: a table of operations, and the requests that
 * came and wait.  control.c brings them over a socket, serve.c from the same
 * process; neither makes a difference here.
 *
 * A request is {"command": "...", "args": {...}}, and is answered by any
 * number of {"progress": "..."}, of log {"records": [...]}, and one
 * {"result": {...}} or {"error": {"status": N, "reason": "...", "message":
 * "..."}}, where the status is mnemoctl's exit status (mnemod-protocol(7),
 * CONTROL SOCKET).
 */

#define OPERATION_REQUESTS_MAX	256	/* waiting or running */
#define OPERATION_READERS_MAX	4	/* workers of OP_READ at once */

/* What a request works on, and so which others it keeps waiting. */
enum op_scope {
	/*
	 * The operation answers by itself, at once or later.  It begins at
	 * once and keeps nobody waiting, nor a reload or the end of the pass
	 * of -1: no worker, and no memory or configuration is remembered.  If
	 * the asker leaves before the answer, it is dropped.
	 */
	OP_STATE,
	/*
	 * One memory after the other is changed, as each becomes idle; one
	 * such request at a time.
	 */
	OP_ALL,
	/*
	 * History and root of one memory are read, whatever goes on there, by
	 * a workspace worker of its own that may write nothing.  They run
	 * beside each other, OPERATION_READERS_MAX at most.
	 */
	OP_READ,
	/*
	 * One memory is changed: begins when nothing else goes on there, with
	 * its root taken and a workspace worker.
	 */
	OP_WRITE,
	/*
	 * What is known of one memory is changed: begins when nothing else
	 * goes on there, without a worker, whatever its root is.
	 */
	OP_BOOKS
};

enum op_kind { OP_TEXT, OP_FLAG };

struct op_argument {
	const char	*name;		/* key in "args" */
	enum op_kind	 kind;
	int		 required;
	size_t		 max;		/* bytes of an OP_TEXT */
};

struct op_run;

/* A row of the table. */
struct operation {
	const char			*name;
	enum op_scope			 scope;
	const struct op_argument	*args;	/* ends: name NULL */
	/*
	 * OP_READ, OP_WRITE: the worker is ready: op_send() what it is to do.
	 * Else: do it.  A refusal is op_failed() in either.
	 */
	void	(*begin)(struct op_run *);
	/*
	 * A message of the worker but `failed', which is passed on as it is.
	 * op_done() ends the run; NULL: the first message's body is the
	 * result.
	 */
	void	(*reply)(struct op_run *, const struct msg *);
	/*
	 * The memory that is meant if several are configured and none was
	 * named; NULL, or a result of NULL: the person must say.
	 */
	struct memory	*(*pick)(const struct op_run *);
	/* That was NULL: op_failed() with what to do; NULL: name a memory. */
	void	(*unpicked)(struct op_run *);
	/*
	 * OP_STATE or OP_ALL that answers later: something ended, some memory
	 * may be idle now.
	 */
	void	(*idle)(struct op_run *);
	/* Before the run is freed: release what `data' refers to; or NULL. */
	void	(*release)(struct op_run *);
};

extern const struct operation operation_table[];	/* ends: name NULL */

/* Who asked.  `frame' is borrowed; nothing follows one with `last'. */
struct op_asker {
	void	(*answer)(void *arg, json_object *frame, int last);
	void	*arg;
};

/* One request, waiting or running. */
struct op_run {
	struct supervisor	*sv;
	const struct operation	*op;
	json_object		*args;		/* checked; owned */
	struct op_asker		 asker;		/* answer NULL: it left */
	struct memory		*memory;	/* while it runs, or NULL */
	struct child		*worker;
	int			 begun;
	int			 answered;
	int			 ready;		/* the worker was */
	int			 told;		/* that it waits */
	void			*data;		/* the operation's; free(3)d */
	TAILQ_ENTRY(op_run)	 entry;
};

/*
 * For those who bring requests.
 */

struct operations *operations_new(struct supervisor *);

/*
 * Answers what had begun with `interrupted', what waits with OP_STOPPING.  No
 * worker may be left.
 */
void operations_free(struct operations *);

/*
 * Take a request.  One that is refused is answered inside the call, and NULL
 * is returned; else the answers come later, and operations_consider() is due.
 */
struct op_run *operations_ask(struct supervisor *, json_object *request,
    const struct op_asker *);

/*
 * The asker is gone: what waits is dropped, what changes or reads a memory
 * goes on unheard.
 */
void operations_leave(struct op_run *);

/*
 * Begin each request that can begin now: in the order in which they came for
 * those that wait for the same, and none waits for anything else.
 */
void operations_consider(struct supervisor *);

/* The frame that refuses a request; to be put. */
json_object *op_refusal(int status, const char *reason, const char *message);

/*
 * The reason of a request of which nothing was begun, since mnemod stops: it
 * can be asked again, of whoever has the state then.
 */
#define OP_STOPPING	"stopping"

/* The frame that says so; to be put. */
json_object *op_refusal_stopping(void);

/* 1 while a request works on a memory. */
int operations_busy(const struct supervisor *);

/* 1 while a request changes one memory after the other. */
int operations_changing(const struct supervisor *);

/* 1 while requests wait or run. */
int operations_open(const struct supervisor *);

/*
 * The operation of a request and, in *args, its arguments, to be put: {} if
 * there are none.  NULL if it is none that the table has, with one line in
 * `why' that names the nearest.  op_check.c
 */
const struct operation *operation_check(json_object *request,
    json_object **args, struct buf *why);

/*
 * For the operations.
 */

/* An argument; NULL or 0 if it was not given. */
const char *op_text(const struct op_run *, const char *name);
int op_flag(const struct op_run *, const char *name);

/* Send a message to the worker.  Takes over `body' (NULL: {}). */
void op_send(struct op_run *, enum msg_id, json_object *body);

/* The same in the name of a thread: publications need an id. */
void op_send_as(struct op_run *, enum msg_id, const char *thread_id,
    json_object *body);

/*
 * A frame of the operation's own, dropped if too much is unread.  Takes it
 * over.
 */
void op_frame(struct op_run *, json_object *frame);

/* One line for the person who waits. */
void op_progress(struct op_run *, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* The end.  Takes over `result'.  The run may be freed: return at once. */
void op_done(struct op_run *, json_object *result);
void op_failed(struct op_run *, int status, const char *reason,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/*
 * 1, and the request has failed, if it is served without a supervisor;
 * `instead' says what to do then.
 */
int op_needs_supervisor(struct op_run *, const char *instead);

/* op_memory.c: the memory that is meant, or NULL and the request failed. */
struct memory *op_memory_find(struct op_run *);

/* The request failed: several are configured, and the person must say. */
void op_memory_which(struct op_run *);

/* op_memory.c: the workspace worker of an OP_READ or OP_WRITE. */

/* 1 if it may begin: it reads, or its memory is idle. */
int op_memory_ready(const struct op_run *);
void op_memory_begin(struct op_run *);

/* 1 if it waits for a memory whose agent runs. */
int op_memory_at_agent(const struct op_run *);

/* operation.c, for op_memory.c: worker and memory are free again. */
void op_over(struct op_run *);

/* The memory that is meant; NULL if none or more than one could be. */
struct memory *op_memory_meant(const struct op_run *);
/* The name that is nearest to this one, "none" without memories; borrowed. */
const char *op_memory_nearest(const struct op_run *, const char *name);

#endif
