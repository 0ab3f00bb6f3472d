#ifndef MNEMOD_IMPORT_H
#define MNEMOD_IMPORT_H

#include <git2.h>
#include <json-c/json.h>
#include "worker/workspace/folder_scan.h"
#include "worker/workspace/staged.h"
#include "worker/workspace/workspace.h"

#define IMPORT_SUBJECT	"Consolidate"	/* of commit A */

/*
 * Read an agent's staging folder once, by descriptor, and commit it as A:
 * MEMORY.md, memory_summary.md and skills/ are the agent's, the rest is what
 * prepare wrote, whatever the folder says.  Files that may not be read (a
 * link, a FIFO, too big) are returned as violations, and nothing is
 * committed; otherwise *violations is NULL.  Returns 0 or -1.
 */
int import_agent(struct workspace *, const struct staged *,
    const char *thread_id, git_oid *commit, json_object **violations);

/* Violations for all that a scan could not read.  The caller owns it. */
json_object *import_refused(const struct folder_scan *);

#endif
