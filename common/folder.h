#ifndef MNEMOD_FOLDER_H
#define MNEMOD_FOLDER_H

#include <dirent.h>
#include <stddef.h>
#include <sys/stat.h>
#include "buf.h"

/*
 * Folders that other programs write too, by descriptor only: no symbolic
 * link is followed, nothing outside is reached, and only regular files are
 * opened.  Paths are relative, '/' between components.
 */

enum folder_read {
	FOLDER_OK,
	FOLDER_ABSENT,
	FOLDER_IRREGULAR,	/* a link, FIFO, directory, ... */
	FOLDER_TOO_BIG,		/* more than TREE_FILE_MAX */
	FOLDER_ERROR		/* errno */
};

/* "is not a regular file" and the like, for messages. */
const char *folder_read_text(enum folder_read);

/*
 * Append the contents of `path' to `out'; *st (may be NULL) is of the file
 * that was read.  A file that changes while it is read is read again.
 */
enum folder_read folder_read_file(int dirfd, const char *path,
    struct buf *out, struct stat *st);

/*
 * What is at `path', without opening it.  Returns 0, or -1 with errno: ELOOP
 * where it or a component is a symbolic link, EXDEV where it leads out.
 */
int folder_look(int dirfd, const char *path, struct stat *st);

/*
 * Open the directory `path' ("." for the folder itself).  Returns a
 * descriptor (the caller closes it) or -1 with errno: ELOOP where a component
 * is a symbolic link, EXDEV where it leads out.
 */
int folder_open_dir(int dirfd, const char *path);

/*
 * Open the directory that holds `path', making it if `make' says so, and set
 * *base to the last component inside `path'.  Returns a descriptor (the
 * caller closes it) or -1 with errno.
 */
int folder_open_parent(int dirfd, const char *path, int make,
    const char **base);

/*
 * The next name in a directory, but "." and "..".  NULL at its end, with
 * errno 0; or with errno where it cannot be read any further: what was told
 * until then is not all of it.
 */
struct dirent *folder_next(DIR *);

/*
 * Make the new file `name' in `dirfd' with these contents and permission
 * bits, synchronised.  Returns 0, or -1 with errno; nothing is left then.
 */
int folder_write_new(int dirfd, const char *name, const struct buf *,
    mode_t perm);

/* The same without waiting for the disk: a power cut may take it away. */
int folder_write_scratch(int dirfd, const char *name, const struct buf *,
    mode_t perm);

/*
 * Remove `name' in `dirfd' and everything below it, however deep and whatever
 * its modes; links are not followed.  Returns 0, or -1 with errno: ESTALE
 * where somebody moves directories meanwhile.
 */
int folder_remove(int dirfd, const char *name);

#endif
