#ifndef MNEMOD_STORE_CLOCK_H
#define MNEMOD_STORE_CLOCK_H

#include <stdint.h>
#include "supervisor/store_base.h"

/*
 * A clock that was ahead leaves times behind that lie in the future once it
 * is right: a back-off of a year, a cooldown that does not end, a budget that
 * stays spent.  What cannot be later than `now' becomes `now'; what waits
 * waits no longer than it ever would.  How many rows that were in *n.
 */
enum store_status store_clock_heal(struct store *, int64_t now, int64_t *n);

#endif
