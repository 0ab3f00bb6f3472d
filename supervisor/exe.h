#ifndef MNEMOD_EXE_H
#define MNEMOD_EXE_H

#include "common/buf.h"
#include "common/role.h"

/*
 * The workers' executables, opened once at the start: an upgrade on disk
 * never mixes versions, and what is executed is what was found then.
 */
struct exe_set {
	int	 fd[ROLE__MAX];		/* O_PATH, or -1 */
	char	*path[ROLE__MAX];	/* for messages */
};

/* Closed; exe_set_release() is safe from here on. */
void exe_set_init(struct exe_set *);
void exe_set_release(struct exe_set *);

/*
 * Open `role''s executable in the directory `libexec'.  It must be a regular
 * file that may be executed.  Returns 0, or -1 with a sentence in `why'.
 */
int exe_open(struct exe_set *, enum role role, const char *libexec,
    struct buf *why);

#endif
