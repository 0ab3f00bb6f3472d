#ifndef MNEMOD_WORKER_LINK_H
#define MNEMOD_WORKER_LINK_H

#include <sys/queue.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include "frame.h"
#include "msg.h"

/*
 * The two pipes between a worker and its supervisor: frames in and out, the
 * queue of requests, signs of life.  Used by worker.c alone; a role sees
 * worker.h.
 */

/* Why a worker leaves. */
enum link_end {
	LINK_OPEN,		/* it does not */
	LINK_SHUTDOWN,		/* the supervisor said so */
	LINK_VANISHED,		/* the supervisor is gone */
	LINK_BROKEN		/* the supervisor broke the protocol */
};

/* A request that waits. */
struct link_entry {
	STAILQ_ENTRY(link_entry)	 entry;
	struct msg			 msg;
	size_t				 len;	/* of its frames */
};
STAILQ_HEAD(link_queue, link_entry);

struct link {
	enum role		 role;
	enum msg_phase		 phase;		/* as the supervisor sees it */
	enum link_end		 end;
	struct frame_reader	 in;
	struct frame_writer	 out;
	struct link_queue	 queue;
	size_t			 nqueued;
	size_t			 queued_bytes;
	struct msg		 configure;	/* body NULL until it came */
	struct msg		 half;		/* its payload is to come */
	int64_t			 progress;
	int64_t			 progress_told;
	int64_t			 alive_at;	/* when the last one went */
	int64_t			 looked_at;	/* link_tick() */
	int			 holding;	/* in link_hold_back() */
	int			 logging;	/* sending a log record */
	struct pollfd		*fds;		/* of link_wait_with() */
	size_t			 maxfds;
};

/* SIGTERM came; set by worker.c's handler. */
extern volatile sig_atomic_t link_term;

/* Neither opens nor closes FD_TO_WORKER and FD_FROM_WORKER. */
void link_init(struct link *, enum role);
void link_release(struct link *);

/*
 * Queue a message; takes over `body'.  Writes what the pipe takes once more
 * than 1 MiB waits.  FRAME_TOOBIG, FRAME_EMPTY: nothing was queued; else
 * FRAME_OK, also where the supervisor is gone.
 */
enum frame_status link_send(struct link *, const struct msg_head *,
    json_object *body);

/*
 * Wait up to `ms' (-1: for ever) until something can be read or written or
 * SIGTERM comes, and do it.
 */
void link_wait(struct link *, int ms);

/* The same for `n' descriptors more; sets their revents. */
void link_wait_with(struct link *, struct pollfd *more, size_t n, int ms);

/* Read and write what is possible now, at most every 50 ms. */
void link_tick(struct link *);

/* Write what is queued within `ms', whatever signals came. */
void link_finish(struct link *, int ms);

/* Send `alive' if it is due. */
void link_alive_due(struct link *);
/* Milliseconds until it is. */
int link_alive_timeout(const struct link *);

/* Take the oldest request; 0 if there is none.  msg_release() it. */
int link_next(struct link *, struct msg *);

/* 1 if the worker is to leave. */
int link_ended(const struct link *);

#endif
