#ifndef MNEMOD_STORE_LOOK_H
#define MNEMOD_STORE_LOOK_H

#include <stdint.h>
#include "common/buf.h"
#include "supervisor/store_agents.h"
#include "supervisor/store_base.h"
#include "supervisor/store_files.h"
#include "supervisor/store_threads.h"

/*
 * For those who look on, mnemoctl(1).
 */

/* A job as it stands; times are 0 and versions -1 where there is none. */
struct store_job_row {
	const char	*kind;		/* as in struct store_waiting */
	const char	*key;
	const char	*status;	/* "pending" "running" "done" "error" */
	const char	*worker_id;	/* or NULL */
	int64_t		 started_at;
	int64_t		 finished_at;
	int64_t		 lease_until;
	int64_t		 retry_at;
	int64_t		 retry_remaining;
	const char	*last_error;	/* or NULL */
	int64_t		 input_watermark;
	int64_t		 last_success_watermark;	/* -1: none */
};
typedef int store_job_cb(const struct store_job_row *, void *);
/* Every job, by kind and key. */
enum store_status store_job_each(struct store *, store_job_cb *, void *arg);
enum store_status store_job_get(struct store *, const char *kind,
    const char *key, struct store_job_row **);
void store_job_free(struct store_job_row *);

/* Threads whose id begins with `prefix', by id. */
enum store_status store_thread_prefix_each(struct store *,
    const char *prefix, store_thread_cb *, void *arg);
/* Files of this path, one for each source that holds it. */
enum store_status store_file_path_each(struct store *, const char *path,
    store_file_cb *, void *arg);
/* How many files are unusable, by reason, most first. */
enum store_status store_file_reason_each(struct store *,
    int (*)(const char *reason, int64_t n, void *), void *arg);

/* The last agents, newest first, at most `limit'. */
enum store_status store_agent_last_each(struct store *, int64_t limit,
    store_agent_cb *, void *arg);
/* Agents whose id begins with `prefix', by id. */
enum store_status store_agent_prefix_each(struct store *,
    const char *prefix, store_agent_cb *, void *arg);
/* How many rows an agent was given. */
enum store_status store_agent_inputs(struct store *, const char *id,
    int64_t *n);
/* The last agent that published into the memory, or STORE_NONE. */
enum store_status store_agent_published(struct store *, const char *memory,
    struct store_agent **);

/*
 * Look through the whole file, and read each text.  STORE_CORRUPT: it is
 * damaged.  Where it is not STORE_OK, `why' has the first fault, if that could
 * be told.
 */
enum store_status store_quick_check(struct store *, struct buf *why);
/* The newest time that a job, an agent or a request was recorded with. */
enum store_status store_newest(struct store *, int64_t *when);

struct store_tombstone {
	const char	*thread_id;
	int64_t		 made_at;
	const char	*reason;
};
enum store_status store_tombstone_get(struct store *, const char *thread_id,
    struct store_tombstone **);
void store_tombstone_free(struct store_tombstone *);

struct store_counts {
	int64_t	files, threads, outputs, agents;
	int64_t	stage_one_running, stage_one_done, stage_one_error;
	int64_t	stage_two_running, stage_two_pending;
};
enum store_status store_counts(struct store *, struct store_counts *);

#endif
