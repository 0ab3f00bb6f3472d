#ifndef MNEMOD_CONTROL_H
#define MNEMOD_CONTROL_H

#include "supervisor/supervisor.h"

/*
 * The control socket of a running supervisor: mnemod-protocol(7), CONTROL
 * SOCKET.  A client sends one request in one frame and gets the answers of
 * operation.h, a frame each.  Clients are of our own uid and are not trusted
 * beyond that: bounded in number, in what they send and in how long they
 * take; whatever they do ends their connection and nothing else.
 */
#define CONTROL_CLIENTS_MAX	256
#define CONTROL_REQUEST_MAX	65536u	/* bytes of a request */
#define CONTROL_WAIT_MS		10000	/* for a request; to read an answer */

/*
 * Listen in $XDG_RUNTIME_DIR/mnemod, else in the state directory, and say in
 * `lock' where.  A socket that a killed supervisor left is replaced, anything
 * else at that path is left alone.  Without a place for it the supervisor
 * works all the same: that is logged.  Never NULL.
 */
struct control *control_new(struct supervisor *);

/*
 * How many clients are served at once: CONTROL_CLIENTS_MAX, or a quarter of
 * the descriptors that we may have, if that is less.  One that comes beyond
 * that is told that we are busy.
 */
unsigned control_clients_max(void);

/*
 * Whoever has not been heard yet is told that we stop.  Write what can be
 * written at once, close all, remove the socket.
 */
void control_free(struct control *);

#endif
