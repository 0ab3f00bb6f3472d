#ifndef MNEMOD_WIRE_H
#define MNEMOD_WIRE_H

#include <sys/types.h>

#include "common/frame.h"
#include "common/msg.h"

/*
 * The supervisor's ends of a worker's two pipes, for the peers of the unit
 * programs: blocking, with an assertion behind each call.
 */
struct wire {
	int			 to, from;
	struct frame_reader	 in;
	struct frame_writer	 out;
};

/*
 * Make the pipes and fork.  The child, which gets 0, has its ends where a
 * worker has them, and `err' for its standard error if that is not -1.
 */
pid_t wire_fork(struct wire *, int err);
void wire_close(struct wire *);

/* In the child: be the worker under test, this program executed again. */
_Noreturn void wire_exec_self(void);

/* Send a message; takes over `body'. */
void wire_send(struct wire *, const struct msg_head *, json_object *body);

/*
 * The next frame, or how the stream ended; FRAME_MORE if nothing came for
 * that long.
 */
enum frame_status wire_next(struct wire *, int patience_ms,
    const char **text, size_t *len);

#endif
