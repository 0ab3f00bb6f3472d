#ifndef MNEMOD_TURN_H
#define MNEMOD_TURN_H

#include "supervisor/memory.h"

/*
 * How many memories are worked on at once, whatever the work is: recovery,
 * adoption, stage two.  All others wait for their turn.
 */

/*
 * Offer a turn to one memory after the other, in the order of the
 * configuration, until as many are at work as may be; to none while a stop is
 * under way.  `begin' returns 1 if the memory is at work now, 0 if it has
 * nothing to do or is at work already.
 */
void turn_offer(struct supervisor *, int (*begin)(struct memory *));

#endif
