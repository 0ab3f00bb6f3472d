#ifndef MNEMOD_JOB_H
#define MNEMOD_JOB_H

#include "content.h"
#include "extract.h"
#include "survey.h"

/*
 * An `extract' request: the rollout that it names, opened, surveyed and still
 * what the scan saw.
 */
struct job {
	struct worker		*w;
	const struct msg	*request;	/* borrowed */
	struct extract		*x;
	const char		*path;
	struct rollout		*rollout;
	struct survey		 survey;
};

/*
 * Open the rollout of a request and read it once.  0: it stands at its first
 * record.  -1: there is nothing to extract; the request is answered, or the
 * worker is to leave.  job_close() in both cases.
 */
int job_open(struct job *, struct worker *, const struct msg *);
void job_close(struct job *);

/* What of `extracted' is known before there is an output; the caller's. */
json_object *job_answer(const struct job *);

/* Answer that the second reading failed. */
void job_unreadable(const struct job *);

#endif
