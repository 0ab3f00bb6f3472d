#ifndef MNEMOD_LASTREAD_H
#define MNEMOD_LASTREAD_H

#include <sys/stat.h>
#include <git2.h>

/*
 * Which blob each file of a folder was when it was last read: a publication
 * looks at all of them several times, and nearly all are still the same by
 * inode, size and times; no edit leaves the time of change (ctime) as it was.
 * A file that was changed less than a few seconds before it was read is not
 * remembered: a change within the same tick of the clock would not show.
 *
 * It is kept from one process to the next in the file LASTREAD_NAME of the
 * history, an index as of gitformat-index(5), which may be lost at any time.
 * All zero is one that knows nothing and is not kept.
 */
#define LASTREAD_NAME "lastread"

struct lastread {
	git_index	*files;		/* with what stat(2) said of each */
	char		*path;		/* NULL: not kept */
	size_t		 fresh;		/* files noted and not yet kept */
};

/* What the file in the folder `history' says; nothing if it is damaged. */
void lastread_load(struct lastread *, const char *history);

/* Keep it, if that is worth the writing. */
void lastread_save(struct lastread *);
void lastread_release(struct lastread *);

/* It is not to be kept: for a worker that may not write. */
void lastread_detach(struct lastread *);

/*
 * Know nothing any more, nor may the file.  0, or -1 with errno if it cannot
 * be removed.
 */
int lastread_forget(struct lastread *);

/* Know nothing of files that are not in `tree' any more. */
void lastread_prune(struct lastread *, git_index *tree);

/* 1, and the blob in *id, if the file at `path' is the one that was read. */
int lastread_is(const struct lastread *, const char *path, const struct stat *,
    git_oid *id);

/* The file was read as that blob, `st' being what fstat(2) said before. */
void lastread_note(struct lastread *, const char *path, const struct stat *st,
    const git_oid *id);

#endif
