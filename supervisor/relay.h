#ifndef MNEMOD_RELAY_H
#define MNEMOD_RELAY_H

#include <sys/queue.h>
#include <json-c/json.h>
#include <stdint.h>
#include "common/buf.h"
#include "common/model_error.h"
#include "supervisor/budget.h"
#include "supervisor/child.h"

/*
 * Model requests on their way: from extract worker or agent to the gateway,
 * and the answers back.  The relay knows who waits for what and keeps the
 * gateway alive; what may be asked, and what follows from a failure, its
 * clerk decides (model.c; a stand-in in tests).
 *
 * A request waits with its payload in the queue of its asker until the
 * gateway takes it: round-robin over the askers, at most RELAY_AHEAD bytes
 * ahead of what the gateway has read.  How much can wait is bounded by the
 * askers' credits, so the gateway is always read.
 */
struct relay;
struct relay_asker;

#define RELAY_AHEAD	((size_t)256 * 1024)
#define RELAY_REST_MS	((int64_t)60 * 1000)	/* of a gateway that failed */

/* One request. */
struct relay_ask {
	TAILQ_ENTRY(relay_ask)	 entry;
	struct relay_asker	*asker;	/* NULL: nobody waits any more */
	int64_t			 serial;	/* the asker's own number */
	int64_t			 sent;	/* the gateway's; 0: it waits */
	int			 agent;	/* purpose: 0 is stage one */
	int64_t			 attempt;
	int64_t			 job;	/* stage one: of the extract request */
	struct buf		 payload;	/* until it is sent */
	size_t			 bytes;	/* of it */

	/* The clerk's own. */
	char			 thread_id[UUID_SIZE];
	int64_t			 ledger;	/* its row; 0: none is open */
	int64_t			 gateway;	/* which one it went to */
	struct budget_sum	 reserved;
};

/* What the asker is told. */
struct relay_answer {
	enum model_error	 error;	/* MODEL_NONE: it worked */
	int64_t			 retry_ms;	/* -1: do not ask again */
	char			 message[512];
};

/* What goes to the gateway besides the payload. */
struct relay_order {
	json_object	*body;		/* taken over */
	const char	*session_id;	/* as sent to the provider */
	const char	*thread_id;
};

enum relay_admit {
	ADMIT_SEND,		/* the order is filled in, the cost reserved */
	ADMIT_REFUSE,		/* the answer is filled in */
	ADMIT_WAIT		/* until one that is under way is settled */
};

struct relay_clerk {
	/* How many requests the child may have open at once. */
	unsigned (*credits)(const struct child *, void *arg);

	/*
	 * A new request of the child: fill in the clerk's part.  Returns
	 * NULL, or why it is a protocol error.
	 */
	const char *(*accept)(struct relay_ask *, const struct child *,
	    void *arg);

	/* The gateway could take it now. */
	enum relay_admit (*admit)(struct relay_ask *, struct relay_order *,
	    struct relay_answer *, void *arg);

	/*
	 * The end of a request: `m' is the gateway's response, or NULL if the
	 * gateway ended first (ask->sent is 0 if it never had it).  Called
	 * once for each that was admitted, whether or not somebody still
	 * waits.
	 */
	void (*settle)(struct relay_ask *, const struct msg *m,
	    struct relay_answer *, void *arg);

	/* The settings of a gateway to be started; a new object. */
	json_object *(*settings)(void *arg);

	/* A reply to relay_control(). */
	void (*reply)(const struct msg *, void *arg);

	/* The gateway is ready: relay_control() works now. */
	void (*ready)(void *arg);

	void *arg;
};

/* Becomes the desk of the children. */
struct relay *relay_new(struct loop *, struct children *,
    const struct relay_clerk *);
/* Only when the children are over. */
void relay_free(struct relay *);

/* Start the gateway, if there is none. */
void relay_start(struct relay *);

/*
 * Start a new gateway once what this one has is answered: its settings or
 * its key changed.  Nothing new goes to the old one.
 */
void relay_replace(struct relay *);

/* End the gateway once it is drained: no provider is used any more. */
void relay_end(struct relay *);

/*
 * Send the gateway `quota' or `export' (head: id, payload): the serial of its
 * reply; -1: not now.
 */
int64_t relay_control(struct relay *, const struct msg_head *, json_object *body);

/* How many requests wait, and how many the gateway has. */
unsigned relay_waiting(const struct relay *);
unsigned relay_under_way(const struct relay *);

#endif
