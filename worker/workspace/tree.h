#ifndef MNEMOD_TREE_H
#define MNEMOD_TREE_H

#include <git2.h>
#include <stddef.h>
#include "common/tree_path.h"
#include "worker/workspace/history.h"

/*
 * A memory folder as a flat list of paths and blobs, in path order: an index
 * of libgit2 that lives in memory only.  Functions that return int give 0,
 * or -1 with the reason in history_error().
 */

/* An empty tree; git_index_free() ends it. */
int tree_new(git_index **);
/* The tree object `id' as a list; and the reverse. */
int tree_load(struct history *, const git_oid *id, git_index **out);
int tree_store(struct history *, git_index *, git_oid *out);

/* The entry at `path', NULL if there is none.  Borrowed. */
const git_index_entry *tree_get(git_index *, const char *path);
int tree_put(git_index *, const char *path, uint32_t mode, const git_oid *);
/* Write a text as a blob and put it as a plain file. */
int tree_put_text(git_index *, struct history *, const char *path,
    const struct buf *text);
int tree_drop(git_index *, const char *path);

/* Copy those entries of `from' that `wanted' says yes to. */
int tree_copy(git_index *to, git_index *from, int (*wanted)(const char *));
/* Remove those entries. */
int tree_drop_all(git_index *, int (*wanted)(const char *));

/* 1 if both are absent, or have the same content and mode. */
int tree_same_entry(const git_index_entry *, const git_index_entry *);

/* Append the text at `path'; 1, 0 if there is no such entry, or -1. */
int tree_text(git_index *, struct history *, const char *path,
    struct buf *out);

#endif
