#ifndef MNEMOD_API_FIXTURE_H
#define MNEMOD_API_FIXTURE_H

#include "worker/gateway/api.h"

/* What the tests of the three APIs share. */

#define THREAD "01a1f83a-2aa0-71c4-82dd-c0285b9c2513"
#define INSTALLATION "7c7f3a52-7f0e-4d5c-9df3-2f3b8a4f4d11"

/* The schema of stage one's answer. */
#define SCHEMA "{\"type\":\"object\",\"properties\":{" \
    "\"rollout_summary\":{\"type\":\"string\"}," \
    "\"rollout_slug\":{\"type\":[\"string\",\"null\"]}," \
    "\"raw_memory\":{\"type\":\"string\"}},\"required\":[" \
    "\"rollout_summary\",\"rollout_slug\",\"raw_memory\"]," \
    "\"additionalProperties\":false}"

/* Payloads: stage one, and an agent in its second turn. */
extern const char *const payload_stage_one;
extern const char *const payload_agent;
/* Everything that a payload must not be able to ask for. */
extern const char *const payload_greedy;

/* A provider as from configure, with this API. */
struct provider fixture_provider(const struct api *);

/* A call of stage one; api_call_set() puts the payload into it. */
struct api_call fixture_call(const struct provider *);

/* Parse `payload' into the call; json_object_put() after its last use. */
json_object *fixture_payload(struct api_call *, const char *payload);

/* The body that the API makes of `payload' must equal this JSON. */
void assert_body(const struct api_call *, const char *payload,
    const char *want);

/* The headers must be these lines, each ended by LF. */
void assert_headers(const struct api_call *, const char *want);

/*
 * Feed a stream of events whole and cut in two at every byte: each time the
 * reply must be this JSON: {"items","stop","usage"?,"model"?} or
 * {"error","text","delay"?,"usage"?}.
 */
void assert_reply(const struct api *, const char *stream, const char *want);

/* The same with a structured reply by way of this tool. */
void assert_schema_reply(const struct api *, const char *tool,
    const char *stream, const char *want);

#endif
