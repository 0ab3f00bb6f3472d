#ifndef MNEMOD_TELEMETRY_EXPORT_H
#define MNEMOD_TELEMETRY_EXPORT_H

#include "common/msg.h"
#include "supervisor/supervisor.h"

/*
 * The metrics on their way to telemetry.endpoint, as OTLP/HTTP through the
 * gateway: one body at a time, which holds all there is; so what is lost is
 * made up for by the next.  Without an endpoint nothing here does anything.
 */
struct telemetry_export;

#define EXPORT_EVERY		6	/* looks: a minute within a pass */
#define EXPORT_LATE_MS		40000	/* the gateway's own 30 s, and some */
#define EXPORT_RETRY_MAX	60	/* of that: doubled up to an hour */

struct telemetry_export *telemetry_export_new(struct supervisor *);
void telemetry_export_free(struct telemetry_export *);

/* Something changed: it goes out in a while. */
void telemetry_export_changed(struct telemetry_export *);

/* It goes out now, unless one is on its way or the endpoint gave trouble. */
void telemetry_export_now(struct telemetry_export *);

/* 1 while something is on its way, or waits for the gateway. */
int telemetry_export_busy(const struct telemetry_export *);

/* The configuration was read again. */
void telemetry_export_reload(struct telemetry_export *);

/* A gateway is ready: an earlier one will not answer. */
void telemetry_export_ready(struct telemetry_export *);

/* A reply of the gateway; 1 if it was to an export. */
int telemetry_export_reply(struct telemetry_export *, const struct msg *);

#endif
