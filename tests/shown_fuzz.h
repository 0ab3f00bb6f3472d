#ifndef MNEMOD_SHOWN_FUZZ_H
#define MNEMOD_SHOWN_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "common/log.h"
#include "common/utf8.h"

/*
 * For fuzz targets: abort(3) unless this is UTF-8 that a terminal shows as it
 * is, in one line, or in several if `lines'.
 */
static inline void
shown_fuzz(const char *s, size_t len, int lines)
{
	size_t		i, n;
	uint32_t	cp;

	if (utf8_run(s, len) != len)
		abort();
	for (i = 0; i < len; i += n) {
		n = 1;
		if (!(lines && s[i] == '\n') &&
		    log_hides(s + i, len - i, &n, &cp))
			abort();
	}
}

#endif
