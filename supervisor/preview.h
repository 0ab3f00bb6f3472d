#ifndef MNEMOD_PREVIEW_H
#define MNEMOD_PREVIEW_H

#include "exitcode.h"
#include "supervisor/config.h"

/*
 * -p: print on standard output the text that stage one would hand to a
 * provider for the rollout `path', and nothing else.  An extract worker
 * that may read that one file does it; no lock is taken, nothing written.
 */
enum mnemod_exit preview_run(const struct config *, const char *path);

#endif
