#ifndef MNEMOD_EVIDENCE_H
#define MNEMOD_EVIDENCE_H

#include "common/buf.h"
#include "common/uuid.h"
#include "worker/workspace/validate.h"

/*
 * What a memory may rest on: for each thread its rollout summary, its raw
 * memory and the facts of its row; and what belongs to no thread, notes of
 * extensions/ and the text that stood in the live folder already.  Texts are
 * kept in the form of evidence_plain(), to be searched.
 */
struct evidence_thread {
	char		 id[UUID_SIZE];
	char		*cwd;		/* NULL: not known */
	char		*group;		/* of its row; NULL: it has none */
	struct buf	 text;
	json_object	*row;		/* borrowed; NULL: it has none */
	int		 fresh;		/* not in this form in the live folder */
	int		 buried;	/* it has a tombstone */
};

struct evidence {
	struct evidence_thread	*thread;	/* by id */
	size_t			 n;
	struct buf		 notes;		/* extensions/ of M */
	struct buf		 common;	/* L's files, nameless summaries */
};

/* Returns 0, or -1 with history_error(); evidence_release() either way. */
int evidence_gather(struct evidence *, const struct validation *);
void evidence_release(struct evidence *);

/* NULL if nothing is known of the thread. */
const struct evidence_thread *evidence_find(const struct evidence *,
    const char *id);

/*
 * Append the text as it is compared: one line, single spaces, straight
 * quotes, double ones as single ones.
 */
void evidence_plain(struct buf *, const char *s, size_t len);

/*
 * 1 if the plain text holds `what', which is plain too.  What is cut
 * ("make test...") need not go on; "<name>" stands for anything short.
 */
int evidence_holds(const struct buf *text, const char *what);

#endif
