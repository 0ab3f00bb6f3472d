#ifndef MNEMOD_RECOVERY_H
#define MNEMOD_RECOVERY_H

#include "supervisor/memory.h"

/*
 * What a crash left is finished or undone before any other work: the
 * workspace worker completes a publication that passed the point of no
 * return; then each agent whose end is not recorded is completed, if its
 * commit is live, or its job becomes pending at no cost.
 */

/*
 * Look at all memories; scheduler_recovered() is called after the last one is
 * recovered.
 */
void recovery_start(struct supervisor *);

/*
 * Look at one memory: MEM_FOUND if it is to be recovered or adopted when its
 * turn comes, else idle.
 */
void recovery_look(struct memory *);

/*
 * Begin with as many of those as may be worked on at once (turn.h).  To be
 * called in each round of the loop: whatever ends may give one its turn.
 */
void recovery_turns(struct supervisor *);

/* One memory needs no recovery any more: the last one lets work begin. */
void recovery_over(struct supervisor *);

/*
 * Recover one memory whose workspace worker died while it published; it
 * ends idle and calls scheduler_memory_idle().
 */
void recovery_memory(struct memory *);

/*
 * The history and the database do not agree, as what was done could not be
 * written down: logged; the memory is recovered before anything else is done
 * with it.
 */
void recovery_unrecorded(struct memory *);

#endif
