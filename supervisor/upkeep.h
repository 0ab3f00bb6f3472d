#ifndef MNEMOD_UPKEEP_H
#define MNEMOD_UPKEEP_H

#include <stdint.h>
#include "supervisor/supervisor.h"

/*
 * What months of running need before a pass: a clock that went back, a
 * standstill that begins or ends, records that are too old.  All zeroes at
 * the start.
 */
struct upkeep {
	int64_t		 clock_ms;	/* wall_ms() less boot_ms(); 0: unknown */
	int64_t		 retention_ms;	/* when it is due; boot_ms() */
	const char	*still;		/* why nothing new begins; or NULL */
};

/* After recovery, when no job of an earlier run is left running. */
void upkeep_start(struct upkeep *, struct supervisor *);

/* Log if a standstill begins or ends; the title shows it. */
void upkeep_look(struct upkeep *, struct supervisor *);

/* Before each pass. */
void upkeep_pass(struct upkeep *, struct supervisor *);

#endif
