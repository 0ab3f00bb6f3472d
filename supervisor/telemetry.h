#ifndef MNEMOD_TELEMETRY_H
#define MNEMOD_TELEMETRY_H

#include "common/msg.h"
#include "supervisor/supervisor.h"

/*
 * Where the metrics go: the file of key metrics_file, and telemetry.endpoint
 * (telemetry_export.h).  Nothing is written or sent while nothing changed.  A
 * failure is said once; the work goes on.
 */
struct telemetry;

/* sv->metrics is there, or NULL. */
struct telemetry *telemetry_new(struct supervisor *);
void telemetry_free(struct telemetry *);

/* A pass is over: what changed goes out now.  NULL is allowed. */
void telemetry_pass(struct telemetry *);

/* The configuration was read again. */
void telemetry_reload(struct telemetry *);

/* The end of -1: wait three seconds at most for what is on its way. */
void telemetry_wait(struct telemetry *);

/* From the gateway: it is ready; a reply, 1 if it was to telemetry. */
void telemetry_ready(struct telemetry *);
int telemetry_reply(struct telemetry *, const struct msg *);

/* All workers are gone: the last values. */
void telemetry_stop(struct telemetry *);

#endif
