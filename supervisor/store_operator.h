#ifndef MNEMOD_STORE_OPERATOR_H
#define MNEMOD_STORE_OPERATOR_H

#include <stdint.h>
#include "supervisor/store_base.h"

/*
 * What a person has set, and stays: the pause, what is disabled; and jobs
 * that a person wants done whatever the schedule says.
 */

/* No new work begins from `since' on.  STORE_NONE: that was so before. */
enum store_status store_pause(struct store *, int64_t since);
enum store_status store_resume(struct store *);
/* STORE_OK: paused since *since; STORE_NONE: it is not. */
enum store_status store_paused(struct store *, int64_t *since);

/*
 * A thread id, or the path of a directory: threads of which nothing is made.
 * STORE_NONE: it was disabled, or was not.
 */
enum store_status store_disable(struct store *, const char *what,
    int64_t now);
enum store_status store_enable(struct store *, const char *what);
typedef int store_disabled_cb(const char *what, int64_t since, void *);
enum store_status store_disabled_each(struct store *, store_disabled_cb *,
    void *arg);

/* The memories that were last made from the thread are to be made again. */
enum store_status store_thread_enqueue(struct store *, const char *id,
    int64_t watermark);

/* The name of a job. */
struct store_job_name {
	const char	*kind;		/* as in struct store_waiting */
	const char	*key;
};

/*
 * Jobs that failed, or wait after a failure, are due at once with all their
 * retries: of this kind (NULL: both) and key (NULL: all).  Each is told to
 * `cb' before.
 */
typedef int store_retried_cb(const struct store_job_name *, void *);
enum store_status store_retry(struct store *, const struct store_job_name *,
    store_retried_cb *, void *arg);

/*
 * The thread may be claimed again at the version it has; what was made of it
 * stands until then.
 */
enum store_status store_thread_again(struct store *, const char *id);

#endif
