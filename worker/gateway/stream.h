#ifndef MNEMOD_STREAM_H
#define MNEMOD_STREAM_H

#include <stdint.h>
#include "gateway.h"

/*
 * One request for a model: model_request to model_response, answered exactly
 * once, whatever happens.
 */

/* Caps, in bytes: an event, a reply that is no stream, all that comes. */
#define STREAM_EVENT_MAX	((size_t)8 * 1024 * 1024)
#define STREAM_ERROR_MAX	((size_t)64 * 1024)
#define STREAM_BODY_MAX		((size_t)256 * 1024 * 1024)

/* Where the request names none: ms between events, and for all of it. */
#define STREAM_IDLE_MS		300000
#define STREAM_DEADLINE_MS	1800000

/* Start it; an answer may come at once. */
void stream_open(struct gateway *, const struct msg *request);

/* End the open request of this serial, if there is one. */
void stream_cancel(struct gateway *, int64_t serial);

/* The worker leaves: answer all that are open. */
void stream_cancel_all(struct gateway *);

/* Free everything without a word. */
void stream_free_all(struct gateway *);

/* End what is over its time.  Returns ms until the next one, -1: none. */
int stream_timers(struct gateway *);

#endif
