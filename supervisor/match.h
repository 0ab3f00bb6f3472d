#ifndef MNEMOD_MATCH_H
#define MNEMOD_MATCH_H

#include "supervisor/config.h"

/*
 * Which memories a thread feeds, by the directory where it was started:
 * fnmatch(3) patterns in which `*' crosses slashes, see mnemod.conf(5).
 */

/*
 * 1 if a pattern of the list matches the directory or one above it: what
 * matches a directory stands for everything below it too.  What is no
 * absolute path (NULL, "") matches the pattern "*" alone.
 */
int match_any(const struct strlist *, const char *cwd);

/* 1 if the source's `exclude' keeps the thread out altogether. */
int match_excluded(const struct config_source *, const char *cwd);

/*
 * 1 if a thread of `source' started in `cwd' feeds the memory: the source
 * is one of its sources, `cwd' matches and no `exclude' of either does.
 */
int match_memory(const struct config_memory *, const struct config_source *,
    const char *cwd);

#endif
