#ifndef MNEMOD_BUILTIN_SHELL_H
#define MNEMOD_BUILTIN_SHELL_H

#include "builtin_command.h"
#include "builtin_state.h"

/*
 * What a part of a command line does to files, and what it tells of the
 * machine.  `seg' ran and passed.
 */

/*
 * sed -i, a here-document into a file: the task gets an edit of that file; how
 * it was before is not known.  `dir' is where the line ran.  1 if it was one.
 */
int shell_edit(struct builtin *, const struct seg *, const char *dir);

/* Note that the program was there or was not, the folder no repository. */
void machine_note(struct builtin *, enum machine_kind, const char *name);

/* "go version": note the version that `output' tells. */
void machine_version(struct builtin *, const struct seg *,
    const char *output);

#endif
