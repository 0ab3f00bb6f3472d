#ifndef MNEMOD_METRICS_OTLP_H
#define MNEMOD_METRICS_OTLP_H

#include <json-c/json.h>
#include <stdint.h>
#include "supervisor/metrics.h"

/* Append an attribute, OTLP's form of a key and its value, to the array. */
void metrics_otlp_text(json_object *list, const char *key, const char *value);
void metrics_otlp_bool(json_object *list, const char *key, int value);

/*
 * The registry as a body of OTLP/HTTP in JSON (protocol buffers
 * opentelemetry.proto.metrics.v1, their JSON form): totals since `start_ms'
 * as they are at `now_ms', both in wall time.  So a body that is lost is made
 * up for by the next.  `attributes' are those of the resource, taken over.
 * The caller owns the object.
 */
json_object *metrics_otlp(const struct metrics *, json_object *attributes,
    int64_t start_ms, int64_t now_ms);

#endif
