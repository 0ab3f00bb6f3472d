#ifndef MNEMOD_KNOWN_H
#define MNEMOD_KNOWN_H

#include <sys/stat.h>

#include <stddef.h>
#include <stdint.h>

#include "source.h"
#include "stream.h"

struct survey;

/*
 * The files that were read before: what has the same device, inode, size and
 * time is not read again.
 */

struct known_file {
	char			*path;
	char			*source;
	int64_t			 dev;
	int64_t			 ino;
	int64_t			 size;
	int64_t			 mtime_ns;
	char			 hash[STREAM_HASH_SIZE];	/* "": unread */
	unsigned		 seen;		/* number of the last scan */
	struct survey		*past;		/* to go on from, or NULL */
};

/* What one scan walked through. */
struct known_part {
	const char	*source;
	const char	*dir;		/* absolute */
	unsigned	 seen;
	int		 outside;	/* all of the source but `dir' */
};

struct known;

struct known *known_new(void);
void known_free(struct known *);

/* Forget all. */
void known_reset(struct known *);

/* Add or replace by path; copied, but for `past', which is taken over. */
void known_put(struct known *, const struct known_file *);

/* The file of this path, or NULL; valid until it is replaced or removed. */
struct known_file *known_find(struct known *, const char *path);

/* Forget what was kept to go on from. */
void known_drop_past(struct known_file *);

/* 1 if the file is as it was when it was read. */
int known_same(const struct known_file *, const struct stat *);

/* Device, inode, size and time of `st' into `k'. */
void known_stat(struct known_file *k, const struct stat *st);

/*
 * Call `gone' for each file of the source below `dir', or outside of it,
 * that scan number `seen' did not meet, and forget it.
 */
void known_sweep(struct known *, const struct known_part *,
    void (*gone)(const struct known_file *, void *), void *arg);

#endif
