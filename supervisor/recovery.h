#ifndef MNEMOD_RECOVERY_H
#define MNEMOD_RECOVERY_H

#include "supervisor/memory.h"

/*
 * What a crash left is finished or undone before any other work: the
 * workspace worker completes a publication that passed the point of no
 * return; then each agent whose end is not recorded is completed, if its
 * commit is live, or its job becomes pending at no cost.
 */

/* Recover all memories; scheduler_recovered() is called after the last. */
void recovery_start(struct supervisor *);

/*
 * Look at one memory and recover it, if its root is ours: 1, it is under way;
 * 0: there is nothing to recover, or not now.
 */
int recovery_look(struct memory *);

/* One memory needs no recovery any more: the last one lets work begin. */
void recovery_over(struct supervisor *);

/*
 * Recover one memory whose workspace worker died while it published; it
 * ends idle and calls scheduler_memory_idle().
 */
void recovery_memory(struct memory *);

#endif
