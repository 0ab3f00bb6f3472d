#ifndef MNEMOD_STAGING_H
#define MNEMOD_STAGING_H

#include <stddef.h>
#include "buf.h"

/*
 * The agent's folder, its only view of the world.  Every name is resolved
 * below it and never through a symbolic link (openat2(2)); a file is
 * replaced whole, by a temporary file and rename(2).
 */
struct staging {
	int	 dir;		/* descriptor, -1: closed */
};

enum staging_status {
	STAGING_OK,
	STAGING_ABSENT,
	STAGING_REFUSED,	/* a link, no regular file, outside */
	STAGING_LARGE,
	STAGING_ERROR		/* errno tells */
};

/* Open the folder `path'.  Returns 0, or -1 with errno. */
int staging_open(struct staging *, const char *path);
void staging_close(struct staging *);

/* Append the file's bytes, at most `max', to `out'. */
enum staging_status staging_read(const struct staging *, const char *name,
    size_t max, struct buf *out);

/*
 * Replace the file; nothing is done if it holds these bytes.  *changed (may
 * be NULL) tells.
 */
enum staging_status staging_write(const struct staging *, const char *name,
    const struct buf *text, int *changed);

/* For messages: "is a symbolic link or no regular file", ... */
const char *staging_text(enum staging_status);

#endif
