#ifndef MNEMOD_ADOPT_FILES_H
#define MNEMOD_ADOPT_FILES_H

#include <git2.h>
#include "worker/workspace/workspace.h"

/* Files of a folder that is adopted which are not like the others. */

/*
 * raw_memories.md, however large: it is kept as found, and written anew with
 * the next publication.  Puts it into `tree'.  Returns 0, or -1 with
 * workspace_fail().
 */
int adopt_take_raw(struct workspace *, git_index *tree);

/*
 * MEMORY.md and memory_summary.md must be text: a folder whose files hold a
 * NUL may not be what it seems.  Returns 0, or -1 with workspace_fail()
 * naming file, line and byte.
 */
int adopt_check_text(struct workspace *, git_index *tree);

#endif
