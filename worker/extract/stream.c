#include <sys/stat.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xxhash.h>
#include <zstd.h>

#include "fd.h"
#include "log.h"
#include "mem.h"
#include "stream.h"

#define PACKED_SIZE ((size_t)128 << 10)

struct stream {
	int		 fd;
	uint64_t	 taken;		/* bytes of the file */
	uint64_t	 least;		/* that it had in a pass before */
	XXH3_state_t	*hash;		/* NULL: not wanted */
	ZSTD_DStream	*zstd;		/* NULL: plain */
	char		*packed;	/* compressed bytes, PACKED_SIZE */
	ZSTD_inBuffer	 in;
	int		 open_frame;	/* the frame has more to come */
	int		 any;		/* compressed bytes were seen */
};

struct stream *
stream_new(int fd, int zstd)
{
	struct stream	*s = xcalloc(1, sizeof(*s));

	s->fd = fd;
	s->hash = XXH3_createState();
	if (s->hash == NULL)
		log_fatalx("cannot allocate a hash state");
	(void)XXH3_128bits_reset(s->hash);
	if (!zstd)
		return s;
	/* The library's own limit holds: a window of 128 MiB at most. */
	s->zstd = ZSTD_createDStream();
	if (s->zstd == NULL)
		log_fatalx("cannot allocate a zstd stream");
	s->packed = xreallocarray(NULL, PACKED_SIZE, 1);
	s->in.src = s->packed;
	return s;
}

void
stream_free(struct stream *s)
{
	if (s == NULL)
		return;
	fd_close(&s->fd);
	XXH3_freeState(s->hash);
	ZSTD_freeDStream(s->zstd);
	free(s->packed);
	free(s);
}

/*
 * Nothing more came.  What was read is all only if the file has no more, and
 * had no more before: else a part of a session would be taken for it.
 */
static enum stream_status
at_end(const struct stream *s)
{
	struct stat	st;

	if (fstat(s->fd, &st) == -1)
		return STREAM_ERROR;
	if (s->taken >= s->least && (!S_ISREG(st.st_mode) ||
	    (uint64_t)st.st_size <= s->taken))
		return STREAM_END;
	errno = EIO;
	return STREAM_ERROR;
}

static enum stream_status
read_file(struct stream *s, void *to, size_t size, size_t *len)
{
	enum stream_status	st = STREAM_OK;
	ssize_t			n;
	int			i;

	/* It may have grown between two looks. */
	for (i = 0; i < 2 && st != STREAM_END; i++) {
		n = fd_read(s->fd, to, size);
		if (n == -1)
			return STREAM_ERROR;
		if (n > 0) {
			s->taken += (uint64_t)n;
			*len = (size_t)n;
			return STREAM_OK;
		}
		st = at_end(s);
	}
	return st;
}

/* Have compressed bytes ready. */
static enum stream_status
fill_packed(struct stream *s)
{
	enum stream_status	 st;
	size_t			 len = 0;

	if (s->in.pos < s->in.size)
		return STREAM_OK;
	st = read_file(s, s->packed, PACKED_SIZE, &len);
	if (st == STREAM_END && (s->open_frame || !s->any))
		return STREAM_TORN;
	if (st != STREAM_OK)
		return st;
	s->in.size = len;
	s->in.pos = 0;
	s->any = 1;
	return STREAM_OK;
}

static enum stream_status
read_zstd(struct stream *s, void *to, size_t size, size_t *len)
{
	ZSTD_outBuffer		 out = { to, size, 0 };
	enum stream_status	 st;
	size_t			 left;

	do {
		/*
		 * With a full input window the library may still hold output
		 * of the open frame, so ask it before reading more.
		 */
		if (!s->open_frame || s->in.pos < s->in.size) {
			if ((st = fill_packed(s)) != STREAM_OK)
				return st;
		}
		left = ZSTD_decompressStream(s->zstd, &out, &s->in);
		if (ZSTD_isError(left))
			return STREAM_CORRUPT;
		s->open_frame = left != 0;
		if (out.pos == 0 && s->open_frame &&
		    (st = fill_packed(s)) != STREAM_OK)
			return st;
	} while (out.pos == 0);
	*len = out.pos;
	return STREAM_OK;
}

enum stream_status
stream_read(struct stream *s, void *to, size_t size, size_t *len)
{
	enum stream_status	st;

	if (s->zstd != NULL)
		st = read_zstd(s, to, size, len);
	else
		st = read_file(s, to, size, len);
	if (st == STREAM_OK && s->hash != NULL)
		(void)XXH3_128bits_update(s->hash, to, *len);
	return st;
}

enum stream_status
stream_skip(struct stream *s, uint64_t n)
{
	char			 buf[32768];
	enum stream_status	 st = STREAM_OK;
	size_t			 len;

	while (n > 0 && st == STREAM_OK) {
		st = stream_read(s, buf, n < sizeof(buf) ? (size_t)n :
		    sizeof(buf), &len);
		if (st == STREAM_OK)
			n -= len;
	}
	return st;
}

void
stream_hash(struct stream *s, char out[STREAM_HASH_SIZE])
{
	XXH128_canonical_t	 c;
	size_t			 i;

	if (s->hash == NULL)
		BUG("the hash of a stream that is not hashed");
	XXH128_canonicalFromHash(&c, XXH3_128bits_digest(s->hash));
	for (i = 0; i < sizeof(c.digest); i++)
		snprintf(out + 2 * i, 3, "%02x", c.digest[i]);
}

void
stream_unhashed(struct stream *s)
{
	XXH3_freeState(s->hash);
	s->hash = NULL;
}

int
stream_rewind(struct stream *s)
{
	if (lseek(s->fd, 0, SEEK_SET) == -1)
		return -1;
	if (s->taken > s->least)
		s->least = s->taken;
	s->taken = 0;
	if (s->hash != NULL)
		(void)XXH3_128bits_reset(s->hash);
	if (s->zstd != NULL)
		(void)ZSTD_DCtx_reset(s->zstd, ZSTD_reset_session_only);
	s->in.size = s->in.pos = 0;
	s->open_frame = s->any = 0;
	return 0;
}

const char *
stream_status_text(enum stream_status st)
{
	switch (st) {
	case STREAM_OK:
	case STREAM_END:
		return "no error";
	case STREAM_ERROR:
		return "read error";
	case STREAM_CORRUPT:
		return "damaged zstd data";
	case STREAM_TORN:
		return "compressed data end too early";
	}
	BUG("stream status %d", (int)st);
}
