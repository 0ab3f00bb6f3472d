#ifndef MNEMOD_STOP_H
#define MNEMOD_STOP_H

#include "supervisor/child.h"

/*
 * How the supervisor ends: the first SIGTERM or SIGINT stops all workers in
 * order, the second kills them at once, further ones change nothing.
 */
struct stop {
	struct children	*children;
	unsigned	 asked;		/* signals and calls so far */
};

/* Take SIGTERM and SIGINT of the loop: the second one kills at once. */
void stop_init(struct stop *, struct loop *, struct children *);

/* As if SIGTERM had come. */
void stop_request(struct stop *, const char *why);

#endif
