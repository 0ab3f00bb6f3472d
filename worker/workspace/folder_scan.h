#ifndef MNEMOD_FOLDER_SCAN_H
#define MNEMOD_FOLDER_SCAN_H

#include <git2.h>
#include <stddef.h>
#include "common/buf.h"
#include "common/folder.h"
#include "worker/workspace/workspace.h"

/* A tracked path that could not be read, and why. */
struct folder_skipped {
	char			*path;
	enum folder_read	 why;
};

/* What a folder holds. */
struct folder_scan {
	struct buf		 why;		/* it could not be read */
	git_index		*tree;		/* of the wanted files */
	struct folder_skipped	*skipped;	/* wanted, not regular, ... */
	size_t			 nskipped;
	char			**temporary;	/* our temporary files */
	size_t			 ntemporary;
};

/*
 * Read all files that `wanted' says yes to into blobs and a list.  Returns 0,
 * or -1 with the reason in why.  folder_scan_release() frees it either way.
 */
int folder_scan(struct folder_scan *, struct history *, int dirfd,
    int (*wanted)(const char *path));
/* Only temporary files are looked for: no file is read. */
int folder_scan_names(struct folder_scan *, int dirfd,
    int (*wanted)(const char *path));
/*
 * The tracked files of the memory root as they are now.  Returns 0, or -1
 * with the failure noted.
 */
int folder_scan_root(struct folder_scan *, struct workspace *);
void folder_scan_release(struct folder_scan *);

/* 1 if what cannot be read is at `path' or above it. */
const struct folder_skipped *folder_scan_blocks(const struct folder_scan *,
    const char *path);

#endif
