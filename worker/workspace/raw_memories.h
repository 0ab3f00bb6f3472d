#ifndef MNEMOD_RAW_MEMORIES_H
#define MNEMOD_RAW_MEMORIES_H

#include <json-c/json.h>
#include "common/buf.h"
#include "worker/workspace/inputs.h"

/*
 * The two kinds of files that are written from rows and nothing else, in
 * Codex CLI's format; mnemod-memory(5).
 */

/* Append the text of raw_memories.md. */
void raw_memories_write(const struct inputs *, struct buf *out);

/* Append the text of a row's rollout_summaries/<stem>.md. */
void raw_memories_summary(json_object *row, struct buf *out);

/*
 * The thread of a rollout summary's text: its first line is
 * "thread_id: <uuid>".  Returns 1, or 0 if there is no such line.
 */
int raw_memories_thread(const struct buf *text, char *out);

#endif
