#ifndef MNEMOD_SETTINGS_H
#define MNEMOD_SETTINGS_H

#include <json-c/json.h>
#include <stdint.h>
#include "supervisor/config.h"

/*
 * The settings of a worker's `configure' message, mnemod-protocol(7).  Each
 * returns a new object that child_start() takes over.
 */

/* `preview' is the one file that may be read, or NULL: the sources. */
json_object *settings_extract(const struct config *, const char *preview);

/* `staging' is the agent's own folder. */
json_object *settings_consolidate(const struct config *,
    const struct config_memory *, const char *staging);

/* `root' is the real path; `state' the state directory. */
json_object *settings_workspace(const struct config *,
    const struct config_memory *, const char *root, const char *state);

/* The same for a worker that may write nothing. */
json_object *settings_reader(const struct config *,
    const struct config_memory *, const char *root, const char *state);

/* What every worker is told; the gateway's rest is model_settings(). */
json_object *settings_gateway(const struct config *);

/* A workspace worker that judges the folder `path', a real path. */
json_object *settings_check(const struct config *, const char *path);

/*
 * Who makes the outputs now, see common/generator.h; the caller frees it.
 */
char *settings_generator(const struct config *);
/* The same of consolidation agents. */
char *settings_agent_generator(const struct config *);

/*
 * How many bytes of a rollout's text stage one may work from: what the model
 * takes, at most rollout_text_bytes.
 */
int64_t settings_text_bytes(const struct config *);

#endif
