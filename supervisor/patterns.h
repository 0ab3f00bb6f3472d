#ifndef MNEMOD_SUPERVISOR_PATTERNS_H
#define MNEMOD_SUPERVISOR_PATTERNS_H

#include "common/buf.h"
#include "supervisor/config.h"

/*
 * Have the patterns of the key `redact' looked at by the program that will
 * match with them (mnemod-extract -t), if there are any.  Returns 0, or -1
 * with a line in `why' for each that is wrong: file, line, pattern, offset
 * and reason.  Where the program cannot be run, that is logged and 0 is
 * returned: no worker starts with a pattern that is wrong.  Waits for the
 * program, ten seconds at most.
 */
int patterns_check(const struct config *, struct buf *why);

#endif
