#ifndef MNEMOD_TOOLS_H
#define MNEMOD_TOOLS_H

#include <json-c/json.h>
#include <stddef.h>
#include "buf.h"
#include "staging.h"
#include "worker/model_tools.h"
#include "worker/redact.h"

/*
 * The agent's file tools, carried out.  Their names and parameters are rows
 * of model_tools[]; here is what each does below staging, and nowhere else.
 * Every call ends in a text for the model: what it needs to go on, or why it
 * was refused and what to do instead.
 */

/* Bounds of one result and of one run. */
#define TOOLS_RESULT_MAX	80000u		/* bytes: 20,000 tokens */
#define TOOLS_FILE_MAX		4194304u	/* bytes of a file */
#define TOOLS_MATCHES_MAX	200u
#define TOOLS_MUTATIONS_MAX	400u		/* changes of files in a run */
#define TOOLS_WRITTEN_MAX	16777216u	/* bytes written in a run */

struct tools {
	const struct staging	*st;
	struct redact		*redact;
	/* What the run has used. */
	unsigned		 mutations;
	size_t			 written;
};

enum tool_end {
	TOOL_DONE,
	TOOL_REFUSED,		/* the model can act on the text */
	TOOL_BROKEN		/* staging failed: the run cannot go on */
};

/*
 * Carry out one call; `arguments' is JSON text as the model wrote it.  The
 * text for the model is appended to `out'.
 */
enum tool_end tools_call(struct tools *, const char *name,
    const char *arguments, struct buf *out);

/* For the files that hold the tools. */

typedef enum tool_end tool_fn(struct tools *, json_object *args,
    struct buf *out);
tool_fn	tool_list_files, tool_read_file, tool_search;	/* tools_read.c */
tool_fn	tool_write_file, tool_edit_file, tool_delete_file,
	tool_move_file;					/* tools_write.c */
tool_fn	tool_apply_patch;				/* tools_patch.c */

/*
 * TOOL_DONE if the path is one that may be read, or changed: relative,
 * without "..", hidden names and control characters; to be changed are
 * MEMORY.md, memory_summary.md and what is below skills/.
 */
enum tool_end tools_readable(const char *path, struct buf *out);
enum tool_end tools_writable(const char *path, struct buf *out);

/* May the run still write `bytes' to `files' files?  Counts them. */
enum tool_end tools_spend(struct tools *, unsigned files, size_t bytes,
    struct buf *out);

/* Read a whole text file; a failure is explained in `out'. */
enum tool_end tools_load(const struct tools *, const char *path,
    struct buf *text, struct buf *out);
/* Write one and count it. */
enum tool_end tools_store(struct tools *, const char *path,
    const struct buf *text, struct buf *out);
/*
 * Append `text' to `clean' without what looks like a secret.  Only for what
 * the model wrote: what stands in a file already is not the agent's to
 * change.
 */
void tools_clean(const struct tools *, const char *text, struct buf *clean,
    struct buf *out);
/* Explain what staging said about a path. */
enum tool_end tools_explain(enum staging_status, const char *path,
    struct buf *out);

#endif
