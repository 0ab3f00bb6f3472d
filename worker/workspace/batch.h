#ifndef MNEMOD_BATCH_H
#define MNEMOD_BATCH_H

#include <git2.h>
#include <stddef.h>

/*
 * New objects of a history, held in memory until they are written as one
 * pack: three files to be synchronised instead of two for each object.
 * Nothing refers to an object before it is on the disk as long as batch_flush()
 * comes before a reference moves; a crash before that leaves no trace.
 */

/* As many bytes or objects are worth a pack of their own. */
#define BATCH_BYTES_MAX		((size_t)8 << 20)
#define BATCH_OBJECTS_MAX	4096

struct batch;

/*
 * Give the repository a batch that takes what is written from now on, and
 * ends with the repository.  Returns NULL on failure, of which libgit2 has
 * the reason.
 */
struct batch *batch_new(git_repository *);

/* 1 if it holds as much as one pack should. */
int batch_full(const struct batch *);

/*
 * Write what it holds, synchronised.  Returns 0, or -1 with libgit2's reason;
 * then it still holds everything.
 */
int batch_flush(struct batch *, git_repository *);

#endif
