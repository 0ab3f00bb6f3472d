#ifndef MNEMOD_STAGE_TWO_H
#define MNEMOD_STAGE_TWO_H

#include "supervisor/memory.h"

/*
 * Stage two of one memory: claim, prepare, one consolidation agent in its
 * own process, publish, and one transaction for job, agent and selection.
 */

/*
 * Begin if the memory's job can be claimed; `pass_cooldown' passes over the
 * cooldown and says so.  Otherwise sets m->reason and returns with the
 * memory idle.  scheduler_memory_idle() is called at the end of a run.
 */
void stage_two_start(struct memory *, int pass_cooldown);

/*
 * Stop a run that is in MEM_PREPARING or MEM_AGENT: the stop ladder for its
 * workers, its job pending in an hour, its agent `interrupted'.
 */
void stage_two_interrupt(struct memory *);

/* Publications are no longer held back (op_hold.c): one that waits begins. */
void stage_two_go_on(struct memory *);

/*
 * The ids of a list that a workspace worker sent.  They are borrowed from it;
 * the caller frees left->ids.
 */
void stage_two_left(struct store_left *, json_object *list);

#endif
