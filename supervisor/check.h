#ifndef MNEMOD_SUPERVISOR_CHECK_H
#define MNEMOD_SUPERVISOR_CHECK_H

#include <json-c/json.h>
#include "exitcode.h"
#include "supervisor/config.h"

/*
 * Judge one folder by the rules of mnemod-memory(5): by a workspace worker
 * that may read that folder and nothing else.  No state, no lock.
 *
 * `path' is the real path of a directory.  EXIT_OK: *answer is the body of
 * the worker's `checked' and the caller's.  Else the reason is logged.
 */
enum mnemod_exit check_run(const struct config *, const char *path,
    json_object **answer);

#endif
