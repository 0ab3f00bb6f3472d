#ifndef MNEMOD_MNEMOCTL_MEMORY_FILES_H
#define MNEMOD_MNEMOCTL_MEMORY_FILES_H

#include <stddef.h>

/*
 * The published files of a memory root, by descriptor: what mnemod tracks
 * (common/tree_path.h), hidden names and symbolic links passed over.
 */
struct memory_file {
	char	*path;		/* relative to the root */
	int	 directory;
};

struct memory_files {
	struct memory_file	*v;	/* by path */
	size_t			 n;
	int			 full;	/* TREE_FILES_MAX: the rest is left out */
};

/*
 * What is directly in the directory `dir' ("" for the root), directories
 * too.  Returns 0, or -1 with errno: ENOENT if it is not there, ENOTDIR if it
 * is no directory, ELOOP if it is or passes a symbolic link.
 * memory_files_clear() in either case.
 */
int memory_files_list(struct memory_files *, int root, const char *dir);

/*
 * All files at or below `path', which may be a file.  The same; what goes
 * away meanwhile is passed over.  Of what could not be read it may lack some.
 */
int memory_files_walk(struct memory_files *, int root, const char *path);

void memory_files_clear(struct memory_files *);

/* 1 if the path is published, or leads to what may be; "" is the root. */
int memory_files_visible(const char *path);

#endif
