#ifndef MNEMOD_RETENTION_H
#define MNEMOD_RETENTION_H

#include "supervisor/supervisor.h"

/*
 * How long records are kept, section `retention' of mnemod.conf(5): audits
 * and rows of agents, the ledger, staging of agents that were refused, copies
 * of the database from before an upgrade.  What recovery or a person still
 * needs is never old enough.
 */
#define RETENTION_MS	86400000	/* between two runs */

/*
 * Let go of what is too old now; one line in the log if anything went.  The
 * histories are cut by workers: each memory is told that it is to be (trim).
 */
void retention_run(struct supervisor *);

#endif
