#ifndef MNEMOD_TELEMETRY_H
#define MNEMOD_TELEMETRY_H

#include "supervisor/supervisor.h"

/*
 * Where the metrics go: the file of key metrics_file.  Nothing is written
 * while nothing changed.  A failure is said once; the work goes on.
 */
struct telemetry;

#define TELEMETRY_FILE_MS	10000	/* between two writes within a pass */

/* sv->metrics is there, or NULL. */
struct telemetry *telemetry_new(struct supervisor *);
void telemetry_free(struct telemetry *);

/* A pass is over: what changed goes out now.  NULL is allowed. */
void telemetry_pass(struct telemetry *);

/* The configuration was read again. */
void telemetry_reload(struct telemetry *);

/* All workers are gone: the last values. */
void telemetry_stop(struct telemetry *);

#endif
