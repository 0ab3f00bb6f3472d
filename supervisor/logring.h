#ifndef MNEMOD_LOGRING_H
#define MNEMOD_LOGRING_H

#include <stdint.h>
#include "common/log.h"

/*
 * The last records of the log, for mnemoctl(1) log: in memory only, at most
 * LOGRING_BYTES of them; the oldest make room.
 */
#define LOGRING_BYTES	262144u		/* with what each takes beside text */

struct logring;

struct logring_record {
	int64_t		 seq;		/* from 1 on, without gaps */
	int64_t		 at_ms;		/* wall time */
	enum log_level	 level;
	const char	*line;		/* printable */
};

struct logring *logring_new(void);
void logring_free(struct logring *);

/* A log_sink: `ring' is the argument.  What does not fit alone is left out. */
void logring_add(enum log_level, const char *line, void *ring);

/* The number that the next record gets. */
int64_t logring_next(const struct logring *);

/* Each record that is kept from number `from' on, until `cb' is not 0. */
typedef int logring_cb(const struct logring_record *, void *arg);
void logring_each(const struct logring *, int64_t from, logring_cb *,
    void *arg);

#endif
