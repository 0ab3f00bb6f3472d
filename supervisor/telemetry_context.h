#ifndef MNEMOD_TELEMETRY_CONTEXT_H
#define MNEMOD_TELEMETRY_CONTEXT_H

#include <json-c/json.h>
#include "supervisor/config.h"
#include "supervisor/supervisor.h"

/*
 * Who sends: what goes with the metrics besides their tags.  Facts, never a
 * value of the environment; the gateway adds the account, which it alone
 * knows.
 */

/* How requests are paid for: "ApiKey", "Chatgpt", NULL without a key. */
const char *telemetry_auth_mode(const struct config *);

/* The attributes of an OTLP resource; the caller owns the array. */
json_object *telemetry_context(const struct supervisor *);

#endif
