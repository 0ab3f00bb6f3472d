#ifndef MNEMOD_WORKSPACE_TASKS_H
#define MNEMOD_WORKSPACE_TASKS_H

#include "worker/workspace/answer.h"

/*
 * What the supervisor asks of this role by itself, as answer.h is what
 * mnemoctl asks.  Each does what its request says, and answers it.
 */
void task_recover(struct answer *);
void task_prepare(struct answer *);
void task_publish(struct answer *);
void task_check(struct answer *);
void task_purge(struct answer *);	/* or trim, if it names a limit */
void task_adopt(struct answer *);	/* with the threads found, in batches */

#endif
