#ifndef MNEMOD_DIFF_H
#define MNEMOD_DIFF_H

#include <git2.h>
#include "common/buf.h"
#include "worker/workspace/history.h"

#define DIFF_FILE "phase2_workspace_diff.md"
/* Bytes of diff text in the file; what is beyond is cut (Codex CLI's). */
#define DIFF_TEXT_MAX 4194304u

/*
 * Append what changed from `from' to `to' in the form of DIFF_FILE (Codex
 * CLI's format): a list of paths with A, M or D, then a unified diff with
 * three lines of context.  Bytes that are no UTF-8 become U+FFFD.  Returns
 * 0, or -1 with history_error().
 */
int diff_write(struct history *, git_index *from, git_index *to,
    struct buf *out);

/*
 * Bytes of diff text that are shown to a person.  Six times as much, if all
 * of it must be escaped, still is one frame.
 */
#define DIFF_SHOWN_MAX 1048576u

/*
 * Append the unified diff alone.  Returns 0, 1 if it was cut at
 * DIFF_SHOWN_MAX, or -1 with history_error().
 */
int diff_unified(struct history *, git_index *from, git_index *to,
    struct buf *out);

#endif
