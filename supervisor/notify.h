#ifndef MNEMOD_NOTIFY_H
#define MNEMOD_NOTIFY_H

#include "supervisor/loop.h"

/*
 * What a service manager is told, in the protocol of sd_notify(3): datagrams
 * of "NAME=value" lines to the socket that NOTIFY_SOCKET names.  Where
 * nobody listens nothing is told and nothing fails; what a full socket
 * refuses is told later.
 */
struct notify;

/*
 * Take NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID out of the environment,
 * so that no worker has them.  A value that means nothing is logged and
 * passed over.  Never NULL.  With a watchdog WATCHDOG=1 is told twice in its
 * time, by a timer of the loop: one that is stuck tells nothing.
 */
struct notify *notify_new(struct loop *);
void notify_free(struct notify *);

/* READY=1, once. */
void notify_ready(struct notify *);

/*
 * RELOADING=1 with the time of it, and READY=1 when that is over; each once,
 * and none before notify_ready().
 */
void notify_reloading(struct notify *);
void notify_reloaded(struct notify *);

/* STOPPING=1, once; the watchdog and STATUS go on. */
void notify_stopping(struct notify *);

/*
 * STATUS=text, made printable; at most one a second, of those the last.
 * Costs nothing when the text did not change.
 */
void notify_status(struct notify *, const char *text);

#endif
