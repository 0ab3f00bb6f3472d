#ifndef MNEMOD_REDACT_WRAP_H
#define MNEMOD_REDACT_WRAP_H

#include <stddef.h>

#include "worker/redact_rules.h"

/*
 * Private to redact*.c: tokens that go on in the next line.  A terminal or a
 * mailer broke the line at its width, a shell or C source has a backslash at
 * its end, or a source writes one string as several, "abc" "def".
 */
#define WRAP_PIECES 64

struct wrap_piece {
	size_t	start;
	size_t	len;
};

/* The pieces after the first. */
struct wrap {
	struct wrap_piece	pieces[WRAP_PIECES];
	size_t			n;
};

/* Where the characters of a token end that go on at `pos'. */
size_t wrap_run(const char *text, size_t len, size_t pos);

/* Find the pieces that continue a token.  Returns how many there are. */
size_t wrap_find(struct wrap *, const struct redact_value *token);

#endif
