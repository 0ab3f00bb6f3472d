#ifndef MNEMOD_STAGING_H
#define MNEMOD_STAGING_H

#include <stddef.h>
#include <stdint.h>
#include "buf.h"

/*
 * The agent's folder, its only view of the world.  Every name is resolved
 * below it and never through a symbolic link (openat2(2)); a file is
 * replaced whole, by a temporary file and rename(2).
 */
#define STAGING_PATH_MAX 1024	/* bytes of a name with its folders */

struct staging {
	int	 dir;		/* descriptor, -1: closed */
};

enum staging_status {
	STAGING_OK,
	STAGING_ABSENT,
	STAGING_REFUSED,	/* a link, no regular file, outside */
	STAGING_LARGE,
	STAGING_THERE,		/* something is there already */
	STAGING_ERROR		/* errno tells */
};

/* What an error of openat(2) or fstatat(2) means; else STAGING_ERROR. */
enum staging_status staging_status_of(int error);

/* Open the folder `path'.  Returns 0, or -1 with errno. */
int staging_open(struct staging *, const char *path);
void staging_close(struct staging *);

/* Names below may have folders in them: "skills/build/SKILL.md". */

/* Append the file's bytes, at most `max', to `out'. */
enum staging_status staging_read(const struct staging *, const char *name,
    size_t max, struct buf *out);

/*
 * Replace the file, its folders made where absent; nothing is done if it
 * holds these bytes.  *changed (may be NULL) tells.
 */
enum staging_status staging_write(const struct staging *, const char *name,
    const struct buf *text, int *changed);

/* Remove a file. */
enum staging_status staging_remove(const struct staging *,
    const char *name);

/* STAGING_THERE, and nothing is done, if `to' exists. */
enum staging_status staging_move(const struct staging *, const char *from,
    const char *to);

/*
 * Every regular file below the folder `name' ("." for all), or that file
 * itself, by path; hidden ones and links are passed over.  `cb' returns
 * non-zero to stop.  STAGING_LARGE: there are more than STAGING_WALK_MAX, the
 * rest was not looked at.  staging_walk.c
 */
#define STAGING_WALK_MAX	2000u
struct staging_file {
	const char	*path;
	size_t		 size;
};
typedef int staging_file_cb(const struct staging_file *, void *);
enum staging_status staging_walk(const struct staging *, const char *name,
    staging_file_cb *cb, void *arg);

/*
 * Open below the folder, never through a link; openat2(2).  A descriptor, or
 * -1 with errno.  For staging_walk.c.
 */
int staging_open_below(int dir, const char *name, uint64_t flags,
    uint64_t mode);

/* For messages: "is a symbolic link or no regular file", ... */
const char *staging_text(enum staging_status);

#endif
