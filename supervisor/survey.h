#ifndef MNEMOD_SURVEY_H
#define MNEMOD_SURVEY_H

#include <stdio.h>
#include "exitcode.h"
#include "supervisor/config.h"

/*
 * --dry-run, and the first start on a terminal: scan as a pass would, into a
 * copy of the state in memory, and print what a pass would do.  Takes no
 * lock and writes nothing.
 */
enum mnemod_exit survey_run(const struct config *, FILE *);

/* 1 if this state directory holds no state yet: a first start. */
int survey_first_start(const struct config *);

#endif
