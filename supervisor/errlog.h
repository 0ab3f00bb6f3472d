#ifndef MNEMOD_ERRLOG_H
#define MNEMOD_ERRLOG_H

#include <stddef.h>
#include <stdint.h>
#include "supervisor/ratelimit.h"

/*
 * What a worker says on its standard error, and by log messages, goes to our
 * log: line by line, printable, with the worker's label in front, and not
 * more than a fair number of lines.
 */
#define ERRLOG_LINE	512	/* longer lines are cut into pieces */
#define ERRLOG_BURST	50
#define ERRLOG_WINDOW	10000	/* ms */

struct errlog {
	char			line[ERRLOG_LINE];
	size_t			len;
	struct ratelimit	limit;
};

void errlog_init(struct errlog *);

/* Bytes as they came; whole lines are logged, the rest is kept. */
void errlog_feed(struct errlog *, const char *label, const char *data,
    size_t len);

/* The stream ended: log what is left. */
void errlog_finish(struct errlog *, const char *label);

/* One record of a log message; shares the limit. */
void errlog_record(struct errlog *, const char *label, const char *level,
    const char *text);

#endif
