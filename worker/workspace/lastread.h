#ifndef MNEMOD_LASTREAD_H
#define MNEMOD_LASTREAD_H

#include <sys/stat.h>
#include <git2.h>

/*
 * Which blob each file of a folder was when this process last read it: a
 * publication looks at all of them several times, and nearly all are still
 * the same by inode, size and times.  A file that was changed less than a few
 * seconds before it was read is not remembered: a change within the same tick
 * of the clock would not show.  All zero is one that knows nothing.
 */
struct lastread {
	git_index	*files;		/* with what stat(2) said of each */
};

void lastread_release(struct lastread *);

/* 1, and the blob in *id, if the file at `path' is the one that was read. */
int lastread_is(const struct lastread *, const char *path, const struct stat *,
    git_oid *id);

/* The file was read as that blob, `st' being what fstat(2) said before. */
void lastread_note(struct lastread *, const char *path, const struct stat *st,
    const git_oid *id);

#endif
