#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/fd.h"
#include "buf.h"
#include "exitcode.h"
#include "patterns.h"
#include "worker/redact.h"

#define INPUT_MAX	(4u << 20)	/* a configuration has at most 1 MiB */
#define SECONDS_MAX	10

/* Returns 0, or -1 if there is no end to it. */
static int
read_all(struct buf *in)
{
	char	piece[8192];
	ssize_t	n;

	while ((n = fd_read(STDIN_FILENO, piece, sizeof(piece))) > 0) {
		buf_add(in, piece, (size_t)n);
		if (in->len > INPUT_MAX)
			return -1;
	}
	return n == 0 ? 0 : -1;
}

int
patterns_check(void)
{
	struct buf	 in = BUF_INIT;
	const char	*p, *end;
	char		 why[1024];

	alarm(SECONDS_MAX);
	if (read_all(&in) == -1)
		return WEXIT_ERROR;
	p = buf_str(&in);
	for (end = p + in.len; p < end; p += strlen(p) + 1)
		puts(redact_pattern_ok(p, why, sizeof(why)) ? "ok" : why);
	buf_release(&in);
	return fflush(stdout) == EOF ? WEXIT_ERROR : WEXIT_OK;
}
