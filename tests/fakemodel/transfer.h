#ifndef MNEMOD_FAKEMODEL_TRANSFER_H
#define MNEMOD_FAKEMODEL_TRANSFER_H

#include <sys/types.h>
#include "fakemodel.h"

/*
 * One reply on its way, in a thread that may block.  Owns the request; the
 * rule is borrowed.
 */
struct transfer {
	struct request	*req;
	struct stream	 stream;
	int		 fd;		/* of the connection */
	size_t		 step, rep, off;	/* what comes next */
	uint64_t	 sent, limit;	/* bytes of the body */
	int		 done;		/* all of it was given */
	int		 gone;		/* the client went first */
};

struct transfer *transfer_new(struct request *, const struct rule *, int fd);
/* Record how it ended, and free it. */
void transfer_free(struct transfer *);

/* Wait as the rule says; -1 if the client goes before. */
int transfer_wait(struct transfer *);
/* A reply that is no HTTP, down to its end. */
void transfer_raw(struct transfer *);

/* The stream is composed: see how much of it is to be sent. */
void transfer_begin(struct transfer *);
/*
 * The next write of at most `max' bytes; 0 at the end, -1 if the connection
 * is to be closed.
 */
ssize_t transfer_read(struct transfer *, char *buf, size_t max);

#endif
