#ifndef MNEMOD_LONE_H
#define MNEMOD_LONE_H

#include <json-c/json.h>
#include "common/msg.h"
#include "exitcode.h"
#include "supervisor/config.h"

/*
 * One worker for one question, without a state directory or a lock.
 */
struct lone_job {
	enum role	 role;
	json_object	*settings;	/* of configure; taken over */
	const char	*object;	/* what it is about, for messages */
	enum msg_id	 ask;		/* with an empty body; MSG__MAX: none,
					   that it is ready is the answer */
	enum msg_id	 answer;
};

/* Owned by the caller, who releases it. */
struct lone_answer {
	json_object	*sandbox;	/* of ready; NULL: it never was */
	json_object	*body;		/* of the answer, or NULL */
	char		 why[512];	/* without an answer: what was wrong */
	char		 reason[32];	/* the worker's word for it, or "" */
};

/* EXIT_OK with or without an answer; else the reason is logged. */
enum mnemod_exit lone_run(const struct config *, const struct lone_job *,
    struct lone_answer *);
void lone_answer_release(struct lone_answer *);

#endif
