#ifndef MNEMOD_OWN_SCENE_H
#define MNEMOD_OWN_SCENE_H

#include "tests/wspace_scene.h"
#include "worker/workspace/own.h"

/*
 * A memory that was published twice, by AGENT_1 and AGENT_2, and what a
 * person then asks for.
 */
#define OWN_1 "01a20500-0000-7000-8000-00000000000a"
#define OWN_2 "01a20500-0000-7000-8000-00000000000b"

extern struct publish_result	res;	/* of the latest publication */
extern char			first[GIT_OID_HEXSZ + 1];	/* the older one */

/* Begin and end a test. */
void own_setup(void);
void own_teardown(void);

/* Back to this commit as OWN_1, which must work. */
void revert(const char *commit);
/* Nothing is left over, of OWN_1's publication neither. */
void assert_clean(void);

#endif
