#ifndef MNEMOD_WORKER_PEER_H
#define MNEMOD_WORKER_PEER_H

#include <sys/types.h>

#include "tests/wire.h"

/*
 * The supervisor's side of one worker, for check_worker: blocking, with a
 * bound of ten seconds on everything, and an assertion behind each call.
 */
struct peer {
	pid_t			 pid;
	struct wire		 wire;
	int			 err;		/* our end */
	enum msg_phase		 phase;		/* what may come */
	int64_t			 serial;	/* of the last request */
	size_t			 payload_len;	/* of the last message */
};

/* Run this program again as a worker, behind `before' if not NULL. */
void peer_start(struct peer *, void (*before)(void));
/* Kill it if need be; close and free everything. */
void peer_release(struct peer *);

void peer_send(struct peer *, enum msg_id, json_object *body);
/* The same, body as JSON text. */
void peer_send_text(struct peer *, enum msg_id, const char *body);
void peer_send_bytes(struct peer *, const void *data, size_t len);

/* The next message that is not `alive' or `log'; must be of this type. */
json_object *peer_expect(struct peer *, enum msg_id);
/* The next message of this type, whatever comes before. */
json_object *peer_await(struct peer *, enum msg_id);
/* 1 if the worker closed its pipe and nothing is left to read. */
int peer_at_eof(struct peer *);

/* From hello to ready with these settings (JSON text). */
void peer_ready(struct peer *, const char *settings);

/* wait(2) status of the worker, at most ten seconds away. */
int peer_wait(struct peer *);
/* What it wrote to standard error; after peer_wait(). */
const char *peer_errors(struct peer *);

/* /proc/PID/NAME, NULs as spaces, trailing ones cut. */
const char *peer_proc(const struct peer *, const char *name);

#endif
