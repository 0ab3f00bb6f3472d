#ifndef MNEMOD_ROLLOUT_FIXTURE_H
#define MNEMOD_ROLLOUT_FIXTURE_H

#include <json-c/json.h>
#include <stddef.h>

#include "worker/extract/rollout.h"

/* Rollouts for unit tests: out of memory or out of tests/data. */

#define ODD_DAY "tests/data/rollouts-odd/sessions/2026/11/21/"

/* A descriptor on a file in memory that holds these bytes, at its start. */
int fixture_fd(const void *data, size_t len);

/* A rollout of these bytes. */
struct rollout *fixture_rollout(const char *text);

/* One of the odd rollouts, by the end of its name: "000000000003". */
struct rollout *fixture_odd(const char *end);

/* JSON text to object; a test's own text must parse. */
json_object *fixture_json(const char *text);

#endif
