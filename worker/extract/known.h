#ifndef MNEMOD_KNOWN_H
#define MNEMOD_KNOWN_H

#include <sys/stat.h>

#include <stddef.h>
#include <stdint.h>

#include "source.h"

/*
 * The files of a source that were read before: what has the same device,
 * inode, size and time is not read again.
 *
 * A file costs 16 bytes, for there may be many: of its path and of its stat
 * fields only digests are kept, with a key that is drawn at random.  What a
 * change means is for the supervisor to say, which has the content's hash,
 * and which paths there were it must ask about, see known_gone().
 */
struct known;

/* What stat(2) says of a file, as far as it tells one state from another. */
struct known_stat {
	int64_t	dev;
	int64_t	ino;
	int64_t	size;
	int64_t	mtime_ns;
};
void known_stat(struct known_stat *, const struct stat *);

struct known *known_new(void);
void known_free(struct known *);

/* Forget all. */
void known_reset(struct known *);

/*
 * Add or replace: a file in this part of the source (SOURCE_PART__MAX: in
 * none), as it was read; NULL: it must be read again.
 */
void known_put(struct known *, const char *path, enum source_part,
    const struct known_stat *);

/* A scan begins: nothing was met yet. */
void known_begin(struct known *);

enum known_file {
	KNOWN_NEW,		/* not known */
	KNOWN_CHANGED,
	KNOWN_SAME
};
/* The scan met this file. */
enum known_file known_meet(struct known *, const char *path,
    const struct known_stat *);

/* Bits of parts, 1u << enum source_part. */

/* How many known files in these parts the scan did not meet. */
size_t known_unmet(const struct known *, unsigned parts);
/* 1 if this is one of them; it is forgotten then. */
int known_gone(struct known *, const char *path, unsigned parts);

#endif
