#ifndef MNEMOD_UNREAD_H
#define MNEMOD_UNREAD_H

#include "worker/workspace/workspace.h"

/*
 * Is it the disk?  libgit2 (at least to 1.5) takes a file or a folder that
 * cannot be read for one that is not there; whoever is told that a history is
 * damaged moves it away.  Reads all that is below `path'.  Returns 1, with the
 * errno of the first that failed, or 0.
 */
int unread_below(struct workspace *, const char *path);

#endif
