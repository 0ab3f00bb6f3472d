#ifndef MNEMOD_SUMMARY_MARK_H
#define MNEMOD_SUMMARY_MARK_H

#include <stddef.h>

/*
 * Codex puts memory_summary.md into a session between the lines
 * "========= MEMORY_SUMMARY BEGINS =========" and "... ENDS ...", and takes
 * <oai-mem-citation> in an answer for its own.  What holds such a mark would
 * break out of the frame: what follows would no longer be read as memory.
 */

/* 1 if the line holds one, in whatever case. */
int summary_mark(const char *line, size_t len);

#endif
