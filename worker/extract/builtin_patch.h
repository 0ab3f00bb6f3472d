#ifndef MNEMOD_BUILTIN_PATCH_H
#define MNEMOD_BUILTIN_PATCH_H

#include "builtin_task.h"

/*
 * Note each file of an apply_patch text ("*** Begin Patch" ...) as an edit
 * of the task.  `refused': the tool did not apply it.  `cwd' is cut off the
 * front of file names.  Returns the number of files.
 */
struct patch {
	const char	*text;
	const char	*cwd;
	int		 refused;
	unsigned	 seq;
};

size_t patch_note(struct task *, const struct patch *);

/*
 * The file as an edit names it: without `cwd' at its front, NULL if it is
 * gone tomorrow (/tmp).  Borrows from `path'.
 */
const char *patch_file(const char *path, const char *cwd);

/*
 * The words in which the refused edit differs from the accepted one of the
 * same file, in `from' and `to'; 1 if there are any and they are few.
 */
int patch_difference(const struct edit *refused, const struct edit *accepted,
    struct strs *from, struct strs *to);

#endif
