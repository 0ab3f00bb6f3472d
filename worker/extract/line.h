#ifndef MNEMOD_LINE_H
#define MNEMOD_LINE_H

#include <stddef.h>
#include <stdint.h>

#include "stream.h"

/*
 * The lines of a stream, in flat memory: what is longer than LINE_LIMIT is
 * passed over to its end and told as such.
 */

#define LINE_LIMIT ((size_t)6 << 20)

struct line {
	const char	*text;		/* without newline or CR before it */
	size_t		 len;
	uint64_t	 number;	/* from 1 */
	uint64_t	 offset;	/* of its first byte, unpacked */
};

enum line_status {
	LINE_OK,
	LINE_TOO_LONG,		/* text is NULL, len its true length */
	LINE_END,
	LINE_FAILED		/* line_reader.failure says how */
};

struct line_reader {
	struct stream		*stream;	/* not owned */
	char			*buf;
	size_t			 cap;
	size_t			 start;		/* first byte not yet given */
	size_t			 end;		/* behind the last byte */
	uint64_t		 offset;	/* of the next line */
	uint64_t		 number;	/* of the line given last */
	size_t			 limit;		/* LINE_LIMIT; less in tests */
	enum stream_status	 failure;	/* STREAM_OK: none */
	int			 at_end;
	int			 whole;		/* that line had its newline */
};

void line_reader_init(struct line_reader *, struct stream *);
void line_reader_release(struct line_reader *);

/*
 * The stream stands at byte `offset', behind line `number': go on there.
 * With 0, 0 begin again; the stream was rewound.
 */
void line_reader_seek(struct line_reader *, uint64_t offset,
    uint64_t number);

/*
 * The next line, valid until the next call.  A last line without newline is
 * a line; a failing stream gives its whole lines, then LINE_FAILED.
 */
enum line_status line_next(struct line_reader *, struct line *);

/* Why a line cannot be text: "NUL byte", "not UTF-8"; NULL if it can. */
const char *line_flaw(const struct line *);

/* 1 if there is nothing but white space. */
int line_blank(const char *text, size_t len);

#endif
