#ifndef MNEMOD_PROVIDER_H
#define MNEMOD_PROVIDER_H

#include <sys/types.h>
#include "common/buf.h"
#include "supervisor/config.h"

/*
 * The provider that is used, in the world outside of the configuration: its
 * key, and the sandbox that a worker with network access needs.
 */

/*
 * Is everything there that the provider in use needs?  Takes the key out of
 * the environment.  0, or -1 with a message in `why': exit status 3.  Says
 * the variable's or file's name, never what is in it.
 */
int provider_check(const struct config *, struct buf *why);

/* The Landlock ABI of the running kernel, 0: none; and what is needed. */
int provider_landlock(void);
#define PROVIDER_LANDLOCK	2	/* mnemod-worker(8) */

/* The file with the key, a fresh string; NULL: there is none. */
char *provider_key_file(const struct config *);

/* Which file that is now, to see when it was replaced. */
struct provider_file {
	dev_t	dev;
	ino_t	ino;
	int64_t	mtime_ns;
};
/* All 0 if there is none.  0, or -1: it cannot be looked at now. */
int provider_file_look(const struct config *, struct provider_file *);
int provider_file_same(const struct provider_file *,
    const struct provider_file *);

#endif
