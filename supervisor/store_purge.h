#ifndef MNEMOD_STORE_PURGE_H
#define MNEMOD_STORE_PURGE_H

#include <stdint.h>
#include "supervisor/store_base.h"

/*
 * Forgetting on purpose, mnemoctl(1) forget.
 */

/*
 * Forget a thread: its output and stage-one job go, the words of the user
 * that its row holds too, a tombstone keeps it from coming back, and the
 * memories that selected it are enqueued.  A thread that no scan has seen
 * gets its tombstone all the same, and every memory is enqueued.  Again is no
 * error.
 */
enum store_status store_thread_bury(struct store *, const char *id,
    int64_t now);

/*
 * Agents that were ever given one of the threads, each once, by id;
 * `thread_ids' is a JSON array of strings.
 */
enum store_status store_agents_given(struct store *, const char *thread_ids,
    int (*)(const char *agent_id, void *), void *arg);

/*
 * Write what the log of the database holds into it and empty the log, so
 * that deleted text is not left there.  STORE_BUSY: somebody reads.
 */
enum store_status store_checkpoint(struct store *);

#endif
