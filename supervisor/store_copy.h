#ifndef MNEMOD_STORE_COPY_H
#define MNEMOD_STORE_COPY_H

#include "supervisor/store_base.h"

/*
 * A copy of the database as it is in this moment, compact and durable, mode
 * 0600, in place of what stands at `target'.  Nobody else is kept waiting;
 * any kind of connection will do.
 */
enum store_status store_copy(struct store *, const char *target);

/*
 * Every page, index and constraint.  STORE_CORRUPT: the first thing that is
 * wrong is logged.
 */
enum store_status store_integrity(struct store *);

#endif
