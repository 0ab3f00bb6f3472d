#ifndef MNEMOD_ONE_JOB_H
#define MNEMOD_ONE_JOB_H

#include <sys/queue.h>
#include <stdint.h>
#include "common/json.h"
#include "supervisor/supervisor.h"

/*
 * A stage-one job: a claimed rollout that the extract worker has been given,
 * and the ways in which its end is written down.
 */
struct one_job {
	char			 thread_id[UUID_SIZE];
	char			 session_id[UUID_SIZE];
	char			 token[UUID_SIZE];	/* of the claim */
	char			*path;
	char			*source;
	char			*cwd;
	char			*hash;		/* of the content */
	int64_t			 watermark;	/* version, seconds */
	int64_t			 serial;	/* of the request */
	json_object		*answer;	/* the worker's, owned; or NULL */
	enum store_status	 stored;	/* how that went */
	TAILQ_ENTRY(one_job)	 entry;
};

/* Copies what it needs of both. */
struct one_job *one_job_new(const struct store_thread *,
    const struct store_job *);
void one_job_free(struct one_job *);

enum one_job_end {
	ONE_JOB_OUTPUT,		/* stored */
	ONE_JOB_NO_OUTPUT,	/* nothing worth keeping */
	ONE_JOB_CHANGED,	/* the session goes on: left until it rests */
	ONE_JOB_LOST		/* not stored; logged, OUTCOME_JOB_FAILED */
};

/*
 * Write down what the answer says.  In a transaction of the caller's, too;
 * if that fails as a whole, it sets `stored'.
 */
void one_job_store(struct supervisor *, struct one_job *);

/* What came of it, logged. */
enum one_job_end one_job_ended(struct supervisor *, const struct one_job *);

/* Costs a retry, an hour away; logged, OUTCOME_JOB_FAILED. */
void one_job_failed(struct supervisor *, const struct one_job *,
    const char *why);

/* Pending again, at no cost. */
void one_job_release(struct supervisor *, const struct one_job *);

#endif
