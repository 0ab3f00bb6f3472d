#ifndef MNEMOD_ONE_QUEUE_H
#define MNEMOD_ONE_QUEUE_H

#include "common/msg.h"
#include "supervisor/one_job.h"
#include "supervisor/scan.h"
#include "supervisor/stage_one.h"

/*
 * The rollouts that the extract worker has been given, and those that it has
 * answered: claims, and what came of them.  Answers are written down in the
 * transaction that claims the next rollouts; what a model said, which was
 * paid for, at once, and builtin's once half of what may be open is done.
 * Until then the claim of an answered one stands: it is extracted again if
 * the supervisor dies.
 */
TAILQ_HEAD(one_jobs, one_job);

struct one_queue {
	struct supervisor	*sv;
	const struct scan	*scan;
	struct child		*child;		/* given them; NULL: none is */
	struct one_jobs		 open;		/* in the order sent */
	unsigned		 nopen;
	struct one_jobs		 answered;	/* not written down yet */
	unsigned		 nanswered;
	struct strlist		 asked;		/* ids of threads, by a person */
	struct store_place	 place;		/* of this pass's claims */
	int			 held;		/* no more claims in this pass */
	struct stage_one_counts	*counts;
};

void one_queue_init(struct one_queue *, struct supervisor *,
    const struct scan *, struct stage_one_counts *);
void one_queue_release(struct one_queue *);

/* A new pass. */
void one_queue_begin(struct one_queue *);

/*
 * An answer of the worker to an open job: `extracted', or `failed', which
 * ends it.
 */
void one_queue_answer(struct one_queue *, const struct msg *);

/*
 * Write answers down and claim more, if it is time for that.  STORE_OK also
 * if nothing is due: q->nopen tells.
 */
enum store_status one_queue_go_on(struct one_queue *);

/*
 * The worker is gone: answers are written down, the job of request `reading'
 * (0: none) failed for this reason, the others are pending again.
 */
void one_queue_end(struct one_queue *, int64_t reading, const char *why);

/* The open job of this request, or NULL. */
const struct one_job *one_queue_find(const struct one_queue *,
    int64_t serial);

#endif
