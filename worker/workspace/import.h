#ifndef MNEMOD_IMPORT_H
#define MNEMOD_IMPORT_H

#include <json-c/json.h>
#include "worker/workspace/folder_scan.h"
#include "worker/workspace/round.h"

#define IMPORT_SUBJECT	"Consolidate"	/* of commit A */

/*
 * Read an agent's staging folder once, by descriptor, and commit it as A of
 * the publication: MEMORY.md, memory_summary.md and skills/ are the agent's,
 * the rest is what prepare wrote, whatever the folder says.  Files that may
 * not be read (a link, a FIFO, too big) are the result's violations, and
 * nothing is committed; otherwise these are NULL.  Returns 0 or -1.
 */
int import_agent(struct publication *);

/* Violations for all that a scan could not read.  The caller owns it. */
json_object *import_refused(const struct folder_scan *);

#endif
