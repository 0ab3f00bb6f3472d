#ifndef MNEMOD_RECOVER_H
#define MNEMOD_RECOVER_H

#include <json-c/json.h>
#include "worker/workspace/root.h"
#include "worker/workspace/workspace.h"

/*
 * Before any other work on a memory: see whose the root is, finish a
 * publication that was cut off, remove our temporary files, and tell which
 * of the agents that the state database thinks alive have been published.
 * Their staging goes, published or not.
 */
struct recovered {
	enum root_state	 root;
	struct root_look look;
	size_t		 moved;		/* files put in place */
	json_object	*published;	/* [{thread_id, commit}] */
	json_object	*held;		/* the same, for what waits */
	json_object	*despite;	/* {thread_id, rule}, or NULL: whose
					   refused work a person published
					   last */
};

/*
 * `agents' is an array of thread ids.  Returns 0, or -1 with
 * workspace_fail(); recovered_release() either way.
 */
int recover_run(struct workspace *, json_object *agents, int claimed,
    struct recovered *);
void recovered_release(struct recovered *);

/*
 * Finish a publication if there is one and remove temporary files; the root
 * must be ours.  *moved grows by the files put in place.  Returns 0 or -1.
 */
int recover_root(struct workspace *, size_t *moved);

/* The same where anything was published yet; else there is nothing to do. */
int recover_begun(struct workspace *);

#endif
