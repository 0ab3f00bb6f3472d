#ifndef MNEMOD_BUILTIN_HUMAN_H
#define MNEMOD_BUILTIN_HUMAN_H

#include <stddef.h>
#include "buf.h"

/*
 * Append what a person typed of a user message: without the context that
 * programs add (tags, AGENTS files, IDE context), fenced blocks, quoted
 * lines and runs of lines that look like a log.  Lines are kept.
 */
void human_text(struct buf *, const char *text, size_t len);

/*
 * The next sentence of `*at' as its bounds, or 0 at the end.  A sentence ends
 * at a full stop, '!' or '?' before a space, at their CJK forms, and at the
 * end of a line.
 */
int human_sentence(const char **at, const char **start, size_t *len);

#endif
