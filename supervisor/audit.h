#ifndef MNEMOD_AUDIT_H
#define MNEMOD_AUDIT_H

#include <json-c/json.h>
#include "supervisor/state_dir.h"

/*
 * Audit files, agents/THREAD_ID.jsonl in the state directory: what a
 * consolidation agent did, in the rollout format, so that the tools which
 * read rollouts read it too.  Never a source of memory.
 */
#define AUDIT_RECORD_MAX	(64 * 1024)	/* bytes of one record */
#define AUDIT_FILE_MAX		(16 * 1024 * 1024)

/* The first record; `cwd' is the staging folder. */
void audit_begin(const struct state_dir *, const char *thread_id,
    const char *memory, const char *cwd);

/*
 * Cut an audit file to its first record and a note that it was cut.  Returns
 * 1, 0 if there is none, or -1: logged.
 */
int audit_cut(const struct state_dir *, const char *thread_id);

/* Remove an audit file.  0, also if there is none; -1, logged. */
int audit_remove(const struct state_dir *, const char *thread_id);

/* Each audit file's thread id. */
void audit_each(const struct state_dir *,
    void (*cb)(const char *thread_id, void *), void *arg);

/*
 * Append {"timestamp","type","payload"}, printable; a record over its cap is
 * replaced by a note of its size, a file over its cap grows no more.  Failures
 * are logged and cost nothing else.  `payload' is borrowed.
 */
void audit_record(const struct state_dir *, const char *thread_id,
    const char *type, json_object *payload);

#endif
