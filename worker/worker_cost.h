#ifndef MNEMOD_WORKER_COST_H
#define MNEMOD_WORKER_COST_H

#include <stdint.h>

struct worker;

/*
 * What a worker cost, told in `metric' messages at its end: a process that
 * is not dumpable hides it from a supervisor without privileges.  The files
 * in proc(5) are opened before the sandbox closes.
 */
struct worker_cost {
	int	smaps;		/* descriptors, -1 if there is no such file */
	int	status;
};

void cost_open(struct worker_cost *);
void cost_close(struct worker_cost *);

typedef void cost_fn(struct worker *, const char *name, int64_t value);

/*
 * Call `fn' for mnemod.worker.peak_rss_kib, mnemod.worker.pss_kib and
 * mnemod.worker.cpu_ms, as far as they are known.
 */
void cost_each(const struct worker_cost *, cost_fn *fn, struct worker *);

#endif
