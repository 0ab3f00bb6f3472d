#ifndef MNEMOD_ADOPT_H
#define MNEMOD_ADOPT_H

#include "supervisor/memory.h"

/*
 * Adoption of a folder that another program made: Codex's own databases are
 * read from copies, the workspace worker commits the folder as it is and
 * tells its threads, these are imported, and only then the root is recorded
 * as ours.  Each step can be repeated; until the last one the folder is as
 * foreign as before.  mnemod(8), MEMORY ROOTS.
 */

/*
 * Begin, if the root of m->foreign can be locked.  1: under way, recovery
 * follows; 0: not now, or never (m->stopped), logged.
 */
int adopt_start(struct memory *);

#endif
