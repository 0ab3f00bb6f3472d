#ifndef MNEMOD_ANSWER_H
#define MNEMOD_ANSWER_H

#include "worker/worker.h"
#include "worker/workspace/publish.h"

/* What mnemoctl asks of this role, and how requests are answered. */
struct answer {
	struct worker		*worker;
	struct workspace	*ws;
	const struct msg	*request;
};

/* Each does what its request says, and answers it. */
void answer_history(struct answer *);
void answer_diff(struct answer *);
void answer_audit(struct answer *);
void answer_verify(struct answer *);
void answer_revert(struct answer *);
void answer_note(struct answer *);
void answer_review(struct answer *);
void answer_accept(struct answer *);
void answer_discard(struct answer *);

/*
 * Answer with what became of a publication; `more' (taken over, may be NULL)
 * has further members of a `published' body.  Releases the result.
 */
void answer_publication(struct answer *, enum publish_status,
    struct publish_result *, json_object *more);

/* Files added, modified and deleted, in that order. */
void answer_set_counts(json_object *, const size_t count[3]);

/* `failed', with the workspace's problem. */
void answer_fail(struct answer *);

#endif
