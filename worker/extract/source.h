#ifndef MNEMOD_SOURCE_H
#define MNEMOD_SOURCE_H

#include <sys/stat.h>

#include <stddef.h>
#include <stdint.h>

/*
 * Where the rollouts of a source lie (Codex CLI's format):
 *
 *	sessions/YYYY/MM/DD/rollout-<time>-<uuid>.jsonl
 *	archived_sessions/rollout-<time>-<uuid>.jsonl
 *
 * each plain or with ".zst"; the plain one wins.  Symbolic links are never
 * followed, and only regular files are read.
 */

enum source_part {
	SOURCE_SESSIONS,
	SOURCE_ARCHIVED,
	SOURCE_PART__MAX
};

/* The name of the part's directory: "sessions". */
const char *source_part_name(enum source_part);

/* The part of the source at `root' that holds a path, or SOURCE_PART__MAX. */
enum source_part source_part(const char *root, const char *path);

/* A file that was found; valid during the call. */
struct found {
	const char		*path;		/* absolute */
	int			 dirfd;		/* of its directory */
	const char		*name;		/* in it */
	enum source_part	 part;
	int			 compressed;
	struct stat		 st;
};

/* Returns nonzero to end the walk. */
typedef int source_fn(const struct found *, void *arg);

enum source_walk {
	SOURCE_WHOLE,		/* every directory was read */
	SOURCE_ABSENT,		/* there is no such part */
	SOURCE_PARTLY,		/* something could not be read, see the log */
	SOURCE_STOPPED		/* the function asked for it */
};

/*
 * Call `fn' for each rollout of one part of the source at `root'; in a
 * directory of a few thousand, in order of their names.
 */
enum source_walk source_walk(const char *root, enum source_part, source_fn *fn,
    void *arg);

/* 1 if a file of this name is a rollout; `compressed' may be NULL. */
int source_is_rollout(const char *name, int *compressed);

/*
 * Open a rollout for reading: a regular file, named directly.  Fills `st'.
 * Returns the descriptor, or -1 with errno (ELOOP for a symbolic link,
 * EINVAL for what is no regular file).
 */
int source_open_at(int dirfd, const char *name, struct stat *st);

/*
 * Open a rollout by its absolute path, which must lie in a part of the
 * source at `root'; no part of it below there may be a symbolic link.
 * Returns as source_open_at(), ENOENT for a path elsewhere.
 */
int source_open(const char *root, const char *path, struct stat *st);

/* When the file was last written, in ms since 1970. */
int64_t source_mtime_ms(const struct stat *);

#endif
