#ifndef MNEMOD_SERVE_H
#define MNEMOD_SERVE_H

#include <json-c/json.h>
#include "exitcode.h"
#include "supervisor/operation.h"

/*
 * One request without a running supervisor: mnemoctl(1) takes the state and
 * is a supervisor without a schedule until the request is answered and its
 * workers are gone.  The same objects, the same operations.
 *
 * EXIT_OK: the asker was told all, an error included.  EXIT_LOCKED: somebody
 * else has the state.  Any other: the state cannot be had.  What is not
 * EXIT_OK is logged, and the asker was told nothing.
 */
enum mnemod_exit serve_request(const struct paths *, struct config *,
    json_object *request, const struct op_asker *);

#endif
