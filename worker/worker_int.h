#ifndef MNEMOD_WORKER_INT_H
#define MNEMOD_WORKER_INT_H

#include "sandbox.h"
#include "worker.h"
#include "worker_cost.h"
#include "worker_link.h"

/* What worker.c and worker_reply.c share. */

#define NAME_SIZE	33

struct worker {
	const struct worker_role	*role;
	void				*data;	/* the role's */
	struct link			 link;
	struct worker_cost		 cost;
	enum sandbox_mode		 sandbox;
	char				 name[NAME_SIZE];
	int				 title_full;
	int				 busy;	/* a request is open */
};

#endif
