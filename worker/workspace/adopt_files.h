#ifndef MNEMOD_ADOPT_FILES_H
#define MNEMOD_ADOPT_FILES_H

#include <git2.h>
#include "worker/workspace/workspace.h"

/* The file of a folder that is adopted which is not like the others. */

/*
 * raw_memories.md, however large: it is kept as found, and written anew with
 * the next publication.  Puts it into `tree'.  Returns 0, or -1 with
 * workspace_fail().
 */
int adopt_take_raw(struct workspace *, git_index *tree);

#endif
