#ifndef MNEMOD_BUILTIN_BLOCKS_H
#define MNEMOD_BUILTIN_BLOCKS_H

#include <stddef.h>
#include "buf.h"

/*
 * MEMORY.md as a row of blocks, each from a "# Task Group: " line to the
 * next.  A block is ours if its applies_to line ends in our marker and the
 * marker's sum still fits the text: the moment that a person edits a block,
 * it is theirs, and no byte of it is changed again (mnemod-memory(5)).
 */
#define BLOCK_MARKER	"; generator=builtin/1 00000000"
#define BLOCK_SUM	8	/* its hexadecimal digits */

enum block_owner {
	BLOCK_OURS,
	BLOCK_KEPT,	/* ours, but no facts are left to write it anew */
	BLOCK_FOREIGN
};

struct block {
	enum block_owner owner;
	struct buf	 text;
	char		*cwd;	/* of its applies_to line, "" if none */
};

struct blocks {
	struct block	*v;
	size_t		 n;
};

/* Every byte of the file is in some block.  The blocks own their texts. */
void blocks_parse(struct blocks *, const struct buf *memory);
void blocks_clear(struct blocks *);

/* The name of the group, NULL if it is none.  The caller frees it. */
char *block_name(const struct block *);

/* Put the sum of the text into its marker, which it must hold. */
void block_seal(struct buf *);

/* 1 if a block that is not written anew names the thread. */
int blocks_cite(const struct blocks *, const char *thread_id);

/* 1 if one that was kept does. */
int blocks_keep(const struct blocks *, const char *thread_id);

#endif
