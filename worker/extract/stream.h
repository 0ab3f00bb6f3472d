#ifndef MNEMOD_STREAM_H
#define MNEMOD_STREAM_H

#include <stddef.h>
#include <stdint.h>

/*
 * The bytes of one rollout file, unpacked if it is compressed, with a hash
 * over them: a file that was copied, restored or compressed has the hash
 * that it had before.
 */

#define STREAM_HASH_SIZE 33	/* 32 hex digits (XXH3-128) and a NUL */

enum stream_status {
	STREAM_OK,		/* bytes came */
	STREAM_END,		/* nothing more */
	STREAM_ERROR,		/* read(2) failed, or gave less than there is
				   or was in a pass before; errno */
	STREAM_CORRUPT,		/* no zstd, or damaged */
	STREAM_TORN		/* compressed data ends too early */
};

struct stream;

/*
 * Read from `fd', which the stream closes in the end.  `zstd': the file is
 * compressed.
 */
struct stream *stream_new(int fd, int zstd);
void stream_free(struct stream *);

/* Read 1 to `size' bytes into `to'; *len is set for STREAM_OK only. */
enum stream_status stream_read(struct stream *, void *to, size_t size,
    size_t *len);

/*
 * Read `n' bytes through the hash and hand none of them out.  STREAM_END:
 * there are not so many.
 */
enum stream_status stream_skip(struct stream *, uint64_t n);

/* The hash over what was read since the start. */
void stream_hash(struct stream *, char out[STREAM_HASH_SIZE]);

/* Hash no more: stream_hash() is not asked for again. */
void stream_unhashed(struct stream *);

/* Start again from the first byte.  Returns 0, or -1 with errno. */
int stream_rewind(struct stream *);

/* Text for a status that is an error: "damaged zstd data". */
const char *stream_status_text(enum stream_status);

#endif
